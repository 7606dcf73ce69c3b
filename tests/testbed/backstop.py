"""Ends a worker of the tests that hangs where no exception reaches it, with the stack of every thread on stderr.

The timeout of a test is an exception in the main thread. It ends neither a call into C that goes on waiting nor the
wait for a thread on the way out. GRACE seconds later the process ends: pytest-xdist names the test and starts another
worker.
"""

import faulthandler
import os
from collections.abc import Generator

import pytest

GRACE = 60.0
"""Seconds after the timeout of a test, and that the end of a session has."""

_stderr = os.dup(2)
"""Not captured, whatever becomes of the other."""


def _arm(item: pytest.Item) -> None:
    marker = item.get_closest_marker("timeout")
    if limit := float(marker.args[0] if marker else item.config.getini("timeout") or 0):
        faulthandler.dump_traceback_later(limit + GRACE, exit=True, file=_stderr)


# Each phase anew: pytest takes the one there is back when it reports a failure.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    _arm(item)
    yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    _arm(item)
    yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    _arm(item)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):
        faulthandler.dump_traceback_later(GRACE, exit=True, file=_stderr)
