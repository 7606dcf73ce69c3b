"""`fsinfo`: attributes of a file and of a directory's entries, kept up to date by merge patches (reference 2.11)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bridge.channel import Channel
from bridge.files import inotify as events
from bridge.files.blocking import in_thread
from bridge.files.info import PublishedInfo, Request
from bridge.files.path_watch import PathWatch
from bridge.files.paths import absolute, encode_names
from bridge.protocol import JsonObject, Problem

INTERVAL = 0.1
"""Seconds in which changes are collected."""
_NAMES_MAX = 1024
"""Names of changed entries that are kept; with more, everything is looked at again."""
_ENTRIES_CHANGED = events.CREATE | events.DELETE | events.MOVED_FROM | events.MOVED_TO


class FileInfoChannel(Channel):
    """Sends merge patches, against null, of `info`, or of `error` where there is nothing to tell of.

    `attrs` names what is told; with "entries", or with a pattern `fnmatch`, also of a directory's entries; with
    "targets" of what links among those lead to. Without `watch` it ends after the first value. While `partial` is set,
    more patches belong to the value.
    """

    payload = "fsinfo"
    __slots__ = ()

    @dataclass(frozen=True, slots=True)
    class Options:
        """See reference 2.11."""

        path: str
        attrs: list[str]
        fnmatch: str | None = None
        watch: bool = False
        follow: bool = True

    async def run(self, options: Options) -> None:
        if not options.follow and options.watch:
            raise Problem("protocol-error", "attribute 'follow': cannot be false with \"watch\"")
        if not options.follow and "targets" in options.attrs:
            raise Problem("protocol-error", "attribute 'follow': cannot be false with \"targets\"")
        pattern = options.fnmatch if options.fnmatch is not None else "*" if "entries" in options.attrs else ""
        request = Request(absolute(options.path), frozenset(options.attrs), pattern, options.follow)
        published = PublishedInfo(request)
        if options.watch:
            await self._watch(published, request.path)
        else:
            self.ready()
            await self._send(published.reset)
        self.done()

    async def _watch(self, published: PublishedInfo, path: str) -> None:
        changes = _Changes()
        with PathWatch(path, changes):
            self.ready()
            async with asyncio.TaskGroup() as tasks:
                following = tasks.create_task(self._follow(published, changes))
                await self.wait_done()
                following.cancel()

    async def _follow(self, published: PublishedInfo, changes: "_Changes") -> None:
        loop = asyncio.get_running_loop()
        await self._send(published.reset)
        while True:
            sent_at = loop.time()
            await changes.arrived.wait()
            await asyncio.sleep(sent_at + INTERVAL - loop.time() if changes.replacement else INTERVAL)
            was_replaced, names = changes.take()
            await self._send(published.reset if was_replaced else partial(published.update, names))

    async def _send(self, look: Callable[[], list[JsonObject]]) -> None:
        for patch in await in_thread(look):
            await self.write(encode_names(patch))


class _Changes:
    """What the watch has seen since `take`."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self.replacement = False
        self._names: set[str] | None = set()
        self._problem: Problem | None = None

    def take(self) -> tuple[bool, set[str] | None]:
        """Whether something else is there now, and the changed names, None for any; Problem when watching ended."""
        if self._problem:
            raise self._problem
        taken = self.replacement, self._names
        self.replacement, self._names = False, set()
        self.arrived.clear()
        return taken

    def replaced(self) -> None:
        """Something else is there."""
        self.replacement = True
        self.arrived.set()

    def changed(self, mask: int, name: str) -> None:
        """Something happened to it, or in it; an entry that comes or goes changes the directory's own times."""
        if mask & events.OVERFLOW:
            self._names = None
        if self._names is not None:
            self._names |= {name, ""} if mask & _ENTRIES_CHANGED else {name}
            if len(self._names) > _NAMES_MAX:
                self._names = None
        self.arrived.set()

    def failed(self, problem: Problem) -> None:
        """It cannot be watched any longer."""
        self._problem = problem
        self.arrived.set()
