"""The logs of all connections of this process: written in a thread, so that no disk holds up."""

import asyncio
import logging
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bridge.protocol import JsonObject, Problem
from plugins.machines.history.done_log import Entry, entries, log_path, person_of, record

log = logging.getLogger(__name__)

WAITING_MAX = 1000
"""Entries that wait to be written; with more the disk hangs, and the newest are lost."""


class Log:
    """What was done on one connection; without a path nothing is kept."""

    def __init__(self, path: Path | None, person: str = "", executor: ThreadPoolExecutor | None = None) -> None:
        self._path = path
        self._person = person
        self._executor = executor
        self._waiting = 0

    def record(self, machine: str, method: str, params: Mapping[str, Any], failure: str) -> None:
        """Add an entry some time soon; what cannot be written is said in the program's log."""
        if self._path is None or self._executor is None:
            return
        if self._waiting >= WAITING_MAX:
            log.warning("%s is not written: %d entries wait", self._path, self._waiting)
            return
        self._waiting += 1
        entry = Entry(time.time(), machine, str(method), dict(params), failure, self._person)
        self._executor.submit(record, self._path, entry).add_done_callback(self._written)

    async def entries(self, machine: str) -> list[JsonObject]:
        """The newest entries of a machine, those that wait included. Problem where they cannot be read."""
        import sqlite3

        if self._path is None or self._executor is None:
            return []
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._executor, entries, self._path, machine)
        except (OSError, sqlite3.Error) as error:
            raise Problem("internal-error", f"The log cannot be read: {error}") from None
        return [entry.as_answer() for entry in found]

    def close(self) -> None:
        """Take no more entries."""
        self._executor = None

    def _written(self, done: "Future[None]") -> None:
        self._waiting -= 1
        error = None if done.cancelled() else done.exception()
        if error is not None:
            log.warning("%s is not written: %s", self._path, error)


class Logs:
    """The logs by URI."""

    def __init__(self) -> None:
        self._executor: ThreadPoolExecutor | None = None
        self._logs: dict[str, Log] = {}

    def of(self, uri: str, environ: Mapping[str, str]) -> Log:
        """The log of a connection, of whoever's rights this process has."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="done-log")
        if uri not in self._logs:
            self._logs[uri] = Log(log_path(uri, environ), person_of(environ), self._executor)
        return self._logs[uri]

    async def close(self) -> None:
        """Write what waits, and nothing more."""
        executor, self._executor = self._executor, None
        for each in self._logs.values():
            each.close()
        self._logs.clear()
        if executor is not None:
            await asyncio.to_thread(executor.shutdown)
