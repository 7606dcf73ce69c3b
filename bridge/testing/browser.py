"""Chromium, and pages in it that look the same in every test. Needs the package `playwright`."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000


def find_chromium() -> str | None:
    """The distribution's Chromium; None where there is none. Without the parts for a screen it costs a third less."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return next(filter(None, map(shutil.which, names)), None)


@asynccontextmanager
async def chromium(*flags: str, **environ: str) -> AsyncIterator[Browser]:
    """Chromium with a new profile; without one of the distribution's, the one that playwright has installed."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=[*FLAGS, *flags], env={**os.environ, **environ}
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def new_page(browser: Browser) -> AsyncIterator[Page]:
    """A page without cookies, 1280 x 800, in which nothing moves by itself."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def log_in(page: Page, link: str, plugin: str = "") -> None:
    """Open the console's link, and then the page of a plugin."""
    await page.goto(link)
    await page.get_by_role("navigation").first.wait_for()
    if plugin:
        await page.goto(f"{link.partition('#')[0]}{plugin}")
        await page.locator(frame_selector(plugin)).wait_for()


def frame_selector(plugin: str) -> str:
    """What finds the frame of a plugin's page in the shell."""
    return f'iframe[name^="cockpit1:localhost/{plugin}"]'
