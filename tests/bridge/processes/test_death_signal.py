"""What becomes of a process group when the process that started it is killed, or not."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from testbed.processes import process_table, wait_until

from bridge.processes.death_signal import DeathSignal

HOLDER = """
import os, sys
from bridge.processes.death_signal import DeathSignal
held = DeathSignal(int(sys.argv[1]))
{then}
os.write(1, b"held")
os.read(0, 1)
"""


@contextmanager
def family() -> Iterator[tuple[int, int]]:
    """A process that ignores nothing, and its child in the same group, which outlive whoever started them."""
    script = "sleep 100 & echo $!; wait"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True) as parent:
        assert parent.stdout is not None
        try:
            yield parent.pid, int(parent.stdout.readline())
        finally:
            os.killpg(parent.pid, signal.SIGKILL)


def kill_holder(group: int, then: str = "") -> None:
    """Start a process that holds the group's death signal, and kill it."""
    argv = [sys.executable, "-I", "-c", HOLDER.format(then=then), str(group)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.read(4) == b"held"
        holder.kill()


def lives(pid: int) -> bool:
    process = process_table().get(pid)
    return process is not None and process.state != "Z"


def test_the_whole_group_ends_with_the_holder() -> None:
    with family() as (parent, child):
        kill_holder(parent)
        wait_until(lambda: not lives(parent) and not lives(child), "the group ends")


def test_a_cancelled_one_spares_the_group() -> None:
    with family() as (parent, child):
        kill_holder(parent, "held.cancel(); held.cancel()")
        with family() as (other, _):
            kill_holder(other)
            wait_until(lambda: not lives(other), "what was killed later has ended")
        assert lives(parent)
        assert lives(child)


def test_cancelling_leaves_no_descriptor() -> None:
    with family() as (parent, child):
        before = set(Path("/proc/self/fd").iterdir())
        for _ in range(20):
            DeathSignal(parent).cancel()
        assert set(Path("/proc/self/fd").iterdir()) == before
        assert lives(child)


def test_without_a_descriptor_left_it_is_cancelled_all_the_same() -> None:
    with family() as (parent, child):
        held = DeathSignal(parent)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            with pytest.raises(OSError, match="Too many open files"):
                DeathSignal(parent)
            held.cancel()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        with pytest.raises(ProcessLookupError):
            DeathSignal(2**22 - 1)
        assert lives(parent)
        assert lives(child)
