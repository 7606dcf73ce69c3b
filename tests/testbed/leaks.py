"""Leak detection: what a test leaves behind is compared with what was there before it."""

import asyncio
import gc
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from testbed import processes

SETTLE_SECONDS = 2.0

_owned: set[int] = set()


def own(pid: int) -> None:
    """Declares that a session-wide fixture owns this process and everything below it: no test is blamed for it."""
    _owned.add(pid)


def disown(pid: int) -> None:
    """Takes an `own` back, when the process was ended."""
    _owned.discard(pid)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All processes by number, threads that keep Python alive, and open file descriptors.

    Whose a process is, is asked of those alone that are new: it is taken before and after each of thousands of tests.
    """

    pids: frozenset[int]
    owned: frozenset[int]
    threads: frozenset[threading.Thread]
    descriptors: dict[int, str]

    @classmethod
    def take(cls) -> Self:
        threads = (thread for thread in threading.enumerate() if not thread.daemon)
        return cls(processes.all_pids(), frozenset(_owned), frozenset(threads), _descriptors())

    def leaked_since(self, before: "Snapshot") -> list[str]:
        """One sentence for each thing that is here and was not in `before`."""
        found = [f"process {processes.describe(pid)}" for pid in sorted(self._pids_since(before))]
        found += [f"thread {thread.name}" for thread in self.threads - before.threads]
        if len(self.descriptors) > len(before.descriptors):
            new = self.descriptors.items() - before.descriptors.items()
            listed = ", ".join(f"{number} -> {target}" for number, target in sorted(new))
            found.append(f"{len(self.descriptors) - len(before.descriptors)} file descriptor(s), among {listed}")
        return found

    def _pids_since(self, before: "Snapshot") -> set[int]:
        """The new ones that came from here, and those that a fixture has owned meanwhile and does no longer."""
        new, given_up = self.pids - before.pids, before.owned - self.owned
        lines = processes.lines_of(self.pids if given_up else new)
        return {
            pid
            for pid, line in lines.items()
            if self.owned.isdisjoint(line) and ((pid in new and _ours(line)) or not given_up.isdisjoint(line))
        }


def settle(before: Snapshot) -> list[str]:
    """The leaks since `before`, once they had SETTLE_SECONDS to go away by themselves."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (leaked := Snapshot.take().leaked_since(before)) and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.02)  # noqa: TID251 - no event loop runs between tests
    return leaked


class LoopGuard:
    """The same for a test that ran on an event loop, which is still open: its tasks are looked at as well."""

    def __init__(self) -> None:
        self._tasks = asyncio.all_tasks()
        self._before = Snapshot.take()

    async def settle(self) -> list[str]:
        """The leaks since construction. The loop runs on meanwhile, so that transports can finish closing."""
        await asyncio.get_running_loop().shutdown_default_executor()
        deadline = time.monotonic() + SETTLE_SECONDS
        while (leaked := self._leaked()) and time.monotonic() < deadline:
            gc.collect()
            await asyncio.sleep(0.02)
        return leaked

    def _leaked(self) -> list[str]:
        others = asyncio.all_tasks() - self._tasks - {asyncio.current_task()}
        tasks = [f"task {task.get_name()}: {task.get_coro()!r}" for task in others]
        return tasks + Snapshot.take().leaked_since(self._before)


def _ours(line: list[int]) -> bool:
    """Whether the first of this line of ancestors came from this process, or from one that did and has ended."""
    run = os.environ.get(processes.MARKER)
    return os.getpid() in line[1:] or bool(run and processes.carries(processes.MARKER, run, line[0]))


def _descriptors() -> dict[int, str]:
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found[int(entry.name)] = str(entry.readlink())
        except OSError:  # the descriptor that the listing itself used
            continue
    return found
