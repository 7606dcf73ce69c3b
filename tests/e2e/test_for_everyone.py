"""Every page of ours, for everyone: axe, the keyboard alone, a telephone."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Locator, Page, WebSocketRoute, expect
from testbed import pages
from testbed.browser import accessibility_violations, horizontal_overflow
from testbed.console import Console

Open = Callable[..., Console]
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
SHOWS = {
    "overview": "processor",
    "machines": "db-primary",
    "vm-storage": "db-primary.qcow2",
    "vm-networks": "backend",
    "terminal": "px",
}
"""Every page, and a word that it shows once it has something to show."""


async def show(page: Page, started: Console, package: str) -> None:
    await page.goto(started.new_link().replace("/#", f"/{package}#"))
    await expect(pages.frame(page, package).locator("body")).to_contain_text(SHOWS[package])
    if package == "overview":
        await expect(pages.frame(page, package).get_by_role("meter").first).to_be_visible()
        await expect(pages.frame(page, package).locator(".pf-v6-c-skeleton")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(console: Open, page: Page, scheme: Literal["light", "dark"]) -> None:
    axe = AXE.read_text()
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    started = console(demo=True)
    found: list[str] = []
    for package in SHOWS:
        await show(page, started, package)
        found += await accessibility_violations(page, axe)
    await page.locator(".ph-session button").last.click()
    await expect(page.get_by_role("menuitem", name="Log out")).to_be_visible()
    found += await accessibility_violations(page, axe)
    await page.keyboard.press("Escape")
    await page.get_by_role("search").get_by_role("textbox").fill("bash")
    found += await accessibility_violations(page, axe)
    await open_about(page)
    found += await accessibility_violations(page, axe)
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_what_is_said_of_failures(
    console: Open, page: Page, scheme: Literal["light", "dark"]
) -> None:
    sockets: list[WebSocketRoute] = []
    lost = False

    async def relay(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if lost:
            await socket.close()
        else:
            socket.connect_to_server()

    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.route_web_socket(lambda url: url.endswith("/socket"), relay)
    await show(page, console(demo=True), "terminal")
    terminal = next(frame for frame in page.frames if "terminal" in frame.name)
    message = '\n{"command": "oops", "message": "Error: a very long reason that goes on and on"}'
    await terminal.evaluate("message => window.parent.postMessage(message, window.location.origin)", message)
    await expect(page.get_by_role("list", name="Pages with errors")).to_contain_text("goes on and on")
    found = await accessibility_violations(page, AXE.read_text())
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await horizontal_overflow(page) == {}
    lost = True
    await sockets[-1].close()
    await expect(page.get_by_role("dialog")).to_be_visible()
    found += await accessibility_violations(page, AXE.read_text())
    assert await horizontal_overflow(page) == {}
    assert found == []


async def open_about(page: Page) -> Locator:
    """The dialog, once it shows the plugins."""
    await page.get_by_role("button", name="Help").click()
    await page.get_by_role("menuitem", name="About Pilothouse").click()
    dialog = page.get_by_role("dialog", name="About Pilothouse")
    await expect(dialog.get_by_role("listitem").filter(has_text="pilothouse-lib")).to_be_visible()
    return dialog


async def test_a_telephone_shows_every_page_without_scrolling_sideways(console: Open, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    started = console(demo=True)
    for package in SHOWS:
        await show(page, started, package)
        assert await horizontal_overflow(page) == {}, package
        toggle = page.get_by_role("button", name="Navigation")
        await toggle.click()
        await expect(page.get_by_role("link", name="Terminal")).to_be_in_viewport()
        assert await horizontal_overflow(page) == {}, f"{package} with the navigation"
    await page.keyboard.press("Escape")
    dialog = await open_about(page)
    assert await horizontal_overflow(page) == {}
    assert await dialog.evaluate("dialog => [...dialog.querySelectorAll('*')].every(it => it.scrollWidth <= 390)")
    await expect(dialog.get_by_role("button", name="Close").last).to_be_in_viewport()


REACHABLE = """() => {
    const wanted = 'a[href], button, input, select, textarea, [tabindex]';
    const seen = element => element.tabIndex >= 0 && !element.disabled && !element.closest('[inert]')
        && element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
    return [...document.querySelectorAll(wanted)].filter(seen).map((element, index) => {
        element.dataset.reach = index;
        return (element.getAttribute('aria-label') || element.textContent || element.id || element.className).trim();
    });
}"""
FOCUSED = "document.activeElement?.dataset.reach ?? null"


@pytest.mark.parametrize("package", ["overview", "machines", "vm-storage", "vm-networks"])
async def test_the_keyboard_alone_reaches_everything(console: Open, page: Page, package: str) -> None:
    await show(page, console(demo=True), package)
    shown = [each for each in page.frames if each.parent_frame is None or package in each.name]
    wanted = {
        (frame, str(number)): name for frame in shown for number, name in enumerate(await frame.evaluate(REACHABLE))
    }
    assert len(wanted) >= 7
    reached: set[tuple[object, str]] = set()
    await page.locator("body").focus()
    for _step in range(len(wanted) + 10):
        await page.keyboard.press("Tab")
        for frame in shown:
            number = await frame.evaluate(FOCUSED)
            if number is not None:
                reached.add((frame, number))
    assert {name for key, name in wanted.items() if key not in reached} == set()


async def test_a_menu_and_a_dialog_are_used_with_the_keyboard_alone(console: Open, page: Page) -> None:
    await show(page, console(demo=True), "machines")
    help_button = page.get_by_role("button", name="Help")
    await help_button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="About Pilothouse")).to_be_focused()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="About Pilothouse")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_role("listitem").first).to_be_visible()
    for _step in range(5):
        await page.keyboard.press("Tab")
        assert await dialog.evaluate("dialog => dialog.contains(document.activeElement)"), (
            "the focus stays in the dialog"
        )
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_the_first_step_leads_past_the_navigation(console: Open, page: Page) -> None:
    await show(page, console(demo=True), "machines")
    await page.locator("body").focus()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.name") == "cockpit1:localhost/machines"
