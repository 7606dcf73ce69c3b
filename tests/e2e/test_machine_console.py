"""A machine's consoles: a real Linux guest that answers on its serial port and shows its screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, Page, expect
from testbed import linux_guest, pages
from testbed.browser import Complaints
from testbed.console import Console
from testbed.libvirtd import Libvirtd
from testbed.linux_guest import BLUE, GREEN, READY, linux_xml

Open = Callable[..., Console]

BOOTS_WITHIN = 60_000
"""Milliseconds; it takes some five seconds where nothing else runs."""
PIXEL = """() => {
    const canvas = document.querySelector('.ph-vnc canvas');
    if (!canvas || !canvas.width) return null;
    const {data} = canvas.getContext('2d').getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1);
    return [...data.slice(0, 3)].join();
}"""


@pytest.fixture
def guest(libvirtd: Libvirtd, tmp_path: Path) -> str:
    """The UUID of a Linux guest that is off; its name is no word."""
    if reason := linux_guest.missing():
        pytest.skip(reason)
    folder = tmp_path / "guest"
    folder.mkdir()
    return libvirtd.define(linux_xml("$(id) -rf ü", folder, listen=folder / "vnc"))


async def open_consoles(page: Page, started: Console, uuid: str) -> FrameLocator:
    await page.goto(started.link)
    frame = pages.frame(page, "machines")
    await expect(frame.get_by_role("heading", name="Virtual machines")).to_be_visible()
    await page.goto(f"{started.url}machines#/machine?id={uuid}&tab=console")
    return frame


async def colour(page: Page, wanted: tuple[int, int, int]) -> None:
    """Waits until the middle of the machine's screen has that colour."""
    (frame,) = [frame for frame in page.frames if "/machines/" in frame.url]
    expected = ",".join(map(str, wanted))
    await frame.wait_for_function(f"expected => ({PIXEL})() === expected", arg=expected, timeout=BOOTS_WITHIN)


async def test_a_linux_guest_shows_its_screen_and_answers_on_its_serial_port(
    console: Open, page: Page, libvirtd: Libvirtd, guest: str, tmp_path: Path, complaints: Complaints
) -> None:
    complaints.expect("willReadFrequently")  # The test looks at the screen's pixels, more often than a person would.
    frame = await open_consoles(page, console(libvirtd=libvirtd), guest)
    await expect(frame.get_by_role("heading", name="The machine is off")).to_be_visible()
    await frame.get_by_role("button", name="Start $(id) -rf ü", exact=True).click()
    await colour(page, BLUE)

    await frame.get_by_role("button", name="Type text…").click()
    await frame.get_by_role("textbox", name="Text").fill("green\n")
    await frame.get_by_role("button", name="Type it", exact=True).click()
    await colour(page, GREEN)
    await frame.get_by_role("application").click()
    await page.keyboard.type("blue\n")
    await colour(page, BLUE)
    async with page.expect_download() as downloading:
        await frame.get_by_role("button", name="Screenshot").click()
    picture = tmp_path / "screen.png"
    await (await downloading.value).save_as(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")

    await frame.get_by_role("button", name="Serial port 0").click()
    terminal = frame.locator(".xterm-rows")
    await expect(terminal).to_contain_text("Escape character")
    await frame.locator(".xterm").click()
    await page.keyboard.type("hello\n")
    await expect(terminal).to_contain_text("you said: hello")

    # It restarts: the console stays, and is connected again by itself.
    libvirtd.virsh("destroy", guest)
    await expect(frame.get_by_role("heading", name="The machine is off")).to_be_visible()
    libvirtd.virsh("start", guest)
    await expect(terminal).to_contain_text(READY, timeout=BOOTS_WITHIN)
    await frame.get_by_role("button", name="Serial port 1").click()
    await expect(frame.locator('[data-phase="connected"]')).to_be_visible()
    await frame.get_by_role("button", name="Screen", exact=True).click()
    await colour(page, BLUE)
    async with page.context.expect_page() as opening:
        await frame.get_by_role("button", name="Open in a window").click()
    window = await opening.value
    await colour(window, BLUE)
    await window.close()
