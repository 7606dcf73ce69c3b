"""The jobs of this user as they are on disk, followed: told of whoever starts, ends or forgets one, in any process."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from bridge.files.path_watch import PathWatch
from bridge.protocol import Problem
from plugins.machines.jobs.process import held
from plugins.machines.jobs.record import Job
from plugins.machines.jobs.store import JobStore, in_thread

log = logging.getLogger(__name__)

LOOK_INTERVAL = 0.2
"""Seconds between two looks into the folder; after quiet the first happens at once."""
FIRST_LOOK = 1.0
"""Seconds that whoever begins to follow waits for the disk."""

Jobs = Mapping[str, Job]
Follower = Callable[[Jobs], None]


class JobWatch:
    """Looks into a folder of records while somebody follows; the end of a job's process is an event too."""

    def __init__(self, store: JobStore) -> None:
        self.jobs: Jobs = {}
        """As they were seen last; true while somebody follows."""
        self._store = store
        self._followers: list[Follower] = []
        self._dirty = asyncio.Event()
        self._dirty.set()
        self._looking = asyncio.Lock()
        self._looked = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._pidfds: dict[str, int] = {}

    @asynccontextmanager
    async def follow(self, follower: Follower) -> AsyncIterator[None]:
        """Call `follower` with all jobs at every change; it has been once when this begins, if the disk answers."""
        self._followers.append(follower)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._watch())
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_LOOK):
                    await self.look()
            follower(self.jobs)
            yield
        finally:
            self._followers.remove(follower)
            task = self._task
            if not self._followers and task is not None:
                self._task = None
                task.cancel()
                await asyncio.wait({task})

    async def look(self) -> Jobs:
        """All jobs as they are now; whoever follows has been told them when this returns."""
        async with self._looking:
            jobs = await in_thread(self._store.read_all)
            self._hold(jobs)
            changed, self.jobs = jobs != self.jobs, jobs
            if changed:
                for follower in list(self._followers):
                    follower(jobs)
        async with self._looked:
            self._looked.notify_all()
        return jobs

    async def until(self, condition: Callable[[Jobs], bool]) -> Jobs:
        """Wait until `condition` holds; only while somebody follows."""
        async with self._looked:
            await self._looked.wait_for(lambda: condition(self.jobs))
        return self.jobs

    # The folder (bridge.files.path_watch.Listener)

    def replaced(self) -> None:
        """See `Listener`."""
        self._dirty.set()

    def changed(self, mask: int, name: str) -> None:
        """See `Listener`."""
        self._dirty.set()

    def failed(self, problem: Problem) -> None:
        """See `Listener`."""
        log.warning("%s cannot be watched: %s", self._store.folder, problem)

    async def _watch(self) -> None:
        try:
            with PathWatch(str(self._store.folder), self):
                await self._look_when_dirty()
        except Problem as problem:
            self.failed(problem)
        finally:
            self._hold({})

    async def _look_when_dirty(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            await self.look()
            await asyncio.sleep(LOOK_INTERVAL)

    # The processes

    def _hold(self, jobs: Jobs) -> None:
        """Hear of the end of those that run, and of no others."""
        running = {id_ for id_, job in jobs.items() if job.state == "running"}
        loop = asyncio.get_running_loop()
        for id_ in self._pidfds.keys() - running:
            pidfd = self._pidfds.pop(id_)
            loop.remove_reader(pidfd)
            os.close(pidfd)
        if self._task is None:
            return
        for id_ in running - self._pidfds.keys():
            with held(jobs[id_]) as pidfd, suppress(OSError):
                if pidfd < 0:
                    self._dirty.set()
                    continue
                self._pidfds[id_] = kept = os.dup(pidfd)
                loop.add_reader(kept, self._ended, id_)

    def _ended(self, id_: str) -> None:
        # A pidfd stays readable: it has said what it can.
        asyncio.get_running_loop().remove_reader(self._pidfds[id_])
        self._dirty.set()
