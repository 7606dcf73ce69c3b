"""Ends a worker of the tests that hangs where no exception reaches it, with the stack of every thread on stderr.

The timeout of a test is an exception in the main thread. It ends neither a call into C that goes on waiting nor the
wait for a thread on the way out. GRACE seconds later the process ends: pytest-xdist names the test and starts another
worker.
"""

import faulthandler
import os
import threading
from functools import cache

import pytest

GRACE = 60.0
"""Seconds after the timeout of a test, and that the end of a session has."""


@cache
def _stderr() -> int:
    """Not captured, if it is first asked for between the loading of plugins and the first test."""
    return os.dup(2)


def _end_in(seconds: float) -> None:
    faulthandler.dump_traceback_later(seconds, exit=True, file=_stderr())


def time_of(item: pytest.Item) -> float:
    """The seconds that a test has altogether; 0: any time."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0] if marker else item.config.getini("timeout") or 0)


def _arm(item: pytest.Item) -> None:
    if limit := time_of(item):
        _end_in(limit + GRACE)


def pytest_configure() -> None:
    _stderr()


# Each phase anew: pytest takes the one there is back when it reports a failure.
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    _arm(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    _arm(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    _arm(item)


def pytest_runtest_logfinish() -> None:
    faulthandler.cancel_dump_traceback_later()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):
        _end_in(GRACE)


def pytest_unconfigure(config: pytest.Config) -> None:
    """From here on a worker waits for the others, however long they take; then it must get out."""
    if hasattr(config, "workerinput"):
        faulthandler.cancel_dump_traceback_later()
        threading.Thread(target=_await_the_way_out, name="backstop", daemon=True).start()


def _await_the_way_out() -> None:
    threading.main_thread().join()
    _end_in(GRACE)
