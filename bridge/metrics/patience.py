"""Asking the kernel what it may never answer: a mounted server that is gone, a slow sensor."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from bridge.processes.daemon_threads import DaemonThreads

PATIENCE = 1.0
"""Seconds that an answer is waited for."""

T = TypeVar("T")


class _Question(NamedTuple):
    answer: Future[Any]
    deadline: float


KERNEL = DaemonThreads("kernel", 4)
"""For what the kernel knows itself."""
FILE_SYSTEMS = DaemonThreads("file-systems", 8)
"""For what a server may have to be asked for."""
_open: dict[Any, _Question] = {}


async def ask(function: Callable[..., T], *args: Any, threads: DaemonThreads = KERNEL) -> T | None:
    """What `function` returns, run in a thread; None if that takes longer than PATIENCE, and while it still does.

    The same question is asked once at a time, however many channels have it: one that is never answered costs one
    of `threads`.
    """
    key = (function, args)
    question = _open.get(key)
    if question is None:
        future = threads.submit(function, *args)
        question = _open[key] = _Question(future, time.monotonic() + PATIENCE)
        future.add_done_callback(lambda _: _open.pop(key, None))
    answer: T | None = await _wait(question)
    return answer


async def _wait(question: _Question) -> Any:
    if question.answer.done():
        return question.answer.result()
    remaining = question.deadline - time.monotonic()
    if remaining <= 0:
        return None
    try:
        async with asyncio.timeout(remaining):
            return await asyncio.shield(asyncio.wrap_future(question.answer))
    except TimeoutError:
        return None
