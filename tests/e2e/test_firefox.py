"""The shell, the overview and the libvirt pages in Firefox: they show what they have, and complain about nothing."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from testbed import linux_guest
from testbed.console import Console
from testbed.firefox import Firefox, find_firefox
from testbed.libvirtd import Libvirtd
from testbed.linux_guest import BLUE, linux_xml

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
NAVIGATION = "[...document.querySelectorAll('nav a')].map(link => link.textContent.trim())"
IN_THE_OVERVIEW = "document.querySelector('iframe[name=\"cockpit1:localhost/overview\"]')?.contentDocument"
MIDDLE = """(() => {
    const canvas = document.querySelector('.ph-vnc canvas');
    if (!canvas?.width) return null;
    const {data} = canvas.getContext('2d').getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1);
    return [...data.slice(0, 3)];
})()"""
VIOLATIONS = """axe.run(document, {iframes: false, resultTypes: ['violations']})
    .then(({violations}) => violations.map(each => `${each.id}: ${each.nodes[0].html}`))"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.skipif(find_firefox() is None, reason="Firefox is not installed")
@pytest.mark.skipif(linux_guest.missing() is not None, reason="there is no guest to boot")
@pytest.mark.timeout(300)
async def test_firefox_shows_the_pages(console: Callable[..., Console], libvirtd: Libvirtd, tmp_path: Path) -> None:
    guest = tmp_path / "guest"
    guest.mkdir()
    uuid = libvirtd.define(linux_xml("guest", guest, listen=guest / "vnc"))
    libvirtd.virsh("start", uuid)
    libvirtd.virsh("pool-define-as", "images", "dir", "--target", str(guest))
    (guest / "network.xml").write_text("<network><name>back</name></network>")
    libvirtd.virsh("net-define", str(guest / "network.xml"))
    started = console(libvirtd=libvirtd)
    async with Firefox(tmp_path) as page:
        await page.goto(started.link.replace("/#", "/overview#"))
        await shell_and_overview(page)
        await storage_and_networks(page, started, libvirtd)
        await machine(page, started, libvirtd, uuid)
        assert page.complaints == []
        # What is thrown would have been heard of.
        await page.evaluate("void setTimeout(() => { throw Error('nobody expects this') })")
        async with asyncio.timeout(30):
            while not any("nobody expects this" in each for each in page.complaints):
                await page.evaluate("null")


async def shell_and_overview(page: Firefox) -> None:
    await page.until(f"{NAVIGATION}.length > 0")
    assert await page.evaluate(NAVIGATION) == [
        "Overview",
        "Virtual machines",
        "Storage pools",
        "Virtual networks",
        "Terminal",
    ]
    name = Path("/proc/sys/kernel/hostname").read_text().strip()
    await page.until(f"{IN_THE_OVERVIEW}?.querySelector('h1')?.textContent === {name!r}")
    await page.until(f"/\\d+%\\sof\\s\\d+\\sprocessor/.test({IN_THE_OVERVIEW}.body.textContent)")
    await page.until(f"{IN_THE_OVERVIEW}.querySelector('[role=meter]') !== null")
    await page.until(f"{IN_THE_OVERVIEW}.querySelector('.ph-sparkline .ph-line') !== null")
    # The menus draw themselves where there is room: what is open there can be read.
    await page.evaluate("document.querySelector('button[aria-label=Help]').click()")
    await page.until("document.querySelector('[role=menuitem]')?.textContent === 'About Pilothouse'")
    await page.evaluate("document.querySelector('[role=menuitem]').click()")
    await page.until("document.querySelector('[role=dialog] [data-plugin=overview]') !== null")


async def storage_and_networks(page: Firefox, started: Console, libvirtd: Libvirtd) -> None:
    for package, name, listed in (("vm-storage", "images", "pool-list"), ("vm-networks", "back", "net-list")):
        await page.goto(f"{started.url}{package}")
        await click(page, f"Start {name}", package)
        await page.until(f"document.querySelector('[aria-label=\"Start {name}\"]') === null", package)
        assert name in libvirtd.virsh(listed)
        await for_everyone(page, package)


async def machine(page: Firefox, started: Console, libvirtd: Libvirtd, uuid: str) -> None:
    await page.goto(f"{started.url}machines")
    await page.until(f"document.querySelector('tr[data-key=\"{uuid}\"]') !== null", "machines")
    await for_everyone(page, "machines")
    await page.goto(f"{started.url}machines#/machine?id={uuid}&tab=console")
    await page.until(f"{MIDDLE}?.join() === '{','.join(map(str, BLUE))}'", "machines")
    await for_everyone(page, "machines")
    # A window that nobody sees is given no full screen; but the page may ask for it.
    assert await page.evaluate(f"document.fullscreenEnabled && {button('Full screen')} !== undefined", "machines")
    await page.evaluate("document.querySelector('[role=tab][aria-label=Overview]').click()", "machines")
    await page.evaluate(f"{button('Shut down')}.parentElement.querySelector('[aria-expanded]').click()", "machines")
    await page.until("document.querySelector('[role=menuitem]') !== null", "machines")
    pause = "[...document.querySelectorAll('[role=menuitem]')].find(each => each.textContent === 'Pause')"
    await page.evaluate(f"{pause}.click()", "machines")
    await page.until(f"{button('Resume')} !== undefined", "machines")
    assert libvirtd.virsh("domstate", uuid) == "paused"
    await for_everyone(page, "machines")


def button(text: str) -> str:
    """The button that says that, or undefined."""
    return f"[...document.querySelectorAll('button')].find(each => each.textContent === {text!r})"


async def click(page: Firefox, label: str, frame: str) -> None:
    """Presses the button of that name, as soon as it can be."""
    wanted = f"document.querySelector('button[aria-label=\"{label}\"]:enabled')"
    await page.until(f"{wanted} !== null", frame)
    await page.evaluate(f"{wanted}.click()", frame)


async def for_everyone(page: Firefox, frame: str) -> None:
    """axe finds nothing, and a telephone shows it all."""
    await page.run(AXE.read_text(), frame)
    assert await page.evaluate(VIOLATIONS, frame) == []
    await page.resize(390, 844)
    await page.until("innerWidth === 390")
    assert [await page.evaluate(OVERFLOW), await page.evaluate(OVERFLOW, frame)] == [0, 0]
    await page.resize(1280, 800)
