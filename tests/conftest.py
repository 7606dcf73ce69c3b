"""Fixtures and guards for every test. What they are made of is in tests/testbed/."""

import inspect
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

from testbed import cgroups, leaks
from testbed import libvirtd as libvirtd_bed
from testbed.processes import MARKER

pytest_plugins = ["bridge.testing.pytest_plugin", "testbed.backstop", "testbed.dealing", "testbed.patience"]
"""The first also where it is not installed as an entry point yet, which has the same name for that."""

os.environ[MARKER] = str(os.getpid())
# Whoever starts the tests in the background (nohup, a shell's "&") has these ignored, and every child would inherit it.
for _number in (signal.SIGHUP, signal.SIGQUIT):
    signal.signal(_number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)


# Examples take as long as a busy machine needs; the tests' own timeouts bound them. What is found by chance is found by
# who works on it: CI tries the same examples each time.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def leak_guard(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a process, a thread, a task or a file descriptor behind.

    What session-wide fixtures start is there before: pytest sets those up first.
    """
    if _on_a_loop_of_its_own(request.node):
        request.getfixturevalue("loop_leak_guard")
        yield
        return
    before = leaks.Snapshot.take()
    yield
    _judge(leaks.settle(before))


@pytest.fixture
async def loop_leak_guard() -> AsyncIterator[None]:
    """`leak_guard` for a test with an event loop of its own: looks before the loop's end cancels what is left."""
    guard = leaks.LoopGuard()
    yield
    _judge(await guard.settle())


def _judge(leaked: list[str]) -> None:
    if leaked:
        pytest.fail("left behind: " + "; ".join(leaked), pytrace=False)


def _on_a_loop_of_its_own(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("asyncio")
    scope = marker.kwargs.get("loop_scope", "function") if marker else "function"
    return scope == "function" and inspect.iscoroutinefunction(getattr(item, "obj", None))


@pytest.fixture(scope="session")
def libvirtd_session() -> Iterator[libvirtd_bed.Libvirtd]:
    """The one private libvirtd of this test run. Tests use `libvirtd`."""
    reason = libvirtd_bed.missing()
    if reason:
        pytest.skip(reason)
    with libvirtd_bed.private_libvirtd() as daemon:
        yield daemon


@pytest.fixture(scope="session")
def containers_session() -> Iterator[libvirtd_bed.Libvirtd]:
    """The one private libvirtd of this test run that runs containers. Tests use `containers`."""
    reason = libvirtd_bed.missing() or cgroups.missing()
    if reason:
        pytest.skip(reason)
    with libvirtd_bed.private_libvirtd(containers=True) as daemon:
        yield daemon


@pytest.fixture
def containers(containers_session: libvirtd_bed.Libvirtd) -> Iterator[libvirtd_bed.Libvirtd]:
    """As `libvirtd`, with Linux containers."""
    containers_session.clean()
    yield containers_session
    containers_session.clean()


@pytest.fixture
def libvirtd(libvirtd_session: libvirtd_bed.Libvirtd) -> Iterator[libvirtd_bed.Libvirtd]:
    """A real, private libvirtd without domains (root only): `.uri`, `.virsh()`, `.define()`, `.kill()` …"""
    libvirtd_session.clean()
    yield libvirtd_session
    libvirtd_session.clean()
