"""Waiting for disks off the event loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def _nothing() -> None:
    pass


async def in_thread(function: Callable[[], T], cancelled: Callable[[], None] = _nothing) -> T:
    """The result of `function`, run in a thread.

    A cancelled caller waits for its end all the same: what it works on is not pulled away under it. `cancelled` is
    called when that happens, to make the end come soon.
    """
    future = asyncio.get_running_loop().run_in_executor(None, function)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        cancelled()
        await asyncio.wait([future])
        if not future.cancelled():
            future.exception()
        raise
