"""Fixtures for the tests of a plugin, for pytest with pytest-asyncio; `page` and `frame` need playwright besides.

The plugin under test is the folder with a manifest.json that the test's file lies in, or the nearest one above.
Everything is imported when a fixture is used: who has this installed and does not use it pays nothing.
"""

import inspect
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

try:
    import pytest_asyncio
except ImportError:  # then there are no asynchronous tests, and nobody can use the fixtures
    pytest_asyncio = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser, FrameLocator, Page

    from bridge.testing.console import Console
    from bridge.testing.wire import Wire


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that look at a page share the browser, and so the event loop that talks to it."""
    for item in items:
        if inspect.iscoroutinefunction(getattr(item, "obj", None)) and _has_our_page(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def _has_our_page(item: pytest.Item) -> bool:
    """Whether the fixture `page` of a test is the one below; others may have one of that name."""
    known: Any = getattr(item, "_fixtureinfo", None)
    defined: list[Any] = list(known.name2fixturedefs.get("page", ())) if known else []
    return bool(defined) and defined[-1].func.__module__ == __name__


@pytest.fixture
def plugin_folder(request: pytest.FixtureRequest) -> Path | None:
    """The folder of the plugin under test, None where the test lies in none."""
    return next((folder for folder in request.path.parents if (folder / "manifest.json").is_file()), None)


@pytest.fixture
def console(tmp_path: Path, plugin_folder: Path | None) -> "Iterator[Console]":
    """A running console with a home of its own, in which there is the plugin."""
    from bridge.testing.console import Console

    directory = tmp_path / "console"
    directory.mkdir()
    started = Console(directory)
    if plugin_folder is not None:
        started.add_plugin(plugin_folder)
    yield started
    started.stop()


if pytest_asyncio is not None:

    @pytest_asyncio.fixture
    async def wire(plugin_folder: Path | None) -> "AsyncIterator[Wire]":
        """A running bridge that has the built-in channels and the plugin."""
        from bridge.testing.wire import open_wire
        from manifests.search import PLUGIN_PATH

        environ = os.environ if plugin_folder is None else {**os.environ, PLUGIN_PATH: str(plugin_folder)}
        async with open_wire(environ) as opened:
            yield opened

    @pytest_asyncio.fixture(scope="session", loop_scope="session")
    async def chromium() -> "AsyncIterator[Browser]":
        """The one browser of this test run."""
        from bridge.testing import browser

        async with browser.chromium() as started:
            yield started

    @pytest_asyncio.fixture(loop_scope="session")
    async def page(chromium: "Browser", console: "Console", plugin_folder: Path | None) -> "AsyncIterator[Page]":
        """A page of the browser, logged in, at the plugin's page in the shell; `expect` waits as long as actions do."""
        from playwright.async_api import expect

        from bridge.testing import browser

        expect.set_options(timeout=browser.PATIENCE_MS)
        async with browser.new_page(chromium) as opened:
            await browser.log_in(opened, console.link, _name_of(plugin_folder))
            yield opened

    @pytest_asyncio.fixture(loop_scope="session")
    async def frame(page: "Page", plugin_folder: Path | None) -> "FrameLocator":
        """The plugin's page within the shell."""
        from bridge.testing.browser import frame_selector

        return page.frame_locator(frame_selector(_name_of(plugin_folder)))


def _name_of(folder: Path | None) -> str:
    from manifests.reading import read_object

    if folder is None:
        return ""
    return str((read_object(str(folder / "manifest.json")) or {}).get("name", folder.name))
