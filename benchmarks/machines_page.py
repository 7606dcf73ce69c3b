"""How fast the machines page is in a browser: 1,000 defined and 20 running domains on a private libvirtd, in Chromium.

    .venv/bin/python benchmarks/machines_page.py [--runs 5] [--domains 1000] [--running 20]

Needs root, as the tests' libvirtd does. Each run starts a console with a cold back end and opens the page; times are
the page's own marks, in seconds after the first of its scripts ran (a mark as well), when most of its modules are still
to come. A figure is the median of its runs; all runs are printed before.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
# Before this folder, which has a `bridge` of its own.
sys.path.insert(0, str(Path(__file__).parent.parent))

from machines import fill
from playwright.async_api import Browser, Page
from testbed.browser import chromium
from testbed.console import Console
from testbed.libvirtd import Libvirtd, private_libvirtd

AIMS = {"first-rows": 0.5, "all-names": 1.5, "every-column": 3.0}
"""By mark, in seconds."""
UNDISTURBED = 4.0
"""Seconds in which the browser is not asked: what looks for elements takes time from the page."""
PATIENCE = 120.0
"""Seconds until a page must have loaded everything."""
MARKS = """() => {
    const marks = performance.getEntriesByType("mark").filter(({name}) => name.startsWith("pilothouse:"));
    if (!marks.some(({name}) => name === "pilothouse:every-column")) return null;
    const from = marks.find(({name}) => name === "pilothouse:script").startTime;
    return Object.fromEntries(marks.map(({name, startTime}) => [name.slice(11), (startTime - from) / 1000]));
}"""


async def marks(page: Page) -> dict[str, float]:
    """The page's marks, once they are complete."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        await asyncio.sleep(UNDISTURBED)
        (frame,) = [each for each in page.frames if "/machines" in each.name]
        if found := cast("dict[str, float] | None", await frame.evaluate(MARKS)):
            return found
    raise TimeoutError("the page does not load")


async def measure(browser: Browser, daemon: Libvirtd) -> dict[str, float]:
    """One run."""
    with tempfile.TemporaryDirectory() as folder:
        console = Console(Path(folder), libvirtd=daemon)
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        try:
            page = await context.new_page()
            await page.goto(console.link)
            return await marks(page)
        finally:
            await context.close()
            console.stop()


async def measure_all(daemon: Libvirtd, count: int) -> list[dict[str, float]]:
    """All runs, in one browser."""
    async with chromium() as browser:
        return [await measure(browser, daemon) for _ in range(count)]


def main() -> None:
    parser = argparse.ArgumentParser(description=cast("str", __doc__).splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--running", type=int, default=20)
    arguments = parser.parse_args()
    with private_libvirtd() as daemon:
        fill(daemon, arguments.domains, arguments.running)
        print(f"{arguments.domains} domains, {arguments.running} running; load {os.getloadavg()[0]:.1f}", flush=True)
        runs = asyncio.run(measure_all(daemon, arguments.runs))
    for name, aim in AIMS.items():
        found = [run[name] for run in runs]
        all_runs = " ".join(f"{value:.2f}" for value in found)
        print(f"{name}: {all_runs}; median {statistics.median(found):.2f} s, aim {aim:g} s")


if __name__ == "__main__":
    main()
