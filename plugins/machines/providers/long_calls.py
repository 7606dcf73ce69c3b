"""Calls of libvirt that take long: how far they are is told while they run, and a cancellation waits for their end.

Whoever goes away before libvirt has answered does not know what became of the call, and so cannot clean up after it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from bridge.protocol import Problem

LOOK_INTERVAL = 0.5
"""Seconds between two looks at how far a call is."""

Report = Callable[[float, float, str], None]
"""Told how much is done of how much (0: nobody can tell), and what is being done."""
Look = Callable[[], Awaitable[tuple[float, float] | None]]


def ignored(_done: float, _total: float, _text: str) -> None:
    """Nobody is told."""


async def to_its_end(
    call: Coroutine[Any, Any, None],
    *,
    report: Report,
    text: str,
    look: Look,
    stop: Callable[[], Awaitable[None]] | None = None,
) -> bool:
    """Await `call` in any case; whether a cancellation came too late: it had done its work when it ended.

    A first cancellation asks libvirt to `stop` it, where there is a way, and is raised when the call failed then; a
    second one does not wait any more.
    """
    loop = asyncio.get_running_loop()
    calling = loop.create_task(call)
    looking = loop.create_task(_look(look, report, text))
    try:
        try:
            await asyncio.shield(calling)
            return False
        except asyncio.CancelledError:
            if calling.cancelled():
                raise
        if stop is not None:
            with suppress(Problem):
                await stop()
        await asyncio.wait({calling})
        if calling.cancelled() or calling.exception() is not None:
            raise asyncio.CancelledError
        current = asyncio.current_task()
        assert current is not None
        current.uncancel()
        return True
    finally:
        calling.cancel()
        looking.cancel()
        await asyncio.wait({calling, looking})


async def _look(look: Look, report: Report, text: str) -> None:
    report(0, 0, text)
    while True:
        await asyncio.sleep(LOOK_INTERVAL)
        try:
            found = await look()
        except Problem:
            continue
        if found is not None:
            report(*found, text)
