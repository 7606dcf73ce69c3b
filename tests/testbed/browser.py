"""Chromium with every page watched: what a page complains about in its console is a failure of the test."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Frame, FrameLocator, Page, WebError, expect
from testbed import leaks, processes

from bridge.testing import browser
from bridge.testing.browser import find_chromium

__all__ = ["Complaints", "accessibility_violations", "chromium", "find_chromium", "keep_evidence"]

ARTIFACTS = Path(__file__).parents[2] / "build/e2e"


@asynccontextmanager
async def chromium(*flags: str, **environ: str) -> AsyncIterator[Browser]:
    """Chromium with a new profile. Its processes belong to the session, not to the test that came first."""
    async with browser.chromium(*flags, **environ) as started:
        drivers = {each.pid for each in processes.process_table().values() if each.parent == processes.own_pid()}
        mine = {pid for pid in drivers if "playwright" in processes.describe(pid)}
        for pid in mine:
            leaks.own(pid)
        yield started
    for pid in mine:
        leaks.disown(pid)


class Complaints:
    """What the pages of one test wrote to their consoles as errors or warnings, and what they threw."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def watch(self, context: BrowserContext) -> None:
        """Listens to every page of `context`, those that come later included."""
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)

    def expect(self, pattern: str) -> None:
        """Complaints that match this regular expression belong to what the test does."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """The complaints so far that no `expect` allows."""
        return [line for line in self._lines if not any(pattern.search(line) for pattern in self._expected)]

    def all(self) -> list[str]:
        """The complaints so far, the expected ones among them."""
        return list(self._lines)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._lines.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _on_error(self, error: WebError) -> None:
        self._lines.append(f"exception: {error.error}")


async def keep_evidence(page: Page, name: str) -> None:
    """Saves what a failed test's page looked like, and its HTML with that of its frames, to build/e2e/."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-")
    image = await page.screenshot(timeout=5000)
    parts = [f"<!-- {frame.url} -->\n{await frame.content()}" for frame in page.frames]
    _write_evidence(stem, image, "\n\n".join(parts))


def _write_evidence(stem: str, image: bytes, html: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    (ARTIFACTS / f"{stem}.png").write_bytes(image)
    (ARTIFACTS / f"{stem}.html").write_text(html)


_SETTLE = """() => new Promise(requestAnimationFrame).then(() => Promise.allSettled(
    document.getAnimations().filter(each => each instanceof CSSTransition).map(each => each.finished)))"""
"""Colours that change gradually have changed."""


async def accessibility_violations(page: Page, axe: str) -> list[str]:
    """What axe (its source is given) finds on the page and in each frame that is seen: rule, element and reason.

    The shell's document has no heading of the first level: that is the one of the frame that it shows.
    """
    found: list[str] = []
    for frame in page.frames:
        if frame.parent_frame and not await (await frame.frame_element()).is_visible():
            continue
        await frame.evaluate(_SETTLE)
        # Through the debugger, so the page's content security policy stays as it is.
        if not await frame.evaluate("'axe' in window"):
            await frame.evaluate(axe)
        options = {"iframes": False, "resultTypes": ["violations"], "rules": {}}
        if frame.child_frames:
            options["rules"] = {"page-has-heading-one": {"enabled": False}}
        result = await frame.evaluate("(options) => axe.run(document, options)", options)
        for violation in result["violations"]:
            nodes = "; ".join(f"{node['html'][:300]} {node['failureSummary']}" for node in violation["nodes"][:3])
            found.append(f"{_short(frame)}: {violation['id']}: {violation['help']}: {nodes}")
    return found


async def violations_in_light_and_dark(page: Page, shown: FrameLocator, axe: str) -> list[str]:
    """`accessibility_violations` of the page as it is, whose frame `shown` follows the colours that the system has."""
    found: list[str] = []
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for root in (page.locator(":root"), shown.locator(":root")):
            await expect(root).to_have_css("color-scheme", scheme)
        found += await accessibility_violations(page, axe)
    return found


async def horizontal_overflow(page: Page) -> dict[str, int]:
    """By how many pixels each document, of the page or a frame, is wider than its window. Empty where all fit."""
    script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    widths = {_short(frame): await frame.evaluate(script) for frame in page.frames}
    return {url: pixels for url, pixels in widths.items() if pixels > 0}


def _short(frame: Frame) -> str:
    return frame.url.partition("#")[0].partition("/cockpit/")[2] or "shell"
