"""Live reload, for authors: the folders of plugins are watched, and what is edited takes effect by itself.

Only with PILOTHOUSE_RELOAD=1 in the environment, and only while somebody listens. After a change the packages are
looked for anew, back ends whose Python was edited end (and start again at their next channel), listeners are told.
"""

import asyncio
import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.files import inotify
from bridge.protocol import Problem
from manifests.search import search_path
from manifests.trust import SKIPPED, walk

if TYPE_CHECKING:
    from bridge.context import Context
    from manifests.search import Package

QUIET = 0.15
"""Seconds without a further change before one counts: an editor or a build writes more than once."""
UNREST_MAX = 1.0
"""Seconds after which changes count although there are always more."""
FOLDERS_MAX = 4000
"""Folders that are watched."""
OF_THE_CONSOLE = frozenset({"base1", "pilothouse-lib", "shell"})
"""Packages that every page is made of."""
_CHANGES = (
    inotify.CLOSE_WRITE | inotify.MOVED_FROM | inotify.MOVED_TO | inotify.CREATE | inotify.DELETE | inotify.DELETE_SELF
)


@dataclass(frozen=True, slots=True)
class Change:
    """What was edited: the packages with new `pages`, and whether the whole `console` has to be loaded anew."""

    pages: frozenset[str]
    console: bool


Listener = Callable[[Change], None]


class LiveReload:
    """The watch of one bridge. `restart_backends(names)` ends the back ends of packages."""

    def __init__(self, context: "Context", restart_backends: Callable[[frozenset[str]], None]) -> None:
        self._context = context
        self._restart_backends = restart_backends
        self._listeners: list[Listener] = []
        self._watches: list[inotify.Watch] = []
        self._watching = asyncio.Lock()
        self._changed = asyncio.Event()
        self._touched: set[tuple[str, str]] = set()

    async def listen(self, listener: Listener) -> None:
        """Tell `listener` of every change, until cancelled. One of those who listen keeps the watch, for all."""
        self._listeners.append(listener)
        try:
            async with self._watching:
                await self._watch()
        finally:
            self._listeners.remove(listener)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                await loop.run_in_executor(None, lambda: self._context.packages.names())
                self._watch_folders()
                await self._changed.wait()
                await self._wait_for_quiet()
                touched, self._touched = self._touched, set()
                await self._take_effect(touched)
        finally:
            self._forget_folders()

    async def _wait_for_quiet(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + UNREST_MAX
        while self._changed.is_set() and loop.time() < until:
            self._changed.clear()
            await asyncio.sleep(QUIET)

    async def _take_effect(self, touched: set[tuple[str, str]]) -> None:
        packages = self._context.packages
        before = packages.manifests()
        await asyncio.get_running_loop().run_in_executor(None, packages.reload)
        for reloaded in self._context.packages_reloaded:
            reloaded()
        self._restart_backends(frozenset(name for name, file in touched if file.endswith(".py")))
        pages = frozenset(name for name, file in touched if name and not file.endswith(".py"))
        change = Change(pages, console=bool(pages & OF_THE_CONSOLE) or packages.manifests() != before)
        if change.pages or change.console:
            for listener in list(self._listeners):
                listener(change)

    def _watch_folders(self) -> None:
        """Watch the folders that there are now; those that were watched before are watched all the time."""
        before, self._watches = self._watches, []
        packages = self._context.packages.packages.values()
        folders = [*_places(self._context), *(pair for each in packages for pair in _folders(each))]
        for name, folder in folders[:FOLDERS_MAX]:
            with contextlib.suppress(OSError, Problem):
                self._watches.append(self._watch_folder(name, folder))
        for watch in before:
            watch.close()

    def _watch_folder(self, package: str, folder: str) -> inotify.Watch:
        fd = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            return inotify.inotify().add(fd, _CHANGES, lambda _, name: self._touch(package, name))
        finally:
            os.close(fd)

    def _forget_folders(self) -> None:
        watches, self._watches = self._watches, []
        for watch in watches:
            watch.close()

    def _touch(self, package: str, name: str) -> None:
        if name.startswith(".") or name.endswith(("~", ".pyc")) or name in SKIPPED:
            return
        self._touched.add((package, name))
        self._changed.set()


def _places(context: "Context") -> Iterator[tuple[str, str]]:
    """Folders in which plugins appear and vanish; they belong to none."""
    for place in search_path(context.environ):
        if not place.single:
            yield "", place.folder


def _folders(package: "Package") -> Iterator[tuple[str, str]]:
    """The folders of a package, with its name."""
    root = os.path.realpath(package.directory)
    yield package.name, root
    with contextlib.suppress(OSError):
        for path in walk(root):
            if stat.S_ISDIR(os.lstat(path).st_mode):
                yield package.name, path
