"""Bytes from and to a non-blocking descriptor (pipe, socket, terminal), awaitable."""

import asyncio
import errno
import os

_READS_PER_TURN = 8


class Pipe:
    """One end of a pipe, socket or terminal; it owns the descriptor until `close`.

    At most one task reads and one writes.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._reads = 0
        os.set_blocking(fd, False)

    def fileno(self) -> int:
        """The descriptor, -1 once it is closed."""
        return self._fd

    async def read(self, size: int) -> bytes:
        """At most `size` bytes as soon as there are any; empty at the end of the stream."""
        while self._fd >= 0:
            try:
                data = os.read(self._fd, size)
            except BlockingIOError:
                self._reads = 0
                await self._readable()
                continue
            except OSError as exc:
                # A terminal whose other side was closed by its last process says EIO where a pipe says end of file.
                if exc.errno in (errno.EIO, errno.ECONNRESET):
                    return b""
                raise
            self._reads += 1
            if self._reads >= _READS_PER_TURN:
                self._reads = 0
                await asyncio.sleep(0)
            return data
        return b""

    async def write(self, data: bytes) -> None:
        """Write all of `data`; BrokenPipeError when nobody reads any more."""
        view = memoryview(data)
        while view and self._fd >= 0:
            try:
                view = view[os.write(self._fd, view) :]
            except BlockingIOError:
                await self._writable()

    def close(self) -> None:
        """Close the descriptor; a second call does nothing. No task may be waiting in `read` or `write`."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    async def _readable(self) -> None:
        waiter = self._loop.create_future()
        self._loop.add_reader(self._fd, _resolve, waiter)
        try:
            await waiter
        finally:
            self._loop.remove_reader(self._fd)

    async def _writable(self) -> None:
        waiter = self._loop.create_future()
        self._loop.add_writer(self._fd, _resolve, waiter)
        try:
            await waiter
        finally:
            self._loop.remove_writer(self._fd)


def _resolve(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
