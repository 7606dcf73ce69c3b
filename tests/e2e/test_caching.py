"""What the browser asks the console for when a page is loaded again."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Page, expect
from testbed import pages
from testbed.console import Console

FILE = re.compile(r"/cockpit/[@$][^/]+/([^#?]+)")
SETTLES_WITHIN = 15.0


class Asked:
    """The URLs that a page asked the console for; what came out of the browser's cache is left out."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self._cached: set[str] = set()

    def on_cached(self, event: dict[str, Any]) -> None:
        self._cached.add(event["requestId"])

    def on_response(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self._cached and not event["response"].get("fromDiskCache"):
            self.urls.append(event["response"]["url"])

    def files(self) -> set[str]:
        """The package files among them, each as `PACKAGE/FILE`."""
        return {match[1] for match in map(FILE.search, self.urls) if match}


@pytest_asyncio.fixture(loop_scope="session")
async def asked(page: Page) -> AsyncIterator[Asked]:
    """What `page` and its frames ask for from now on."""
    noted = Asked()
    debugger = await page.context.new_cdp_session(page)
    debugger.on("Network.requestServedFromCache", noted.on_cached)
    debugger.on("Network.responseReceived", noted.on_response)
    await debugger.send("Network.enable")
    yield noted
    await debugger.detach()


async def settle(page: Page) -> None:
    """Loads the shell anew until its files have an address with a checksum: nobody changed them for long enough."""
    async with asyncio.timeout(SETTLES_WITHIN):
        while "/cockpit/$" not in await page.evaluate("document.baseURI"):
            await page.reload()


async def test_a_second_load_asks_only_for_what_must_be_new(
    console: Callable[..., Console], page: Page, asked: Asked
) -> None:
    started = console(demo=True)
    await pages.open_machines(page, started.link)
    await settle(page)
    await expect(pages.rows(page).first).to_be_visible()
    assert {"machines/index.html", "manifests.json"} <= asked.files()
    asked.urls.clear()
    await page.reload()
    await expect(pages.rows(page).first).to_be_visible()
    assert f"{started.url}machines" in asked.urls
    # In which language a page speaks is asked each time: the user may have chosen another.
    assert asked.files() == {"manifests.json", "shell/po.js", "machines/po.js"}


async def test_what_a_user_changes_shows_at_the_next_load(
    console: Callable[..., Console], page: Page, asked: Asked
) -> None:
    started = console()
    script = drop_in(started.data_home / "pilothouse/plugins/note", "first")
    await pages.open_machines(page, started.link)
    await page.goto(f"{started.url}note")
    said = pages.frame(page, "note").locator("#said")
    await settle(page)
    await expect(said).to_have_text("first")
    asked.urls.clear()
    await page.reload()
    await expect(said).to_have_text("first")
    assert "note/note.js" not in asked.files()

    script.write_text(shows("other"))
    await page.reload()
    await expect(said).to_have_text("other")
    await settle(page)
    await expect(said).to_have_text("other")


def shows(text: str) -> str:
    return f'document.getElementById("said").textContent = "{text}";\n'


def drop_in(folder: Path, text: str) -> Path:
    """A plugin that shows `text`; the script that does."""
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"menu": {"index": {"label": "Note"}}}')
    (folder / "index.html").write_text(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Note</title></head>'
        '<body><main><h1>Note</h1><p id="said"></p></main><script src="note.js"></script></body></html>\n'
    )
    (folder / "note.js").write_text(shows(text))
    return folder / "note.js"
