"""Who keeps the histories: from the first open of a connection until this process, and so the login, ends."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from plugins.machines.history import STEP, History

if TYPE_CHECKING:
    from plugins.machines.choice import Choice
    from plugins.machines.connections import Connections
    from plugins.machines.sampler import Rows

log = logging.getLogger(__name__)

RECORDED_MAX = 8
"""Connections that are recorded; of more, only what their pages show is read."""


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
            async with watcher.sample(STEP * 1000, take):
                await asyncio.Event().wait()

    def _ended(self, uri: str, task: asyncio.Task[None]) -> None:
        self._tasks.pop(uri, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s: recording failed", uri, exc_info=error)
