"""Light and dark: chosen in the user menu or by the system, and followed by every page without being loaded anew."""

import re
from collections.abc import Callable

from playwright.async_api import Page, expect
from testbed import pages
from testbed.console import Console

DARK = re.compile(r"\bpf-v6-theme-dark\b")


async def test_pages_follow_the_theme_as_they_are(console: Callable[..., Console], page: Page) -> None:
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    await pages.open_machines(page, console(demo=True).link)
    for label, package in (("Overview", "overview"), ("Terminal", "terminal")):
        await pages.navigate(page, label)
        await expect(pages.frame(page, package).locator("main, .xterm-rows").first).to_be_visible()
    assert len(page.frames) == 4
    for frame in page.frames:
        await frame.evaluate("window.stays = true")
    await expect_dark(page, dark=False)
    await choose(page, "Dark")
    await expect_dark(page, dark=True)
    await choose(page, "As the system")
    await expect_dark(page, dark=False)
    await page.emulate_media(color_scheme="dark")
    await expect_dark(page, dark=True)
    await choose(page, "Light")
    await expect_dark(page, dark=False)
    assert all([await frame.evaluate("window.stays") for frame in page.frames])


async def expect_dark(page: Page, *, dark: bool) -> None:
    """The shell and every page."""
    for frame in page.frames:
        root = frame.locator("html")
        await expect(root).to_have_css("color-scheme", "dark" if dark else "light")
        if dark:
            await expect(root).to_have_class(DARK)
        else:
            await expect(root).not_to_have_class(DARK)


async def choose(page: Page, style: str) -> None:
    await page.locator(".ph-session button").last.click()
    await page.get_by_role("menuitem", name=style).click()
