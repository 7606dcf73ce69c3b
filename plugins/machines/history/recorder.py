"""Who keeps the histories: from the first open of a connection until this process, and so the login, ends.

They are on disk as well (`history_store`): read when the recording begins, saved every minute and at
the end.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from bridge.protocol import Problem
from plugins.machines.history.history import MINUTE, STEP, History
from plugins.machines.providers.workers import Workers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from plugins.machines.history.history import Minute
    from plugins.machines.history.sampler import Rows
    from plugins.machines.providers.choice import Choice
    from plugins.machines.providers.connections import Connections

log = logging.getLogger(__name__)

RECORDED_MAX = 8
"""Connections that are recorded; of more, only what their pages show is read."""

T = TypeVar("T")


class Recorder:
    """Records each connection once, whichever provider it was first asked of, also while no page looks at it."""

    def __init__(self, connections: "Connections") -> None:
        self._connections = connections
        self._histories: dict[str, History] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, choice: "Choice") -> History:
        """The history of a connection, which is recorded from now on if it answers."""
        history = self._histories.setdefault(choice.uri, History())
        if choice.uri not in self._tasks and len(self._tasks) < RECORDED_MAX:
            task = asyncio.get_running_loop().create_task(self._record(choice, history), name=f"record {choice.uri}")
            self._tasks[choice.uri] = task
            task.add_done_callback(lambda done: self._ended(choice.uri, done))
        return history

    async def close(self) -> None:
        """Record nothing any more."""
        tasks = set(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _record(self, choice: "Choice", history: History) -> None:
        def take(rows: "Rows") -> None:
            history.add(time.time(), rows)

        async with self._connections.use(choice) as watcher:
            await watcher.settled.wait()
            if watcher.inventory.state["connection"]["status"] != "connected":
                # It is tried again by who looks at it; once it was there, it is waited for.
                return
            async with _kept(choice.uri, history), watcher.sample(STEP * 1000, take):
                await asyncio.Event().wait()

    def _ended(self, uri: str, task: asyncio.Task[None]) -> None:
        self._tasks.pop(uri, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s: recording failed", uri, exc_info=error)


@asynccontextmanager
async def _kept(uri: str, history: History) -> "AsyncIterator[None]":
    """Have a history begin with what is on disk and be saved while this lasts, as far as the disk lets it."""
    disk = _Disk(uri, history)
    await disk.load()
    saving = asyncio.get_running_loop().create_task(disk.keep_saved())
    try:
        yield
    finally:
        saving.cancel()
        await asyncio.wait({saving})
        await disk.save()
        disk.close()


class _Disk:
    """The file of one history; a fault is logged once and costs what is on disk, never what is in memory."""

    def __init__(self, uri: str, history: History) -> None:
        self._uri = uri
        self._history = history
        self._worker = Workers("history", 1)
        self._saved_at = time.time()
        self._is_faulty = False

    async def load(self) -> None:
        def read() -> "list[Minute]":
            from plugins.machines.history.history_store import load, path_of

            return load(path_of(self._uri, os.environ), time.time())

        for minute in await self._tried(read) or []:
            self._history.restore(minute)

    async def keep_saved(self) -> None:
        while True:
            await asyncio.sleep(MINUTE)
            await self.save()

    async def save(self) -> None:
        now = time.time()
        since, self._saved_at = self._saved_at, now
        numbers = range(int(since // MINUTE), int(now // MINUTE) + 1)[-MINUTE:]
        minutes = [minute for number in numbers for minute in self._history.minutes(number)]

        def write() -> None:
            from plugins.machines.history.history_store import path_of, save

            save(path_of(self._uri, os.environ), minutes, now)

        await self._tried(write)

    def close(self) -> None:
        self._worker.close()

    async def _tried(self, function: Callable[[], T]) -> T | None:
        try:
            return await self._worker.call(function)
        except (Problem, OSError, ImportError, ValueError, _sqlite_error()) as error:
            if not self._is_faulty:
                log.warning("%s: the history is kept in memory only: %s", self._uri, error)
            self._is_faulty = True
            return None


def _sqlite_error() -> type[Exception]:
    """What SQLite raises, where this Python has it."""
    try:
        from sqlite3 import Error
    except ImportError:
        return ImportError
    return Error
