"""Fixtures that start the program and look at it in a browser. All of them run on the session's event loop."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from testbed import browser as browser_bed
from testbed import processes
from testbed.browser import Complaints
from testbed.console import Console

from bridge.testing.browser import new_page

expect.set_options(timeout=30_000)

FAILED = pytest.StashKey[bool]()

StartConsole = Callable[..., Console]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of this folder that use the browser share it, and so the event loop that talks to it."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if pytest_asyncio.is_async_test(item) and "chromium" in item.fixturenames:
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remembers that the test failed, for `page` to keep the evidence."""
    report: Any = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The one browser of this test run."""
    if browser_bed.find_chromium() is None:
        pytest.skip("Chromium is not installed")
    async with browser_bed.chromium() as browser:
        yield browser


@pytest.fixture
def console(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StartConsole]:
    """Starts consoles: `console(demo=True)`, `console(libvirtd=libvirtd)`. Each must stop cleanly at the end."""
    started: list[Console] = []

    def start(**options: Any) -> Console:
        directory = tmp_path / f"console{len(started)}"
        directory.mkdir()
        started.append(Console(directory, **options))
        return started[-1]

    yield start
    for each in started:
        if request.node.stash.get(FAILED, False):
            print(each.output)
        each.stop()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What pages complained about in this test; anything that was not `expect`ed fails it."""
    collected = Complaints()
    yield collected
    assert collected.unexpected() == [], "the pages' consoles are not clean"


@pytest_asyncio.fixture(loop_scope="session")
async def page(
    chromium: Browser, complaints: Complaints, request: pytest.FixtureRequest, console: StartConsole
) -> AsyncIterator[Page]:
    """A new page without cookies, 1280 x 800. It is closed before the consoles are stopped."""
    async with new_page(chromium) as opened:
        complaints.watch(opened.context)
        yield opened
        if request.node.stash.get(FAILED, False):
            await browser_bed.keep_evidence(opened, request.node.name)


@pytest.fixture
def system_bus(tmp_path: Path) -> Iterator[str]:
    """The address of a bus daemon that starts no services."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("dbus-daemon is not installed")
    socket, config = tmp_path / "bus", tmp_path / "bus.conf"
    config.write_text(
        f'<busconfig><listen>unix:path={socket}</listen><auth>EXTERNAL</auth><policy context="default">'
        '<allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>'
    )
    with subprocess.Popen([daemon, f"--config-file={config}", "--nofork", "--nopidfile"]) as process:
        processes.wait_until(socket.exists, "the bus listens", 10)
        yield f"unix:path={socket}"
        process.kill()
