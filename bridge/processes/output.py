"""Bytes that wait to be written to a descriptor, on the event loop: bounded, in order, few system calls."""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable

OUTPUT_MAX = 2 * 1024 * 1024
"""Bytes of waiting output at which the stream stops reading."""
DRAIN_HIGH = 256 * 1024
"""Bytes of waiting output above which `drain` waits."""
FLUSH_SIZE = 64 * 1024
"""Bytes of waiting output that are written at once; less waits for what else this turn of the loop sends."""
PIECE_COST = 128
"""Bytes that a waiting piece counts at least, so that many small ones cannot fill memory."""
TURN_MAX = 1024 * 1024
"""Bytes of output after which `drain` lets the others have their turn, however fast the reader is."""
_BUFFERS_PER_WRITE = 256


class Output:
    """The queue in front of a non-blocking descriptor.

    `changed` is called when the queue comes to be, or stops being, `is_full`; `broke` once, when nobody reads the other
    end any more: from then on what is put is dropped.
    """

    def __init__(self, fd: int, *, changed: Callable[[], None], broke: Callable[[], None]) -> None:
        self.queued = 0
        """Bytes that wait; a piece counts `PIECE_COST` at least."""
        self._loop = asyncio.get_running_loop()
        self._fd = fd
        self._changed = changed
        self._broke = broke
        self._queue: deque[bytes | memoryview] = deque()
        self._flush_is_due = False
        self._writing = False
        self._writable = True
        self._turn = 0
        self._drained: list[asyncio.Future[None]] = []

    @property
    def is_full(self) -> bool:
        """Whether so much waits that nothing must be done that answers with more."""
        return self.queued > OUTPUT_MAX

    def put(self, data: bytes) -> None:
        """Queue `data`, to be written before the loop waits again."""
        if not self._writable:
            return
        self._queue.append(data)
        size = len(data)
        if size < PIECE_COST:
            size = PIECE_COST
        self.queued += size
        self._added()

    def put_all(self, pieces: list[bytes]) -> None:
        """The same for many pieces at a time."""
        if not self._writable:
            return
        self._queue.extend(pieces)
        self.queued += sum([max(len(piece), PIECE_COST) for piece in pieces])
        self._added()

    def _added(self) -> None:
        if self._writing or self._flush_is_due:
            if self.queued > OUTPUT_MAX:
                self._changed()
        elif self.queued >= FLUSH_SIZE:
            self._flush()
        else:
            self._flush_is_due = True
            self._loop.call_soon(self._flush_due)

    async def drain(self) -> None:
        """Wait until little waits; returns at once after the end."""
        if self._turn >= TURN_MAX:
            self._turn = 0
            await asyncio.sleep(0)
        while self.queued > DRAIN_HIGH and self._writable:
            await self._wait()

    async def empty(self) -> None:
        """Wait until nothing waits."""
        while self.queued and self._writable:
            await self._wait()

    def begin_gathering(self) -> bool:
        """Write nothing before `end_gathering` of what this returns: many answers then cost one system call."""
        was_due, self._flush_is_due = self._flush_is_due, True
        return was_due

    def end_gathering(self, was_due: bool) -> None:
        """Write what was put meanwhile."""
        self._flush_is_due = was_due
        if not self._writing:
            self._flush()
        if self.queued > OUTPUT_MAX:
            self._changed()

    def stop(self) -> None:
        """Drop what waits and write no more."""
        self._writable = False
        if self._writing:
            self._loop.remove_writer(self._fd)
            self._writing = False
        self._queue.clear()
        self.queued = 0
        self._wake()

    async def _wait(self) -> None:
        waiter = self._loop.create_future()
        self._drained.append(waiter)
        try:
            await waiter
        finally:
            with contextlib.suppress(ValueError):
                self._drained.remove(waiter)

    def _flush_due(self) -> None:
        self._flush_is_due = False
        if not self._writing:
            self._flush()

    def _flush(self) -> None:
        queue = self._queue
        try:
            while queue:
                buffers = [queue[i] for i in range(min(len(queue), _BUFFERS_PER_WRITE))]
                count = os.writev(self._fd, buffers)
                self._turn += count
                if len(buffers) == len(queue) and count == sum(map(len, buffers)):
                    queue.clear()
                    self.queued = 0
                else:
                    self._consume(count)
        except BlockingIOError:
            if not self._writing:
                self._writing = True
                self._loop.add_writer(self._fd, self._write_ready)
        except OSError:
            self.stop()
            self._broke()
            return
        else:
            if self._writing:
                self._loop.remove_writer(self._fd)
                self._writing = False
        if self._drained and self.queued <= DRAIN_HIGH:
            self._wake()

    def _consume(self, count: int) -> None:
        queue = self._queue
        while count or (queue and not queue[0]):
            first = queue[0]
            size = len(first)
            if size > count:
                queue[0] = memoryview(first)[count:]
                self.queued -= max(size, PIECE_COST) - max(size - count, PIECE_COST)
                return
            count -= size
            self.queued -= max(size, PIECE_COST)
            queue.popleft()

    def _write_ready(self) -> None:
        self._flush()
        self._changed()

    def _wake(self) -> None:
        waiters, self._drained = self._drained, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
