"""How soon a browser with an empty cache shows the shell: first_paint.py [TIMES, default 5]. Run by hand, alone."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from playwright.async_api import Browser, expect
from testbed import pages
from testbed.browser import chromium
from testbed.console import Console

PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


async def measure(browser: Browser, console: Console) -> tuple[float, float]:
    """Milliseconds until the shell is painted, from when its address was asked for; and until the overview has figures,
    from the click on a login link: with the login and the start of a bridge."""
    context = await browser.new_context(reduced_motion="reduce")
    page = await context.new_page()
    link = console.new_link().replace("/#", "/overview#")
    began = time.monotonic()
    await page.goto(link)
    await expect(pages.frame(page, "overview").get_by_role("meter").first).to_be_visible(timeout=30_000)
    complete = (time.monotonic() - began) * 1000
    painted: float = await page.evaluate(PAINT)
    await context.close()
    return painted, complete


async def run(times: int, console: Console) -> None:
    async with chromium() as browser:
        figures = [await measure(browser, console) for _ in range(times)]
    for name, values in zip(
        ("shell painted", "overview complete, login and all"), zip(*figures, strict=True), strict=True
    ):
        each = ", ".join(f"{value:.0f}" for value in values)
        print(f"{name}: {statistics.median(values):.0f} ms (median of {each})")
    print(f"load of the machine meanwhile: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def main(times: int) -> None:
    with tempfile.TemporaryDirectory(prefix="pilothouse-") as home:
        console = Console(Path(home), demo=True)
        try:
            asyncio.run(run(times, console))
        finally:
            console.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
