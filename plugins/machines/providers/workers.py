"""Threads for calls that block and cannot be interrupted: libvirt's.

Their own and not asyncio's, for two reasons: a connection that hangs must not take the threads of another, and the
threads are daemons, because a call that never returns must not keep the process from ending.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bridge.protocol import Problem

CALL_TIME = 30.0
"""Seconds until a call counts as unanswered."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job:
    function: Callable[[], Any]
    discard: Callable[[Any], None]
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    result: Any = None
    error: BaseException | None = None


class Workers:
    """At most `count` threads, started when needed; belongs to the event loop that calls it.

    No more jobs than threads are handed over; who comes later waits, as long as calls come back within their time.
    """

    def __init__(self, name: str, count: int) -> None:
        self._name = name
        self._started = 0
        self._running = 0
        self._returned = 0
        self._slots = asyncio.Semaphore(count)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()

    async def call(
        self,
        function: Callable[[], T],
        *,
        limit: float | None = CALL_TIME,
        discard: Callable[[T], None] = lambda _result: None,
    ) -> T:
        """What `function` returns or raises, run in a thread; Problem `timeout` after `limit` seconds.

        A call that was given up on goes on in its thread; its result goes to `discard`, in a thread as well.
        """
        try:
            await self._slot(limit)
            async with asyncio.timeout(limit):
                result: T = await self._hand_over(function, discard)
                return result
        except TimeoutError:
            raise Problem("timeout", f"libvirt did not answer within {limit:g} seconds") from None

    def close(self) -> None:
        """End the threads, each as soon as its call returns; nothing may be called any more."""
        for _ in range(self._started):
            self._jobs.put(None)

    async def _slot(self, limit: float | None) -> None:
        """Wait for a free thread; TimeoutError when no call came back for `limit` seconds."""
        while True:
            returned = self._returned
            try:
                async with asyncio.timeout(limit):
                    await self._slots.acquire()
                    return
            except TimeoutError:
                if returned == self._returned:
                    raise

    def _hand_over(self, function: Callable[[], T], discard: Callable[[T], None]) -> asyncio.Future[Any]:
        job = _Job(function, discard, asyncio.get_running_loop().create_future())
        self._running += 1
        if self._running > self._started:
            self._started += 1
            threading.Thread(target=self._work, name=f"{self._name}-{self._started}", daemon=True).start()
        self._jobs.put(job)
        return job.future

    def _work(self) -> None:
        while job := self._jobs.get():
            outcome = _outcome(job.function)
            loop = job.future.get_loop()
            if job.future.cancelled() or loop.is_closed():
                _discard(job, outcome)
                outcome = _Outcome()
            try:
                loop.call_soon_threadsafe(self._settle, job, outcome)
            except RuntimeError:
                _discard(job, outcome)
            # What a call returned may hold a connection open: an idle thread must not.
            del job, outcome

    def _settle(self, job: _Job, outcome: _Outcome) -> None:
        self._running -= 1
        self._returned += 1
        self._slots.release()
        if job.future.done():
            if outcome.result is not None:
                threading.Thread(target=_discard, args=(job, outcome), daemon=True).start()
        elif outcome.error:
            job.future.set_exception(outcome.error)
        else:
            job.future.set_result(outcome.result)


def _outcome(function: Callable[[], Any]) -> _Outcome:
    try:
        return _Outcome(result=function())
    except Exception as exc:
        return _Outcome(error=exc)


def _discard(job: _Job, outcome: _Outcome) -> None:
    if outcome.error is None and outcome.result is not None:
        _outcome(lambda: job.discard(outcome.result))
