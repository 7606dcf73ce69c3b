"""One bridge: a process that speaks frames on its stdin and stdout, and is ended whatever it does."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bridge.protocol import Problem
from ws_gateway.listening.descriptors import restore_limit
from ws_gateway.logs.log import Throttle, printable
from ws_gateway.relay.bridge_stream import KILL_AFTER, TERM_AFTER, BridgeStream
from ws_gateway.tasks import Tasks

_STDERR_LINE_MAX = 1024
_STDERR_READ = 16 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BridgeCommand:
    """What to start: an argv, what is added to our environment, and where it runs."""

    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    directory: Path = field(default_factory=Path.home)


class BridgeProcess(BridgeStream):
    """A bridge that is our child. Made by `start`."""

    def __init__(self, process: asyncio.subprocess.Process, stderr: asyncio.StreamReader) -> None:
        super().__init__()
        self._process = process
        self._tasks = Tasks()
        self._last_line = b""
        self._stderr_task = self._tasks.start(self._log_lines(stderr), f"stderr of bridge {process.pid}")

    @classmethod
    async def start(cls, command: BridgeCommand) -> "BridgeProcess":
        """Starts it in a session and process group of its own; Problem `no-cockpit` or `access-denied` if it cannot."""
        ours, theirs = socket.socketpair()
        stderr_read, stderr_write = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *command.argv,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=stderr_write,
                cwd=command.directory if command.directory.is_dir() else "/",
                env={**os.environ, **command.environ},
                start_new_session=True,
            )
        except OSError as exc:
            ours.close()
            os.close(stderr_read)
            code = "access-denied" if isinstance(exc, PermissionError) else "no-cockpit"
            program = printable(command.argv[0], 200)
            raise Problem(code, f"the bridge {program} cannot be started: {exc.strerror}") from None
        finally:
            theirs.close()
            os.close(stderr_write)
        restore_limit(process.pid)
        bridge = cls(process, await _pipe_reader(stderr_read))
        await asyncio.get_running_loop().create_connection(lambda: bridge, sock=ours)
        return bridge

    @property
    def pid(self) -> int:
        """The process, which is also the leader of its process group."""
        return self._process.pid

    def __str__(self) -> str:
        return f"bridge {self.pid}"

    @property
    def returncode(self) -> int | None:  # type: ignore[override]
        """Its exit status, negative for a signal; None while it runs."""
        return self._process.returncode

    async def last_line(self) -> bytes:
        """The last line that it said on stderr, when it has ended."""
        await asyncio.wait([self._stderr_task], timeout=0.5)
        return self._last_line

    async def exited(self, seconds: float) -> bool:
        """Whether it ended by itself within that time."""
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def stop(self, term_after: float = TERM_AFTER, kill_after: float = KILL_AFTER) -> None:
        """Ends its stdin, then asks it to end, then ends its process group; returns when it is gone."""
        self._end_input()
        if not await self.exited(term_after):
            # It may have ended just now.
            with suppress(ProcessLookupError):
                self._process.terminate()
            if not await self.exited(kill_after - term_after):
                _log.warning("bridge %d did not end when asked; killed", self.pid)
                self.kill()
                await self._process.wait()
        self._transport.abort()
        await asyncio.wait([self._stderr_task], timeout=0.2)
        await self._tasks.stop()

    def kill(self) -> None:
        """Ends its process group at once."""
        # Its pid cannot have been given to another process as long as we have not seen its exit.
        if self._process.returncode is None:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    async def _log_lines(self, stderr: asyncio.StreamReader) -> None:
        """What the bridge says on stderr, line by line, cut and escaped; when it floods, only how much that was."""
        throttle = Throttle(count=100, period=10.0)
        rest = b""
        while chunk := await stderr.read(_STDERR_READ):
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[:_STDERR_LINE_MAX]
            self._heard([line for line in lines if line.strip()], throttle)
        self._heard([rest] if rest.strip() else [], throttle)

    def _heard(self, lines: list[bytes], throttle: Throttle) -> None:
        admitted, suppressed = throttle.admit_some(len(lines))
        if suppressed:
            _log.warning("bridge %d: %d lines were not logged", self.pid, suppressed)
        for line in lines[:admitted]:
            _log.info("bridge %d: %s", self.pid, printable(line.decode("utf-8", "replace"), _STDERR_LINE_MAX))
        self._last_line = lines[-1] if lines else self._last_line


async def _pipe_reader(fd: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=_STDERR_READ)
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(fd, "rb", buffering=0))
    return reader
