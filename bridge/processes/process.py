"""A child process in a session of its own, whose whole process group ends with it, and with this process."""

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import subprocess
import termios
from collections.abc import Mapping, Sequence
from typing import Self

from bridge.processes.death_signal import DeathSignal
from bridge.processes.grace import Grace
from bridge.processes.memory_limit import lift
from bridge.processes.process_groups import live_groups
from bridge.protocol import Problem

log = logging.getLogger(__name__)

KILL_PATIENCE = 0.5
"""Seconds that a killed process gets to be gone; one that waits for a device may stay for ever."""
GRACE_POLL = 0.05
"""Seconds between looks at the grace, which others may shorten."""


class Process:
    """A running child.

    If this very process is killed, its group gets TERM; a process that changed its user, as sudo does, does not.
    It is reaped only by `end`, so that its process group's number cannot come to belong to somebody else before:
    whoever starts a process must await `end`, which `async with` does.
    """

    def __init__(self, popen: "subprocess.Popen[bytes]", grace: Grace) -> None:
        self._popen = popen
        self._grace = grace
        self._loop = asyncio.get_running_loop()
        self._exited: asyncio.Future[int] = self._loop.create_future()
        self._is_reaped_at_exit = False
        try:
            with contextlib.ExitStack() as opened:
                self._pidfd = os.pidfd_open(popen.pid)
                opened.callback(os.close, self._pidfd)
                self._death_signal = DeathSignal(popen.pid)
                opened.pop_all()
        except OSError:
            popen.kill()
            popen.wait()
            raise
        self._loop.add_reader(self._pidfd, self._on_exit)

    @classmethod
    def start(
        cls,
        argv: Sequence[str],
        *,
        environ: Mapping[str, str],
        grace: Grace,
        directory: str | None = None,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.DEVNULL,
        stderr: int = subprocess.DEVNULL,
        terminal: bool = False,
    ) -> Self:
        """Start `argv` (never a shell); with `terminal`, the terminal on stdin becomes its controlling one.

        OSError when the program or directory cannot be used; Problem `protocol-error` for what no process can have.
        """
        if not argv or not argv[0]:
            raise Problem("protocol-error", "attribute 'spawn': the command is empty")
        try:
            process = cls(
                subprocess.Popen(
                    list(argv),
                    env=dict(environ),
                    cwd=directory,
                    stdin=stdin,
                    stdout=stdout,
                    stderr=stderr,
                    start_new_session=True,
                    # Only for a terminal: it costs the fast path of fork. One ioctl is all that runs in the child.
                    preexec_fn=_take_terminal if terminal else None,
                ),
                grace,
            )
            lift(process.pid)
            return process
        except (ValueError, UnicodeEncodeError) as exc:
            raise Problem("protocol-error", f"cannot start {argv[0]!r:.80}: {exc}") from None
        except subprocess.SubprocessError as exc:
            raise Problem("internal-error", f"cannot start {argv[0]!r:.80}: {exc}") from None

    @property
    def pid(self) -> int:
        """The process id, which is its process group's too."""
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        """Whether the process has not exited; its group may outlive it."""
        return not self._exited.done()

    async def wait(self) -> int:
        """The exit status once the process has exited; a signal is negative."""
        return await asyncio.shield(self._exited)

    async def end(self) -> int:
        """TERM the group, give it its grace, KILL what is left, reap; the exit status.

        A process that even KILL does not end at once (it waits for a device) is left behind, and reaped when it ends.
        """
        if self._pidfd < 0:
            return self._exited.result()
        try:
            self._signal(signal.SIGTERM)
            self._signal(signal.SIGCONT)
            await self._group_gone()
        finally:
            self._signal(signal.SIGKILL)
            self._is_reaped_at_exit = True
            if not self.is_running:
                self._reap()
        if self.is_running:
            await asyncio.wait([self._exited], timeout=KILL_PATIENCE)
        if self.is_running:
            log.warning("process %d does not end although it was killed", self.pid)
            return -signal.SIGKILL
        return self._exited.result()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self.is_running or exc[0] is not None:
            await self.end()
        else:
            # It came to its own end: what it left running in its group was left on purpose.
            self._reap()

    def _reap(self) -> None:
        if self._pidfd < 0:
            return
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._pidfd = -1
        self._death_signal.cancel()
        self._popen.wait()

    async def _group_gone(self) -> None:
        started = self._loop.time()
        while self._loop.time() < started + self._grace.seconds:
            if self.is_running:
                await asyncio.wait([self._exited], timeout=GRACE_POLL)
            elif self.pid in await live_groups():
                await asyncio.sleep(GRACE_POLL)
            else:
                return

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _on_exit(self) -> None:
        self._loop.remove_reader(self._pidfd)
        info = os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED | os.WNOWAIT)
        assert info is not None
        status = info.si_status if info.si_code == os.CLD_EXITED else -info.si_status
        if not self._exited.done():
            self._exited.set_result(status)
        if self._is_reaped_at_exit:
            self._reap()


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
