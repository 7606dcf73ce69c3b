"""inotify(7): one descriptor for all watches of the process, read by the event loop."""

import asyncio
import ctypes
import errno
import os
import struct
from collections.abc import Callable, Iterable
from weakref import WeakKeyDictionary

from bridge.protocol import Problem

MODIFY = 0x2
ATTRIB = 0x4
CLOSE_WRITE = 0x8
MOVED_FROM = 0x40
MOVED_TO = 0x80
CREATE = 0x100
DELETE = 0x200
DELETE_SELF = 0x400
MOVE_SELF = 0x800
UNMOUNT = 0x2000
OVERFLOW = 0x4000
IGNORED = 0x8000
IS_DIRECTORY = 0x4000_0000
_MASK_ADD = 0x2000_0000
_TO_ALL = UNMOUNT | OVERFLOW | IGNORED

_HEADER = struct.Struct("iIII")
_READ_SIZE = 32 * 1024
_PAUSE = 0.05
"""Seconds without reading after a full buffer. The kernel keeps `max_queued_events`, then says that it lost some."""
_LIMITS = {errno.ENOSPC: "fs.inotify.max_user_watches", errno.EMFILE: "fs.inotify.max_user_instances"}

_libc = ctypes.CDLL(None, use_errno=True)

Notify = Callable[[int, str], None]
"""Called with the bits of an event and the name in the watched directory it is about, "" for the watched thing."""


class Watch:
    """Interest of one listener in one inode; `descriptor` is a number that no other inode ever gets."""

    __slots__ = ("_inotify", "descriptor", "mask", "name", "notify")

    def __init__(self, inotify: "Inotify", descriptor: int, mask: int, name: str | None, notify: Notify) -> None:
        self._inotify = inotify
        self.descriptor = descriptor
        self.mask = mask
        self.name = name
        self.notify = notify

    def close(self) -> None:
        """Notify no more."""
        self._inotify.remove(self)


class Inotify:
    """The watches of one event loop. It has a descriptor only while there are watches."""

    def __init__(self) -> None:
        self._fd = -1
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watches: dict[int, dict[str | None, list[Watch]]] = {}

    def add(self, fd: int, mask: int, notify: Notify, name: str | None = None) -> Watch:
        """Watch the inode that `fd` is open on (O_PATH will do) for `mask`; with `name`, for events about that name.

        `notify` also hears of UNMOUNT, IGNORED and OVERFLOW. Problem `limit` when the system allows no more watches,
        OSError for what cannot be watched.
        """
        self._open()
        descriptor = _libc.inotify_add_watch(self._fd, f"/proc/self/fd/{fd}".encode(), mask | _MASK_ADD)
        if descriptor < 0:
            self._close_if_idle()
            raise _error()
        watch = Watch(self, descriptor, mask | _TO_ALL, name, notify)
        self._watches.setdefault(descriptor, {}).setdefault(name, []).append(watch)
        return watch

    def remove(self, watch: Watch) -> None:
        """End `watch`; nothing happens if it has ended."""
        names = self._watches.get(watch.descriptor, {})
        listeners = names.get(watch.name, [])
        if watch not in listeners:
            return
        listeners.remove(watch)
        if not listeners:
            del names[watch.name]
        if not names:
            del self._watches[watch.descriptor]
            _libc.inotify_rm_watch(self._fd, watch.descriptor)
            self._close_if_idle()

    def _open(self) -> None:
        if self._fd < 0:
            fd = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
            if fd < 0:
                raise _error()
            self._fd = fd
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(fd, self._read)

    def _close_if_idle(self) -> None:
        if self._watches or self._fd < 0:
            return
        assert self._loop is not None
        self._loop.remove_reader(self._fd)
        if self._timer:
            self._timer.cancel()
            self._timer = None
        os.close(self._fd)
        self._fd = -1

    def _read(self) -> None:
        try:
            data = os.read(self._fd, _READ_SIZE)
        except BlockingIOError:
            return
        if len(data) > _READ_SIZE // 2:
            self._pause()
        for descriptor, mask, name in _events(data):
            self._dispatch(descriptor, mask, os.fsdecode(name))
        self._close_if_idle()

    def _pause(self) -> None:
        assert self._loop is not None
        self._loop.remove_reader(self._fd)
        self._timer = self._loop.call_later(_PAUSE, self._resume)

    def _resume(self) -> None:
        self._timer = None
        assert self._loop is not None
        self._loop.add_reader(self._fd, self._read)

    def _dispatch(self, descriptor: int, mask: int, name: str) -> None:
        if mask & OVERFLOW:
            listeners = [w for names in self._watches.values() for some in names.values() for w in some]
        elif mask & IGNORED:
            listeners = [w for some in self._watches.pop(descriptor, {}).values() for w in some]
        else:
            names = self._watches.get(descriptor, {})
            listeners = [*names.get(name, ()), *names.get(None, ())] if name else [w for s in names.values() for w in s]
        for watch in listeners:
            if watch.mask & mask:
                watch.notify(mask, name)


def _events(data: bytes) -> Iterable[tuple[int, int, bytes]]:
    """The different events of what was read, each at the place of its last occurrence."""
    found: dict[tuple[int, int, bytes], None] = {}
    position = 0
    while position < len(data):
        descriptor, mask, _, length = _HEADER.unpack_from(data, position)
        position += _HEADER.size + length
        event = (descriptor, mask, data[position - length : position].rstrip(b"\0"))
        found.pop(event, None)
        found[event] = None
    return found


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Inotify] = WeakKeyDictionary()


def inotify() -> Inotify:
    """The one that the running event loop's watches share."""
    loop = asyncio.get_running_loop()
    return _of_loop.setdefault(loop, Inotify())


def _error() -> Exception:
    number = ctypes.get_errno()
    if number in _LIMITS:
        return Problem("limit", f"no more files can be watched: the limit {_LIMITS[number]} is reached")
    return OSError(number, os.strerror(number))
