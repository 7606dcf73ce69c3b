"""Jobs: work that goes on when the page, the login and this very process are gone, with a record that others find.

A job is a process (`runner`) but on libvirt's test driver, whose world is that of this process: there it is a task.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bridge.protocol import JsonObject, Problem
from plugins.machines.jobs.notes import is_note, settle
from plugins.machines.jobs.process import terminate
from plugins.machines.jobs.record import Job
from plugins.machines.jobs.request import Request
from plugins.machines.jobs.store import JobStore, in_thread
from plugins.machines.jobs.watch import Jobs as Found
from plugins.machines.jobs.watch import JobWatch

if TYPE_CHECKING:
    from plugins.machines.jobs.work import Act, JobWork

RUNNING_MAX = 8
"""Jobs that run at a time; more wait to be begun."""
CLOSE_TIME = 2.0
"""Seconds that the tasks of this process get to end."""

OnRows = Callable[[JsonObject], None]


class Jobs:
    """The jobs of this user."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._store = JobStore.of(environ)
        self._watch = JobWatch(self._store)
        self._beginning = asyncio.Lock()
        self._own: dict[str, tuple[JobWork, asyncio.Task[None]]] = {}

    @asynccontextmanager
    async def follow(self, uri: str, on_rows: OnRows) -> AsyncIterator[None]:
        """Call `on_rows` with the rows of this connection's jobs by id whenever they change, and once at first."""
        told: JsonObject | None = None

        def pass_on(found: Found) -> None:
            nonlocal told
            rows = {id_: job.as_row() for id_, job in found.items() if job.uri == uri and not is_note(job)}
            if rows != told:
                told = rows
                on_rows(rows)

        async with self._watch.follow(pass_on):
            yield

    async def begin(self, request: Request, act: "Act") -> None:
        """Have it done, and return when its record is there; only while somebody follows. `act` does it in here.

        Problem `internal-error` where it cannot be begun.
        """
        # What begins a job is not needed to say which there are.
        from plugins.machines.jobs.start import scope, start

        async with self._beginning:
            await self._watch.until(lambda found: _running(found) < RUNNING_MAX)
            await in_thread(self._prepare)
            if request.uri.startswith("test:"):
                await self._begin_here(request, act)
            else:
                await start(request, self._environ, scope(self._environ, root=os.geteuid() == 0))
            await self._watch.look()

    async def ended(self, id_: str, limit: float) -> Job | None:
        """The job once it has ended; None where it takes longer than `limit` seconds, or is forgotten."""
        try:
            async with asyncio.timeout(limit):
                found = await self._watch.until(lambda found: id_ not in found or found[id_].state != "running")
        except TimeoutError:
            return None
        return found.get(id_)

    async def cancel(self, uri: str, id_: str) -> None:
        """Have a job of this connection end; it may take its time. Problem `not-found` where none of it runs."""
        job = (await self._watch.look()).get(id_)
        if job is None or job.uri != uri or job.state != "running" or is_note(job):
            raise Problem("not-found", "This job does not run any more")
        own = self._own.get(id_)
        if own is not None:
            own[0].cancel()
        else:
            terminate(job)

    async def forget(self, uri: str, id_: str) -> None:
        """Remove the record of a job that has ended. Problem `change-conflict` where it has not."""
        job = (await self._watch.look()).get(id_)
        if job is None or job.uri != uri:
            return
        if job.state == "running":
            raise Problem("change-conflict", "This job still runs")
        await in_thread(self._store.remove, id_)
        await self._watch.look()

    async def settle(self, uri: str, key: str) -> None:
        """Forget the uploads that were interrupted into a volume that is gone by now."""
        await in_thread(settle, self._store, uri, key)

    async def close(self) -> None:
        """End what this process does itself."""
        tasks = {task for work, task in self._own.values()}
        for work, _ in self._own.values():
            work.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=CLOSE_TIME)
            for task in late:
                task.cancel()

    def _prepare(self) -> None:
        try:
            self._store.make()
        except OSError as error:
            raise Problem("internal-error", f"A job cannot be written down: {error.strerror}") from None
        self._store.prune()

    async def _begin_here(self, request: Request, act: "Act") -> None:
        from plugins.machines.jobs.work import JobWork

        job = request.as_job()
        await in_thread(self._store.write, request.id, job)
        work = JobWork(self._store, request.id, job)
        task = asyncio.get_running_loop().create_task(self._do(request, work, act))
        self._own[request.id] = work, task
        task.add_done_callback(lambda _: self._own.pop(request.id))

    async def _do(self, request: Request, work: "JobWork", act: "Act") -> None:
        from plugins.machines.history.done_log import log_path, person_of
        from plugins.machines.jobs.work import log_done

        ended = await work.run(act)
        await log_done(log_path(request.uri, self._environ), person_of(self._environ), ended, request.params)


class AllJobs:
    """The jobs of this process's user, by where their records are."""

    def __init__(self) -> None:
        self._jobs: dict[str, Jobs] = {}

    def of(self, environ: Mapping[str, str]) -> Jobs:
        """Those whose records are where `environ` says."""
        folder = str(JobStore.of(environ).folder)
        return self._jobs.setdefault(folder, Jobs(environ))

    async def close(self) -> None:
        """End what this process does itself; what has a process of its own goes on."""
        for jobs in self._jobs.values():
            await jobs.close()


def _running(found: Found) -> int:
    return sum(job.state == "running" and not is_note(job) for job in found.values())
