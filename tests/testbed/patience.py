"""What waits for good in a test of the event loop ends as an exception in that test, with the line that waited.

The timeout of a test that hangs is an exception in the main thread: it would come out of the loop's own wait, name no
line of the test, and leave its task behind in a loop that the next tests share.
"""

import asyncio
import functools
import gc
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from testbed.backstop import time_of

SHARE = 0.75
"""Of the time that a test has altogether, with what its fixtures do before and after."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        limit = time_of(item)
        if limit and isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.obj = _bounded(item.obj, SHARE * limit)


def _bounded(test: Callable[..., Awaitable[None]], seconds: float) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def bounded(*args: Any, **kwargs: Any) -> None:
        async with asyncio.timeout(seconds):
            await test(*args, **kwargs)

    return bounded


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Without finalizers meanwhile: what asyncio says of a lost task is formatted by way of `ast`, as a failure is.

    Up to Python 3.11.4 the one within the other is a SystemError, which ends the worker (CPython issue 106905).
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
