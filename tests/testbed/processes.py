"""What runs on this machine, read from /proc: the tests' answer to "did it leave anything behind?"."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MARKER = "PILOTHOUSE_TEST_RUN"
"""Set in this process's environment, so that orphans which left our process tree can still be recognised."""


@dataclass(frozen=True, slots=True)
class Process:
    """One line of the process table. `state` is proc(5)'s letter; a zombie ("Z") has ended and awaits its parent."""

    pid: int
    parent: int
    session: int
    state: str
    command: str


def process_table() -> dict[int, Process]:
    """Every process that exists now. One that ends while the table is read is left out."""
    return {process.pid: process for process in _read_all()}


def all_pids() -> frozenset[int]:
    """The number of every process that exists now."""
    with os.scandir("/proc") as entries:
        return frozenset(int(entry.name) for entry in entries if entry.name.isdigit())


def _read_all() -> Iterator[Process]:
    return filter(None, map(_read_process, all_pids()))


def _read_process(pid: int) -> Process | None:
    # The command may itself contain blanks and parentheses; what follows the last ")" never does.
    name, _, rest = _read(pid, "stat").decode(errors="replace").partition("(")[2].rpartition(")")
    if not rest:
        return None
    state, parent, _group, session = rest.split(None, 4)[:4]
    return Process(pid, int(parent), int(session), state, name)


def lines_of(pids: Iterable[int]) -> dict[int, list[int]]:
    """For each of these processes that is there: itself, its parent, and so on to the first."""
    parents: dict[int, int] = {}

    def parent_of(pid: int) -> int:
        if pid not in parents:
            process = _read_process(pid)
            parents[pid] = process.parent if process else -1
        return parents[pid]

    found: dict[int, list[int]] = {}
    for pid in pids:
        line: list[int] = []
        each = pid
        # Numbers are used again: what was read of two moments could go round.
        while each > 0 and each not in line and (parent := parent_of(each)) >= 0:
            line.append(each)
            each = parent
        if line:
            found[pid] = line
    return found


def _read(pid: int, name: str) -> bytes:
    """A file of a process; empty where it is gone. As plain as can be: it is read for each process at every test."""
    try:
        fd = os.open(f"/proc/{pid}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        content = b""
        while piece := os.read(fd, 1 << 16):
            content += piece
        return content
    except OSError:
        return b""
    finally:
        os.close(fd)


def descendants(roots: set[int], table: dict[int, Process]) -> set[int]:
    """The pids in the trees below `roots`, the roots themselves not included."""
    children: dict[int, list[int]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process.pid)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        for pid in children.get(waiting.pop(), ()):
            if pid not in found:
                found.add(pid)
                waiting.append(pid)
    return found


def carrying(variable: str, value: str, table: dict[int, Process]) -> set[int]:
    """The pids of the other, living processes that were started with this environment variable."""
    own = os.getpid()
    return {pid for pid in table if pid != own and carries(variable, value, pid)}


def carries(variable: str, value: str, pid: int) -> bool:
    """Whether the process lives and was started with this environment variable."""
    return f"\0{variable}={value}\0".encode() in b"\0" + _read(pid, "environ")


def describe(pid: int) -> str:
    """`PID command line`, for a message that a person reads."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return f"{pid} (gone)"
    return f"{pid} {line[:160]}" if state != "Z" else f"{pid} (ended, but nobody waited for it)"


def wait_until(condition: Callable[[], bool], what: str, timeout: float = 10.0) -> None:
    """Polls `condition` until it holds. Raises TimeoutError naming `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout:g} s in vain: {what}")
        time.sleep(0.02)  # noqa: TID251 - called between tests and from plain ones, never on a loop


def kill_quietly(pid: int, number: signal.Signals) -> None:
    """Sends a signal; that the process is gone already is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def own_pid() -> int:
    """The pid of the process that runs the tests."""
    return os.getpid()


def undebugged() -> dict[str, str]:
    """This process's environment for a program that is to be silent: a debugged loop tells what took long."""
    return os.environ | {"PYTHONASYNCIODEBUG": ""}
