"""The folder of job records: one file for each job, named by its id, this user's alone. All of it blocks.

A file that is none of ours, or no record, is passed over. Nothing here is ever followed through a link.
"""

import asyncio
import os
import re
import stat
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from bridge.files.temporary import TemporaryFile
from bridge.processes.daemon_threads import DaemonThreads
from plugins.machines.history.history_store import state_folder
from plugins.machines.jobs.process import is_alive
from plugins.machines.jobs.record import RECORD_MAX, Job, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTED_MAX = 1000
"""Files of the folder that are looked at."""
KEPT_MAX = 50
"""Ended jobs that are kept; the oldest go first."""
KEPT_TIME = 7 * 86400.0
"""Seconds that an ended job is kept."""

P = ParamSpec("P")
T = TypeVar("T")

_threads = DaemonThreads("job-records", 2)
_ID = re.compile(r"[0-9a-f]{32}")
_SUFFIX = ".json"


def new_id() -> str:
    """The id of a new job."""
    return os.urandom(16).hex()


def is_id(text: str) -> bool:
    """Whether a job may be called so."""
    return _ID.fullmatch(text) is not None


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function` returns, run in a thread that keeps no process from ending."""
    return await asyncio.get_running_loop().run_in_executor(_threads, partial(function, *args, **kwargs))


class JobStore:
    """The records of this user, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "JobStore":
        """Where they are by the environment."""
        return cls(state_folder(environ) / "jobs")

    def make(self) -> None:
        """See that the folder is there. OSError where it cannot be."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, id_: str, job: Job) -> None:
        """Put the record in place, whole or not at all. OSError where it cannot be written."""
        self.make()
        with self._opened() as directory:
            file = TemporaryFile(directory, f"{id_}{_SUFFIX}")
            try:
                os.write(file.fd, job.as_bytes())
                file.publish(f"{id_}{_SUFFIX}")
            finally:
                file.close()

    def read(self, id_: str) -> Job | None:
        """The job, `interrupted` where its process is gone before it wrote how it ended; None where there is none."""
        try:
            with self._opened() as directory:
                return _true(directory, id_) if is_id(id_) else None
        except OSError:
            return None

    def read_all(self) -> dict[str, Job]:
        """All jobs by id, as `read` tells them; none where there is no folder."""
        try:
            with self._opened() as directory, os.scandir(directory) as entries:
                names = [entry.name for entry in islice(entries, LISTED_MAX) if entry.name.endswith(_SUFFIX)]
                ids = [name.removesuffix(_SUFFIX) for name in names]
                found = {id_: _true(directory, id_) for id_ in ids if is_id(id_)}
        except OSError:
            return {}
        return {id_: job for id_, job in found.items() if job is not None}

    def remove(self, id_: str) -> None:
        """Forget a job."""
        with suppress(OSError), self._opened() as directory:
            os.unlink(f"{id_}{_SUFFIX}", dir_fd=directory)

    def prune(self) -> None:
        """Forget the oldest that have ended, and all that ended long ago."""
        ended = {id_: job.ended for id_, job in self.read_all().items() if job.state != "running"}
        newest = sorted(ended, key=lambda id_: ended[id_], reverse=True)
        outdated = [id_ for id_ in newest if ended[id_] < time.time() - KEPT_TIME]
        for id_ in {*newest[KEPT_MAX:], *outdated}:
            self.remove(id_)

    @contextmanager
    def _opened(self) -> "Iterator[int]":
        directory = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if os.fstat(directory).st_uid != os.geteuid():
                raise PermissionError(f"{self.folder} belongs to somebody else")
            yield directory
        finally:
            os.close(directory)


def _true(directory: int, id_: str) -> Job | None:
    found = _read(directory, id_)
    if found is None or found[0].state != "running" or is_alive(found[0]):
        return found and found[0]
    # What its process wrote last may have come after the first look.
    last = _read(directory, id_)
    if last is None or last[0].state != "running":
        return last and last[0]
    return replace(last[0], state="interrupted", ended=last[1], cancelling=False)


def _read(directory: int, id_: str) -> tuple[Job, float] | None:
    """A job as it is written down, and when that was."""
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        fd = os.open(f"{id_}{_SUFFIX}", flags, dir_fd=directory)
    except OSError:
        return None
    try:
        info = os.fstat(fd)
        is_ours = stat.S_ISREG(info.st_mode) and info.st_uid == os.geteuid()
        job = parse(os.read(fd, RECORD_MAX + 1)) if is_ours else None
    except OSError:
        return None
    finally:
        os.close(fd)
    return (job, info.st_mtime) if job else None
