"""Names on the disk: what makes new names in directories durable, soon after they were given."""

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any

from bridge.files.blocking import in_thread

log = logging.getLogger(__name__)

DELAY = 0.05
"""Seconds until the directories that changed are synced, together: one commit of a journal serves many saves."""
WAITING_MAX = 64
"""Directories that wait at most; the next one is synced by whoever brings it."""

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class NameSync:
    """Syncs each directory it is given within `DELAY` and a thread's turn; once, however often it was given meanwhile.

    It belongs to the running loop.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._directories: dict[tuple[int, int], int] = {}

    def add(self, spawn: Spawn, directory: int) -> None:
        """A name in `directory`, a descriptor that is closed here, has changed. For any thread that may wait.

        `spawn` runs the task that does it; whoever owns the task waits for it at the end.
        """
        info = os.fstat(directory)
        key = (info.st_dev, info.st_ino)
        if key in self._directories:
            os.close(directory)  # it is synced after this, and the loop need not be woken to hear of it
        elif len(self._directories) >= WAITING_MAX:
            sync_now(directory)
        else:
            self._loop.call_soon_threadsafe(self._keep, spawn, key, directory)

    def _keep(self, spawn: Spawn, key: tuple[int, int], directory: int) -> None:
        if key in self._directories:
            os.close(directory)
            return
        if not self._directories:
            spawn(self._sync_soon())
        self._directories[key] = directory

    async def _sync_soon(self) -> None:
        await asyncio.sleep(DELAY)
        directories, self._directories = self._directories, {}
        await in_thread(partial(_sync_all, directories.values()))


def _sync_all(directories: Iterable[int]) -> None:
    for directory in directories:
        sync_now(directory)


def sync_now(directory: int) -> None:
    """Make the names in a directory durable, and close it; one that is gone, or not ours to read, cannot be synced."""
    try:
        fd = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=directory)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    except (FileNotFoundError, PermissionError):
        pass
    except OSError as exc:
        log.warning("cannot make a saved file's name durable: %s", exc.strerror)
    finally:
        os.close(directory)
