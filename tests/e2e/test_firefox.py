"""The shell and the overview in Firefox: they show what they have, and complain about nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from testbed.console import Console
from testbed.firefox import Firefox, find_firefox

NAVIGATION = "[...document.querySelectorAll('nav a')].map(link => link.textContent.trim())"
IN_THE_OVERVIEW = "document.querySelector('iframe[name=\"cockpit1:localhost/overview\"]')?.contentDocument"


@pytest.mark.skipif(find_firefox() is None, reason="Firefox is not installed")
@pytest.mark.timeout(300)
async def test_firefox_shows_the_shell_and_the_overview(console: Callable[..., Console], tmp_path: Path) -> None:
    started = console(demo=True)
    async with Firefox(tmp_path) as page:
        await page.goto(started.link.replace("/#", "/overview#"))
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
        assert page.complaints == []
        # What is thrown would have been heard of.
        await page.evaluate("void setTimeout(() => { throw Error('nobody expects this') })")
        await page.until("true")
        await page.until("true")
        assert any("nobody expects this" in each for each in page.complaints)
