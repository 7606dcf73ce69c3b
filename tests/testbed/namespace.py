"""A corner of this machine where a system daemon can run without touching the real one's files.

Two levels, because programs under test need the first and daemons the second:

- the *outside* level has its own mounts and network. A program that enters it sees the private daemon under its
  usual paths, and is otherwise an ordinary process of this machine.
- the *inside* level also has its own process table. Whatever daemons start there, also what they leave to init,
  ends with it: nothing can outlive the tests, not even when they are killed.

Both live exactly as long as a `cat` that reads a pipe of ours.
"""

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from testbed import leaks
from testbed.processes import wait_until


class Namespace:
    """Made on construction, needs root and util-linux; `close()` ends every process inside and waits for that."""

    def __init__(self) -> None:
        self._outside = _hold(["unshare", "--mount", "--net", "--propagation", "private", "--", "cat"])
        self._outside_pid = self._outside.pid
        _await_init(self._outside, lambda: [self._outside_pid])
        self._inside: subprocess.Popen[bytes] | None = None
        self._init_pid = 0

    def mount(self, *arguments: str | Path) -> None:
        """One mount(8) in here. All mounts come before `enter_inside`: later ones would not be seen there."""
        self.run("mount", *arguments)

    def run(self, program: str, *arguments: str | Path) -> None:
        """Runs a set-up command in the outside level; a failure raises CalledProcessError."""
        subprocess.run(self.enter([program, *map(str, arguments)]), check=True, capture_output=True, timeout=30)

    def enter(self, argv: Sequence[str]) -> list[str]:
        """`argv`, prefixed so that it runs with these mounts but in this machine's network and process table.

        nsenter replaces itself, so the pid and the signals are the program's own. Its working directory is `/`.
        """
        return ["nsenter", f"--mount=/proc/{self._outside_pid}/ns/mnt", "--", *argv]

    def start_inside(self) -> None:
        """Starts the inner process table. Its init ignores SIGCHLD: the kernel then reaps every orphan."""
        prefix = ["nsenter", f"--mount=/proc/{self._outside_pid}/ns/mnt", f"--net=/proc/{self._outside_pid}/ns/net"]
        unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        init = ["env", "--ignore-signal=CHLD", "cat"]
        self._inside = _hold([*prefix, "--", *unshare, "--", *init])
        holder = self._inside.pid
        self._init_pid = _await_init(self._inside, lambda: child_pids(holder))

    def enter_inside(self, argv: Sequence[str]) -> list[str]:
        """`argv`, prefixed so that it runs in here altogether. nsenter stays as its parent, with its exit status."""
        ns = f"/proc/{self._init_pid}/ns"
        return ["nsenter", f"--mount={ns}/mnt", f"--net={ns}/net", f"--pid={ns}/pid", "--", *argv]

    def close(self) -> None:
        """Ends every process inside. Safe to call twice."""
        for holder in (self._inside, self._outside):
            if holder is not None and holder.stdin is not None and not holder.stdin.closed:
                holder.stdin.close()
                holder.wait(timeout=30)
                leaks.disown(holder.pid)


def child_pids(pid: int) -> list[int]:
    """The direct children of a process, also of one that is just ending."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _hold(argv: list[str]) -> subprocess.Popen[bytes]:
    # It outlives the test that happened to be first, whose name may have in it what others look for in environments.
    environ = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environ)
    leaks.own(holder.pid)
    return holder


def _await_init(holder: subprocess.Popen[bytes], candidates: Callable[[], list[int]]) -> int:
    """The pid of the `cat` that a namespace lives by, as soon as it runs. RuntimeError if its set-up failed."""

    def ready() -> bool:
        if holder.poll() is not None:
            leaks.disown(holder.pid)
            raise RuntimeError(f"no namespace could be made: {holder.args!r} failed")
        return any(_program(pid) == "cat" for pid in candidates())

    wait_until(ready, "a namespace is set up")
    return next(pid for pid in candidates() if _program(pid) == "cat")


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return ""
