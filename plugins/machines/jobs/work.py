"""Doing a job and writing down how it goes, whichever process that happens in."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge.protocol import Problem
from plugins.machines.history.done_log import Entry, record
from plugins.machines.jobs.record import Job
from plugins.machines.jobs.store import JobStore, in_thread
from plugins.machines.providers.long_calls import Report

log = logging.getLogger(__name__)

WRITE_INTERVAL = 0.25
"""Seconds between two records of how far it is."""
WORDS_TIME = 5.0
"""Seconds that a record may take to be written: a disk that hangs must not hold up the end of a process."""

Act = Callable[[Report], Awaitable[str]]
"""Does the work; the key of what was made."""


class JobWork:
    """One job, at work: `run` does it, `cancel` has it end."""

    def __init__(self, store: JobStore, id_: str, job: Job) -> None:
        self._store = store
        self._id = id_
        self._job = job
        self._changed = asyncio.Event()
        self._task: asyncio.Task[str] | None = None

    async def run(self, act: Act) -> Job:
        """Do it and write down how it ended, however it did; how it ended.

        Its record is there already. OSError or TimeoutError where its end cannot be written.
        """
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._done(act))
        writing = loop.create_task(self._keep_writing())
        try:
            await asyncio.wait({self._task})
            self._job = self._ended(self._task)
        finally:
            self._task.cancel()
            writing.cancel()
            await asyncio.wait({self._task, writing})
        await self._write()
        return self._job

    def cancel(self) -> None:
        """Have it end; it may take its time over that. A second call does not let it."""
        if self._task is not None and not self._task.done():
            self._change(replace(self._job, cancelling=True))
            self._task.cancel()

    async def _done(self, act: Act) -> str:
        return await act(self._report)

    def _report(self, done: float, total: float, text: str) -> None:
        self._change(replace(self._job, done=done, total=total, text=text))

    def _change(self, job: Job) -> None:
        self._job = job
        self._changed.set()

    def _ended(self, task: "asyncio.Task[str]") -> Job:
        now = time.time()
        if task.cancelled():
            return replace(self._job, state="cancelled", ended=now, cancelling=False)
        error = task.exception()
        if error is None:
            late = "It was done before it could be cancelled." if self._job.cancelling else ""
            complete = replace(self._job, state="done", ended=now, done=self._job.total, cancelling=False)
            return replace(complete, made=task.result(), message=late)
        if isinstance(error, Problem):
            return self._job.failed(error, now)
        log.error("a job failed", exc_info=error)
        return self._job.failed(Problem("internal-error", "It failed for a reason that nobody thought of"), now)

    async def _keep_writing(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._write()
            except (OSError, TimeoutError) as error:
                log.warning("a job's progress is not written: %s", error)
            await asyncio.sleep(WRITE_INTERVAL)

    async def _write(self) -> None:
        async with asyncio.timeout(WORDS_TIME):
            await in_thread(self._store.write, self._id, self._job)


async def log_done(path: Path, person: str, job: Job, params: Mapping[str, Any]) -> None:
    """Write into the log of what was done how a job ended."""
    failure = {"cancelled": "It was cancelled", "failed": job.message}.get(job.state, "")
    entry = Entry(time.time(), job.key, job.method, dict(params) | {"made": job.made}, failure, person)
    try:
        async with asyncio.timeout(WORDS_TIME):
            await in_thread(record, path, entry)
    except Exception as error:
        log.warning("%s is not written: %s", path, error)
