"""Live figures of the running domains, one bulk call per tick for all who want them at that pace."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from bridge.protocol import Problem
from plugins.machines.provider import Reading, Traffic

Rows = dict[str, list[float]]
"""By domain: the percentage of all its virtual CPUs in use and the bytes of memory in use; where they are told also the
bytes a second read from and written to its disks, and received and sent by its interfaces."""
SampleListener = Callable[[Rows], None]


class Moment(NamedTuple):
    """Readings and when they were taken, in seconds of a monotonic clock."""

    time: float
    readings: Mapping[str, Reading]


def rows_between(before: Moment, after: Moment) -> Rows:
    """What the domains in both moments did between them.

    One that was restarted in between has a counter that went back: it has no row, for the difference says nothing.
    """
    nanoseconds = (after.time - before.time) * 1e9
    rows: Rows = {}
    for key, reading in after.readings.items():
        earlier = before.readings.get(key)
        if earlier is None or reading.cpu_time < earlier.cpu_time or nanoseconds <= 0:
            continue
        share = (reading.cpu_time - earlier.cpu_time) / (nanoseconds * max(1, reading.vcpus))
        rates = _rates(earlier.traffic, reading.traffic, after.time - before.time)
        rows[key] = [round(min(100.0, 100 * share), 1), reading.memory_used, *rates]
    return rows


def _rates(before: Traffic | None, after: Traffic | None, seconds: float) -> list[int]:
    """Bytes a second; none where nothing can be said, as when a device with its counters was taken out."""
    if before is None or after is None:
        return []
    changes = [later - earlier for earlier, later in zip(before, after, strict=True)]
    return [round(change / seconds) for change in changes] if min(changes) >= 0 else []


class Sampler:
    """Takes a reading every `interval` seconds while somebody listens and `wanted` says that there is one to take.

    `take` may fail with a Problem, as it does while the connection is away: that tick is left out. A late tick is not
    made up for.
    """

    def __init__(
        self, interval: float, take: Callable[[], Awaitable[Mapping[str, Reading]]], wanted: Callable[[], bool]
    ) -> None:
        self._interval = interval
        self._take = take
        self._wanted = wanted
        self._listeners: list[SampleListener] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nobody listens."""
        return not self._listeners

    @asynccontextmanager
    async def listen(self, listener: SampleListener) -> AsyncIterator[None]:
        """Call `listener` with the rows of every tick; the first listener starts the sampling, the last one ends it."""
        self._listeners.append(listener)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
        finally:
            self._listeners.remove(listener)
            if self.is_idle:
                await self._stop()

    async def _stop(self) -> None:
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.wait({task})

    async def _run(self) -> None:
        before: Moment | None = None
        clock = asyncio.get_running_loop().time
        while True:
            started = clock()
            now = await self._moment()
            if before is not None and now is not None:
                self._tell(rows_between(before, now))
            before = now
            await asyncio.sleep(max(0.0, started + self._interval - clock()))

    async def _moment(self) -> Moment | None:
        if not self._wanted():
            return None
        with suppress(Problem):
            readings = await self._take()
            return Moment(asyncio.get_running_loop().time(), readings)
        return None

    def _tell(self, rows: Rows) -> None:
        if rows:
            for listener in list(self._listeners):
                listener(rows)
