"""Watching what is at a path, whichever component of the path is replaced."""

import asyncio
import errno
import os
import stat
from types import TracebackType
from typing import Protocol

from bridge.files import inotify as events
from bridge.files.inotify import Watch, inotify
from bridge.files.walk import walk
from bridge.protocol import Problem

_COMPONENT = events.CREATE | events.DELETE | events.MOVED_FROM | events.MOVED_TO | events.ATTRIB
_THING = events.MODIFY | events.ATTRIB | events.CLOSE_WRITE | events.DELETE_SELF | events.MOVE_SELF
_ENTRIES = events.CREATE | events.DELETE | events.MOVED_FROM | events.MOVED_TO
_IN_DOUBT = events.UNMOUNT | events.OVERFLOW | events.IGNORED | events.DELETE_SELF | events.MOVE_SELF


class Listener(Protocol):
    """Told what happens; nothing here may wait or raise."""

    def replaced(self) -> None:
        """Something else is at the path now, or nothing, or something again."""

    def changed(self, mask: int, name: str) -> None:
        """An inotify event of the thing at the path; `name` is that of an entry, if the thing is a directory.

        With OVERFLOW events were lost: anything may have changed.
        """

    def failed(self, problem: Problem) -> None:
        """The path cannot be watched any longer."""


class PathWatch:
    """Watches an absolute path from `__enter__` to `__exit__`, on the event loop.

    `info` is what is there, None with `error` where there is nothing to be seen. What may not be watched (a directory
    that may be passed but not read) is passed over: changes there are not noticed.
    """

    def __init__(self, path: str, listener: Listener) -> None:
        self.info: os.stat_result | None = None
        self.error = 0
        self._path = path
        self._listener = listener
        self._watches: list[Watch] = []
        self._identity: object = None
        self._check: asyncio.Handle | None = None

    def __enter__(self) -> "PathWatch":
        """Begin; Problem `limit` when the system allows no more watches."""
        try:
            self._identity = self._attach()
        except BaseException:
            self._detach()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._detach()
        if self._check:
            self._check.cancel()

    # For walk()

    def enter(self, directory: int, name: str) -> None:
        """Watch a component before it is looked up, so that no change of it is missed."""
        self._add(directory, _COMPONENT, self._component_changed, name)

    def follow(self, directory: int, link: int) -> None:
        """Any link is followed."""

    def _attach(self) -> object:
        """Watch every component anew; the identity of what is found."""
        old, self._watches = self._watches, []
        try:
            return self._find()
        finally:
            for watch in old:
                watch.close()

    def _find(self) -> object:
        self.info, self.error = None, 0
        try:
            place = walk(self._path, self)
        except OSError as exc:
            self.error = exc.errno or errno.EIO
            return self.error
        try:
            if place.target < 0:
                self.error = errno.ENOENT
                return self.error
            info = os.fstat(place.target)
            is_directory = stat.S_ISDIR(info.st_mode)
            if self._path.endswith("/") and not is_directory:
                self.error = errno.ENOTDIR
                return self.error
            # The size and times of a file may have changed until it is watched.
            watch = self._add(place.target, _THING | (_ENTRIES if is_directory else 0), self._thing_changed, None)
            self.info = os.fstat(place.target)
            return info.st_dev, info.st_ino, watch.descriptor if watch else info.st_ctime_ns
        finally:
            place.close()

    def _add(self, fd: int, mask: int, notify: events.Notify, name: str | None) -> Watch | None:
        try:
            watch = inotify().add(fd, mask, notify, name)
        except OSError:
            return None
        self._watches.append(watch)
        return watch

    def _detach(self) -> None:
        for watch in self._watches:
            watch.close()
        self._watches.clear()

    def _component_changed(self, mask: int, name: str) -> None:
        is_permission = mask & events.ATTRIB and not mask & events.IS_DIRECTORY
        if not is_permission:
            self._check_soon()

    def _thing_changed(self, mask: int, name: str) -> None:
        if not name and mask & _IN_DOUBT:
            self._check_soon()
        if not mask & (events.UNMOUNT | events.IGNORED):
            self._listener.changed(mask, name)

    def _check_soon(self) -> None:
        """Look again when the events that have been read are handled: they tend to come together."""
        if self._check is None:
            self._check = asyncio.get_running_loop().call_soon(self._check_now)

    def _check_now(self) -> None:
        self._check = None
        try:
            identity = self._attach()
        except Problem as problem:
            self._listener.failed(problem)
            return
        if identity != self._identity:
            self._identity = identity
            self._listener.replaced()
