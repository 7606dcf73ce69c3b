"""Debian's cockpit-ws and Debian's pages, in a real browser, with the bridge under test between them."""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from compat.cockpit_ws import TIMEOUT, Console, frame, opened, running
from playwright.async_api import Browser, Page, expect
from testbed.browser import Complaints
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.e2e]


@pytest.fixture(scope="module")
def console(bridge: Any) -> Iterator[Console]:
    with running(bridge) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, complaints: Complaints, console: Console) -> AsyncIterator[Page]:
    async with opened(chromium, complaints, console) as page:
        yield page


async def test_the_shell_and_its_menu(page: Page, console: Console) -> None:
    await page.goto(console.url)
    for entry in ("Overview", "Services", "Terminal", "Virtual machines"):
        await expect(page.get_by_role("link", name=entry, exact=True).first).to_be_visible(timeout=TIMEOUT)


async def test_the_overview(page: Page, console: Console) -> None:
    await page.goto(f"{console.url}/system")
    overview = frame(page, "system")
    await expect(overview.get_by_text("System information").first).to_be_visible(timeout=TIMEOUT)
    machine_id = Path("/etc/machine-id").read_text().strip()
    await expect(overview.get_by_text(machine_id).first).to_be_visible(timeout=TIMEOUT)
    await expect(overview.get_by_text(re.compile(r"\d+% of \d+ CPU"))).to_be_visible(timeout=TIMEOUT)


async def test_the_message_of_the_day_is_edited(page: Page, console: Console) -> None:
    machines_own = Path("/etc/motd").read_bytes() if Path("/etc/motd").exists() else None
    console.run("sh", "-c", "echo 'As it was before' >/etc/motd")
    await page.goto(f"{console.url}/system")
    overview = frame(page, "system")
    await expect(overview.locator("#motd")).to_have_text("As it was before", timeout=TIMEOUT)
    await overview.get_by_role("button", name="Edit motd").click()
    dialog = overview.get_by_role("dialog", name="Edit /etc/motd")
    await dialog.get_by_role("textbox").fill("Written in the browser: ü € 😀\nsecond line")
    await dialog.get_by_role("button", name="Save changes").click()
    await expect(dialog).to_be_hidden(timeout=TIMEOUT)
    await expect(overview.locator("#motd")).to_contain_text("Written in the browser: ü € 😀", timeout=TIMEOUT)
    assert console.run("cat", "/etc/motd") == "Written in the browser: ü € 😀\nsecond line"
    assert console.run("find", "/etc", "-maxdepth", "1", "-name", ".motd*") == ""
    console.run("sh", "-c", "echo 'Written behind its back' >/etc/motd")
    await expect(overview.locator("#motd")).to_have_text("Written behind its back", timeout=TIMEOUT)
    assert machines_own == (Path("/etc/motd").read_bytes() if Path("/etc/motd").exists() else None)


LANGUAGES = {
    "of the browser": {"locale": "de-DE"},
    "of the cookie": {"locale": "en-US"},
}


@pytest.mark.parametrize("source", LANGUAGES)
async def test_translated(chromium: Browser, complaints: Complaints, console: Console, source: str) -> None:
    """The shell, whose menu is of manifests, and a page, each with the texts of its own po.js."""
    async with opened(chromium, complaints, console, **LANGUAGES[source]) as page:
        if source == "of the cookie":
            await page.context.add_cookies([{"name": "CockpitLang", "value": "de-de", "url": console.url}])
        await page.goto(f"{console.url}/system")
        for entry in ("Überblick", "Dienste", "Virtuelle Maschinen"):
            await expect(page.get_by_role("link", name=entry, exact=True).first).to_be_visible(timeout=TIMEOUT)
        await expect(page.get_by_role("button", name="Hilfe")).to_be_visible(timeout=TIMEOUT)
        overview = frame(page, "system")
        for text in ("Systeminformationen", "Maschinen-ID", "Nutzung", "Konfiguration"):
            await expect(overview.get_by_text(text).first).to_be_visible(timeout=TIMEOUT)
        await expect(overview.locator("html")).to_have_attribute("lang", re.compile("^de"))


async def test_the_terminal(page: Page, console: Console) -> None:
    await page.goto(f"{console.url}/system/terminal")
    terminal = frame(page, "system/terminal").locator(".xterm")
    await expect(terminal).to_be_visible(timeout=TIMEOUT)
    await terminal.click()
    await page.keyboard.type("echo $((6 * 7))-seen\n")
    await expect(frame(page, "system/terminal").locator(".xterm-accessibility, .xterm-rows").first).to_contain_text(
        "42-seen", timeout=TIMEOUT
    )


async def test_services_without_systemd(page: Page, console: Console) -> None:
    await page.goto(f"{console.url}/system/services")
    services = frame(page, "system/services")
    await expect(services.locator("body")).to_contain_text("Loading of units failed", timeout=TIMEOUT)


async def test_machines(page: Page, console: Console, libvirtd: Libvirtd) -> None:
    if shutil.which("libvirt-dbus") is None:
        pytest.skip("libvirt-dbus is not installed")
    libvirtd.define(domain_xml("compat-machine"))
    service = console.start(*libvirtd.enter(["libvirt-dbus", "--system"]))
    try:
        await page.goto(f"{console.url}/machines")
        machines = frame(page, "machines")
        # Where the processor cannot virtualise, the page says so first.
        ignore = machines.get_by_role("button", name="Ignore")
        row = machines.get_by_role("row", name="compat-machine")
        await expect(ignore.or_(row).first).to_be_visible(timeout=TIMEOUT)
        if await ignore.is_visible():
            await ignore.click()
        await expect(row).to_contain_text("Shut off", timeout=TIMEOUT)
        libvirtd.virsh("start", "compat-machine")
        await expect(row).to_contain_text("Running", timeout=TIMEOUT)
    finally:
        await page.close()
        console.end(service)
