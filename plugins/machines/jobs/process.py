"""The process that does a job, known so that another one with its number is never taken for it.

A process is itself by its number, the moment it was born (proc(5), stat: starttime, in ticks since the boot) and the
boot. Whoever is signalled is held by a pidfd first and looked at then.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from plugins.machines.jobs.record import Job

_STATE, _BIRTH = 0, 19
"""Positions after the last parenthesis of /proc/PID/stat."""


def birth(pid: int) -> int:
    """When a process that lives was born; 0 for one that is gone, or has ended and waits for its parent."""
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0
    return 0 if len(told) <= _BIRTH or told[_STATE] in (b"Z", b"X") else int(told[_BIRTH])


def boot() -> str:
    """Which boot this is."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


@contextmanager
def held(job: Job) -> Iterator[int]:
    """A pidfd of the job's process while it lasts, -1 where that is gone."""
    try:
        pidfd = os.pidfd_open(job.pid) if job.boot == boot() else -1
    except (OSError, OverflowError):
        pidfd = -1
    try:
        yield pidfd if pidfd >= 0 and job.birth == birth(job.pid) != 0 else -1
    finally:
        if pidfd >= 0:
            os.close(pidfd)


def is_alive(job: Job) -> bool:
    """Whether the job's process lives."""
    with held(job) as pidfd:
        return pidfd >= 0


def terminate(job: Job) -> None:
    """Ask the job's process to end, if it lives."""
    with held(job) as pidfd, suppress(ProcessLookupError):
        if pidfd >= 0:
            signal.pidfd_send_signal(pidfd, signal.SIGTERM)
