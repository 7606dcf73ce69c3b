"""Takes the documentation's pictures of the demo: screenshot.py [FOLDER, default docs/images]. Run by hand."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from playwright.async_api import Page, expect
from testbed import pages
from testbed.browser import chromium
from testbed.console import Console

ROOT = Path(__file__).resolve().parent.parent
expect.set_options(timeout=30_000)
WIDE = (1280, 800)
TELEPHONE = (390, 844)
SHOTS: tuple[tuple[str, str, Literal["light", "dark"], tuple[int, int]], ...] = (
    ("machines.png", "machines", "light", WIDE),
    ("machines-dark.png", "machines", "dark", WIDE),
    ("machines-telephone.png", "machines", "light", TELEPHONE),
    ("terminal.png", "terminal", "light", WIDE),
    ("overview.png", "overview", "light", WIDE),
    ("overview-dark.png", "overview", "dark", WIDE),
    ("overview-telephone.png", "overview", "light", TELEPHONE),
)
"""File, package, colours, size."""

SHOWN = {"terminal": ".xterm-rows", "overview": "svg"}
"""What is there once a page has something to show."""


async def show(page: Page, url: str, package: str) -> None:
    """Opens a page of the shell and waits until it has something to show."""
    await page.goto(f"{url}{package}")
    shown = pages.rows(page) if package == "machines" else pages.frame(page, package).locator(SHOWN[package])
    await expect(shown.first).to_be_visible()
    if package == "machines":
        await expect(shown.first).to_contain_text("%")
    await page.wait_for_timeout(1500)


async def take(folder: Path, console: Console) -> None:
    async with chromium() as browser:
        context = await browser.new_context(reduced_motion="reduce")
        page = await context.new_page()
        await pages.open_machines(page, console.link)
        for name, package, colours, (width, height) in SHOTS:
            await page.emulate_media(color_scheme=colours)
            await page.set_viewport_size({"width": width, "height": height})
            await show(page, console.url, package)
            await page.screenshot(path=folder / name)
            print(f"{folder / name}")
        await context.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pilothouse-") as home:
        console = Console(Path(home), demo=True)
        try:
            asyncio.run(take(folder, console))
        finally:
            console.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/images")
