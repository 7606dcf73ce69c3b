"""What `fswatch1` and a watching `fslist1` send: one JSON object per event (reference 2.9)."""

import asyncio
import os
import stat
from types import TracebackType

from bridge.channel import Channel
from bridge.files import inotify as events
from bridge.files.path_watch import PathWatch
from bridge.files.paths import encode_names
from bridge.files.tags import ABSENT, tag_of
from bridge.protocol import JsonObject, Problem

BURST = 3
"""Reports that go at once: a file that is written makes three."""
INTERVAL = 1 / 7
"""Seconds between further ones, so that no second has more than ten."""
PENDING_MAX = 128
"""Different events that may wait; beyond, they become one `changed` of the watched directory."""

_KINDS = (
    (events.CREATE | events.MOVED_TO, "created"),
    (events.DELETE | events.MOVED_FROM, "deleted"),
    (events.MODIFY, "changed"),
    (events.CLOSE_WRITE, "done-hint"),
    (events.ATTRIB, "attribute-changed"),
)


class Reports:
    """Watches `path` and tells, event by event, of it and, if it is a directory, of its entries.

    Equal events that wait become one; what is told last is what happened last. Problem `limit` when the system allows
    no more watches.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._pending: dict[tuple[str, str], None] = {}
        self._arrived = asyncio.Event()
        self._problem: Problem | None = None
        self._was_there = False
        self._watch = PathWatch(path, self)

    def __enter__(self) -> "Reports":
        """Begin to collect; Problem `limit`."""
        self._watch.__enter__()
        self._was_there = self._watch.info is not None
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._watch.__exit__(kind, exc, tb)

    async def send_to(self, channel: Channel) -> None:
        """Send the reports, none faster than they may be, until the other side is done."""
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._send_all(channel))
            await channel.wait_done()
            sending.cancel()

    async def _send_all(self, channel: Channel) -> None:
        loop = asyncio.get_running_loop()
        free_at = loop.time() - BURST * INTERVAL
        while True:
            await self._arrived.wait()
            if self._problem:
                raise self._problem
            free_at = max(free_at + INTERVAL, loop.time() - (BURST - 1) * INTERVAL)
            await asyncio.sleep(max(free_at - loop.time(), 0))
            if self._pending:
                kind, path = next(iter(self._pending))
                del self._pending[kind, path]
                await channel.write(encode_names(_report(kind, path)))
            if not self._pending and not self._problem:
                self._arrived.clear()

    # For the watch

    def replaced(self) -> None:
        """Something else is there; what was still to be told of the thing before does not matter any more."""
        for kind in ("changed", "attribute-changed", "done-hint"):
            self._pending.pop((kind, self._path), None)
        if self._watch.info is not None:
            self._add("created", self._path)
        elif self._was_there:
            self._add("deleted", self._path)
        self._was_there = self._watch.info is not None

    def changed(self, mask: int, name: str) -> None:
        """Something happened to it, or in it."""
        if mask & events.OVERFLOW:
            self._add("changed", self._path)
        for bits, kind in _KINDS:
            if mask & bits:
                self._add(kind, os.path.join(self._path, name) if name else self._path)  # noqa: PTH118

    def failed(self, problem: Problem) -> None:
        """It cannot be watched any longer."""
        self._problem = problem
        self._arrived.set()

    def _add(self, kind: str, path: str) -> None:
        self._pending.pop((kind, path), None)
        if len(self._pending) >= PENDING_MAX:
            self._pending.clear()
            kind, path = "changed", self._path
        self._pending[kind, path] = None
        self._arrived.set()


def _report(kind: str, path: str) -> JsonObject:
    report: JsonObject = {"event": kind, "path": path, "tag": ABSENT}
    if kind == "deleted":
        return report
    try:
        info = os.stat(path)  # noqa: PTH116
    except OSError:
        return report
    report["tag"] = tag_of(info)
    if kind == "created":
        report["type"] = "directory" if stat.S_ISDIR(info.st_mode) else "file"
    return report
