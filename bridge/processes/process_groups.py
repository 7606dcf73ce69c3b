"""Which process groups live: one look at /proc for all who ask, however many processes end at a time."""

import asyncio
import os
from collections.abc import Iterator

LOOK_INTERVAL = 0.01
"""Seconds between two looks, at least."""
_SHARE = 10
"""A look that took long is followed by a pause this many times as long."""


class _Looks:
    """The next look of one event loop, shared by all who wait for it."""

    def __init__(self) -> None:
        self._next: asyncio.Future[frozenset[int]] | None = None
        self._earliest = 0.0

    async def next(self) -> frozenset[int]:
        """What a look finds that begins after this call."""
        if self._next is None or self._next.get_loop() is not asyncio.get_running_loop():
            loop = asyncio.get_running_loop()
            self._next = loop.create_future()
            loop.call_at(max(self._earliest, loop.time()), self._look, self._next)
        return await asyncio.shield(self._next)

    def _look(self, waiting: "asyncio.Future[frozenset[int]]") -> None:
        loop = waiting.get_loop()
        self._next = None
        began = loop.time()
        found = frozenset(_live_groups())
        ended = loop.time()
        self._earliest = ended + max(LOOK_INTERVAL, (ended - began) * _SHARE)
        if not waiting.done():
            waiting.set_result(found)


_looks = _Looks()


async def live_groups() -> frozenset[int]:
    """The groups that have a process which runs, as of a moment after the call; zombies do not count."""
    return await _looks.next()


def _live_groups() -> Iterator[int]:
    """The groups of the processes that run (proc(5), stat: state and pgrp follow the last parenthesis)."""
    with os.scandir("/proc") as entries:
        pids = [entry.name for entry in entries if entry.name.isdigit()]
    for pid in pids:
        fields = _stat(pid).rpartition(b")")[2].split(maxsplit=3)
        if len(fields) > 2 and fields[0] not in (b"Z", b"X"):
            yield int(fields[2])


def _stat(pid: str) -> bytes:
    """What /proc says of a process; empty when it is gone."""
    try:
        fd = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(fd, 1024)
    except OSError:
        return b""
    finally:
        os.close(fd)
