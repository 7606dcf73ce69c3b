"""The person's bridge as the session helper's child: started as the person, watched, and ended whatever it does."""

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, NoReturn

from bridge.protocol import Problem, encode_control, frame
from ws_gateway.logs.log import Throttle, printable
from ws_gateway.relay.failed_start import NO_PROGRAM, START_WITHIN, failed_start, has_unread
from ws_gateway.system.account import Account, become

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

TERM_AFTER = 2.0
"""Seconds after the end of its input until a bridge gets SIGTERM; none when the gateway is gone altogether."""
KILL_AFTER = 4.0
"""Seconds after the end of its input until its process group gets SIGKILL."""
STDERR_LINE_MAX = 1024
"""Bytes of a line of the bridge's that are logged."""
_STDERR_READ = 16 * 1024
_DESCRIPTORS_MAX = 65536


class Child(NamedTuple):
    """A bridge that runs, and the end of its stderr that we read."""

    pid: int
    stderr: int


def start_bridge(account: Account, argv: Sequence[str], environ: Mapping[str, str], connection: socket.socket) -> Child:
    """Forks; the child becomes the person and then the bridge, with `connection` as stdin and stdout.

    This process must have the person's supplementary groups, and one thread.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        _run_bridge(account, argv, environ, connection, write)
    os.close(write)
    return Child(pid, read)


def _run_bridge(
    account: Account, argv: Sequence[str], environ: Mapping[str, str], connection: socket.socket, stderr: int
) -> NoReturn:
    sentence = ""
    try:
        os.setsid()
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            with suppress(OSError):
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.dup2(stderr, 2)
        os.dup2(connection.fileno(), 0)
        os.dup2(0, 1)
        os.closerange(3, _DESCRIPTORS_MAX)
        become(account)
        os.execve(argv[0], list(argv), environ)  # noqa: S606 - the point is that no shell is started
    except OSError as exc:
        sentence = f"the bridge {argv[0]} cannot be started as {account.name}: {exc.strerror}"
    finally:
        # Whatever happened, this copy of the helper ends here.
        with suppress(OSError):
            refusal = {"command": "init", "problem": "no-cockpit", "message": sentence or "the bridge was not started"}
            os.write(1, frame(encode_control(refusal)))
        os._exit(NO_PROGRAM)


def watch_signals() -> int:
    """From now on the signals that end a process are only written down, in a pipe of which this is the end to read."""
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in _ENDING:
        signal.signal(number, lambda _number, _frame: None)
    return read


def ignore_signals() -> None:
    """From now on they come too late: the exit status is settled, and Python on its way out would be ended by them."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


class Supervisor:
    """Waits for a bridge's end, and brings it about when the gateway hung up or SIGTERM came."""

    def __init__(self, child: Child, connection: socket.socket, signals: int) -> None:
        """`signals`: of `watch_signals`."""
        self._child = child
        self._connection = connection
        self._signals = signals
        self._term_at = self._kill_at = float("inf")
        self._stderr = StderrLog(child.pid)
        self._process = os.pidfd_open(child.pid)
        self._started = time.monotonic()
        self._by_itself = True

    def wait(self) -> int:
        """The bridge's exit status, negative for a signal. Where it had to be killed its process group is gone too."""
        try:
            self._watch()
            status = os.waitstatus_to_exitcode(os.waitpid(self._child.pid, 0)[1])
            self._read_rest()
        finally:
            os.close(self._process)
            os.close(self._child.stderr)
        return status

    def failed_start(self, status: int) -> Problem | None:
        """What to tell of a bridge that ended like this; None where it was ended, or may have said something.

        Whoever waits for its first word hears it then. Who is past that pays no heed to a first word, unless it ends
        a frame that was cut short: so nothing is told where something that the bridge said is still to be read.
        """
        early = time.monotonic() < self._started + START_WITHIN
        if not (status and early and self._by_itself) or has_unread(self._connection):
            return None
        return failed_start(status, self._stderr.last_line)

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._process, select.POLLIN)
        poll.register(self._connection, select.POLLRDHUP)
        poll.register(self._signals, select.POLLIN)
        poll.register(self._child.stderr, select.POLLIN)
        while True:
            ready = dict(poll.poll(self._patience()))
            if self._child.stderr in ready and not self._read_stderr():
                poll.unregister(self._child.stderr)
            if self._process in ready:
                return
            if self._connection.fileno() in ready:
                self._hung_up(ready[self._connection.fileno()], poll)
            if self._signals in ready:
                os.read(self._signals, 64)
                self._end(0)
            self._act()

    def _patience(self) -> float | None:
        until = min(self._term_at, self._kill_at)
        return None if until == float("inf") else max(0.0, until - time.monotonic()) * 1000

    def _hung_up(self, events: int, poll: select.poll) -> None:
        if events & select.POLLHUP:
            # Nobody is there any more: the bridge has nothing left to say.
            poll.unregister(self._connection)
            self._end(0)
        elif self._kill_at == float("inf"):
            poll.modify(self._connection, 0)
            self._end(TERM_AFTER)

    def _end(self, term_after: float) -> None:
        self._by_itself = False
        now = time.monotonic()
        self._term_at = min(self._term_at, now + term_after)
        self._kill_at = min(self._kill_at, now + term_after + KILL_AFTER - TERM_AFTER)

    def _act(self) -> None:
        now = time.monotonic()
        if now >= self._term_at:
            self._term_at = float("inf")
            os.kill(self._child.pid, signal.SIGTERM)
        if now >= self._kill_at:
            self._kill_at = float("inf")
            os.killpg(self._child.pid, signal.SIGKILL)

    def _read_stderr(self) -> bool:
        chunk = os.read(self._child.stderr, _STDERR_READ)
        self._stderr.feed(chunk)
        return bool(chunk)

    def _read_rest(self) -> None:
        os.set_blocking(self._child.stderr, False)
        with suppress(BlockingIOError):
            while self._read_stderr():
                pass


class StderrLog:
    """What a bridge says on stderr goes to ours, line by line, cut and escaped; of a flood only how much it was."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._rest = b""
        self.last_line = b""
        """The last that was not empty, cut."""
        self._throttle = Throttle(count=100, period=10.0)

    def feed(self, chunk: bytes) -> None:
        """Takes the next piece; an empty one is the end."""
        *lines, rest = (self._rest + chunk).split(b"\n") if chunk else (self._rest, b"")
        self._rest = rest[:STDERR_LINE_MAX]
        for line in filter(bytes.strip, lines):
            self.last_line = line[:STDERR_LINE_MAX]
            admitted, suppressed = self._throttle.admit()
            if suppressed:
                self._say(f"{suppressed} lines were not logged")
            if admitted:
                self._say(printable(line.decode("utf-8", "replace"), STDERR_LINE_MAX))

    def _say(self, line: str) -> None:
        with suppress(OSError):
            print(f"pilothouse: bridge {self._pid}: {line}", file=sys.stderr, flush=True)  # noqa: T201
