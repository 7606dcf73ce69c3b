"""Frames over a pair of file descriptors, on the event loop: our own stdio and that of every peer.

Both directions are bounded. Output waits in a queue; whoever produces much awaits `drain`, and while more than
`OUTPUT_MAX` waits the stream stops reading, so that answers to input cannot fill memory either. Reading also stops
while somebody holds it (`hold`): a channel or a peer with more input than it takes. What ends the hold may wait behind
what is held, so a hold has a patience, and a stream that is not read still sees that the other side went away.
"""

import asyncio
import contextlib
import fcntl
import os
import select
import stat
from collections.abc import Callable, Hashable

from bridge.processes.output import DRAIN_HIGH, OUTPUT_MAX, Output
from bridge.protocol import FRAME_MAX, Deframer, Problem

__all__ = ["DRAIN_HIGH", "OUTPUT_MAX", "READ_SIZE", "FrameStream", "is_always_ready"]

READ_SIZE = 256 * 1024
"""Bytes asked of the kernel in one read."""
PIPE_SIZE = 256 * 1024
"""Bytes that a pipe we write to is asked to hold; the kernel's own 64 KiB are four blocks of a channel."""
HANGUP_PATIENCE = 1.0
"""Seconds from the end of the other side to ours, while what it sent last is not read."""
_JOIN_MAX = 4096


class FrameStream:
    """A byte stream of frames in both directions.

    `received` is called with each message, in order. `ended` is called once, when the other side ended the stream, it
    broke or its framing was lost (then with the problem); after `close` neither is called again.
    The descriptors are made non-blocking while they are used and stay the caller's to close.
    """

    def __init__(
        self,
        reader: int,
        writer: int,
        *,
        received: Callable[[bytes], None],
        ended: Callable[[Problem | None], None],
        limit: int = FRAME_MAX,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader = reader
        self._is_one_socket = reader == writer
        self._received = received
        self._ended = ended
        self._deframer = Deframer(limit)
        self._output = Output(writer, changed=self._update_reading, broke=self._output_broke)
        self._holds: dict[Hashable, asyncio.TimerHandle] = {}
        self._hangup: select.epoll | None = None
        self._reading = False
        self._read_is_due = False
        self._open = True
        self._restore = [(fd, os.get_blocking(fd)) for fd in {reader, writer}]
        for fd in {reader, writer}:
            os.set_blocking(fd, False)
        self._pollable = not is_always_ready(reader)
        _widen(writer)

    def start(self) -> None:
        """Begin to read."""
        self._update_reading()

    @property
    def queued(self) -> int:
        """Bytes of output that wait."""
        return self._output.queued

    @property
    def is_congested(self) -> bool:
        """Whether so much output waits that `drain` would wait."""
        return self._output.queued > DRAIN_HIGH

    @property
    def is_full(self) -> bool:
        """Whether so much output waits that nothing is read."""
        return self._output.is_full

    def send(self, message: bytes) -> None:
        """Queue one message, to be written before the loop waits again. After the end it is dropped."""
        self._output.put(b"%d\n%b" % (len(message), message))

    def send_data(self, channel: bytes, payload: bytes) -> None:
        """Queue a data message without copying a long payload."""
        length = len(channel) + 1 + len(payload)
        if length <= _JOIN_MAX:
            self._output.put(b"%d\n%b\n%b" % (length, channel, payload))
        else:
            self._output.put(b"%d\n%b\n" % (length, channel))
            self._output.put(payload)

    def send_pieces(self, pieces: list[bytes]) -> None:
        """Queue frames, length and all, that were cut into pieces anywhere."""
        self._output.put_all(pieces)

    async def drain(self) -> None:
        """Wait until little output waits; returns at once after the end."""
        await self._output.drain()

    def hold(self, reason: Hashable, patience: float, expired: Callable[[], None]) -> None:
        """Stop reading until `release` of the same reason.

        `expired`, which must bring the release about, is called once input has waited for `patience` seconds. A hold
        that is there already starts anew.
        """
        self._forget_hold(reason)
        self._holds[reason] = self._loop.call_later(patience, self._expire, reason, patience, expired)
        self._update_reading()

    def release(self, reason: Hashable) -> None:
        """End a `hold`; without one nothing happens."""
        if self._forget_hold(reason):
            self._update_reading()

    async def close(self, patience: float = 1.0) -> None:
        """Stop reading; give waiting output `patience` seconds to go; then let go of the descriptors."""
        self._open = False
        self._update_reading()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._output.empty()
        self.abort()

    def abort(self) -> None:
        """Let go of the descriptors at once; waiting output is lost."""
        self._open = False
        self._update_reading()
        for reason in list(self._holds):
            self._forget_hold(reason)
        if self._hangup is not None:
            self._loop.remove_reader(self._hangup)
            self._hangup.close()
            self._hangup = None
        self._output.stop()
        for fd, blocking in self._restore:
            with contextlib.suppress(OSError):
                os.set_blocking(fd, blocking)
        self._restore = []

    # Holds

    def _forget_hold(self, reason: Hashable) -> bool:
        timer = self._holds.pop(reason, None)
        if timer is None:
            return False
        timer.cancel()
        return True

    def _expire(self, reason: Hashable, patience: float, expired: Callable[[], None]) -> None:
        # While nothing waits to be read, the hold harms nobody.
        if self._input_waits():
            expired()
        else:
            self.hold(reason, patience, expired)

    def _input_waits(self) -> bool:
        if not self._pollable:
            return True
        poll = select.poll()
        poll.register(self._reader, select.POLLIN | select.POLLRDHUP)
        return bool(poll.poll(0))

    # Input

    def _update_reading(self) -> None:
        wanted = self._open and not self._holds and not self._output.is_full
        if wanted == self._reading:
            return
        self._reading = wanted
        if not self._pollable:
            self._read_soon()
        elif wanted:
            self._watch_hangup(False)
            self._loop.add_reader(self._reader, self._read_ready)
        else:
            self._loop.remove_reader(self._reader)
            self._watch_hangup(self._open)

    def _read_soon(self) -> None:
        if self._reading and not self._read_is_due:
            self._read_is_due = True
            self._loop.call_soon(self._read_always_ready)

    def _read_always_ready(self) -> None:
        self._read_is_due = False
        if self._reading:
            self._read_ready()
            self._read_soon()

    def _read_ready(self) -> None:
        try:
            chunk = os.read(self._reader, READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            chunk = b""
        if not chunk:
            cut = self._deframer.pending
            self._end(Problem("disconnected", f"the stream ended {cut} bytes into a frame") if cut else None)
            return
        try:
            messages = self._deframer.feed(chunk)
        except Problem as problem:
            self._end(problem)
            return
        was_due = self._output.begin_gathering()
        try:
            for message in messages:
                self._received(message)
        finally:
            self._output.end_gathering(was_due)

    # The end

    def _end(self, problem: Problem | None) -> None:
        if self._open:
            self._open = False
            self._update_reading()
            self._ended(problem)

    def _watch_hangup(self, wanted: bool) -> None:
        """Hear of the end of the other side although what it sent last is not read (epoll_ctl(2), EPOLLRDHUP)."""
        if wanted:
            if self._hangup is None:
                self._hangup = select.epoll()
                self._hangup.register(self._reader, select.EPOLLRDHUP)
            self._loop.add_reader(self._hangup, self._hung_up)
        elif self._hangup is not None:
            self._loop.remove_reader(self._hangup)

    def _hung_up(self) -> None:
        self._watch_hangup(False)
        self._loop.call_later(HANGUP_PATIENCE, self._end_unread)

    def _end_unread(self) -> None:
        if not self._reading:
            self._end(None)

    def _output_broke(self) -> None:
        # The end of a socket's input comes by itself, after what was said last; two pipes may break one by one.
        if not self._is_one_socket:
            self._loop.call_soon(self._end, None)


def _widen(fd: int) -> None:
    """Let a pipe hold more, so that a stream costs fewer turns of both sides (fcntl(2), F_SETPIPE_SZ)."""
    if stat.S_ISFIFO(os.fstat(fd).st_mode):
        with contextlib.suppress(OSError):  # the user has many wide pipes already
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, PIPE_SIZE)


def is_always_ready(fd: int) -> bool:
    """Whether epoll refuses `fd` because reading it never waits: a regular file, or a device like /dev/null."""
    mode = os.fstat(fd).st_mode
    return stat.S_ISREG(mode) or (stat.S_ISCHR(mode) and not os.isatty(fd))
