"""`fsread1`: the content of a file, once (reference 2.7)."""

import asyncio
import codecs
import errno
import functools
import os
import stat
import sys
from dataclasses import dataclass

from bridge.channel import BLOCK_SIZE, Channel
from bridge.files.paths import absolute
from bridge.files.tags import ABSENT, tag_of
from bridge.protocol import Problem

MAX_READ_SIZE = 16 * 1024 * 1024
"""Bytes that are read where the client names no limit."""
_READ_SIZE = 16 * BLOCK_SIZE


class FileReadChannel(Channel):
    """Sends the file at `path` and closes with its `tag`; a file that is not there has the tag "-".

    `max_read_size` bounds it in bytes (-1: no bound); a longer file is `too-large`. As text, NUL bytes and what is not
    UTF-8 are left out, as Cockpit does.
    """

    payload = "fsread1"
    __slots__ = ()

    @dataclass(frozen=True, slots=True)
    class Options:
        """See reference 2.7."""

        path: str
        max_read_size: int = MAX_READ_SIZE

    async def run(self, options: Options) -> None:
        path = absolute(options.path)
        try:
            # A FIFO without a writer, or a terminal, must not stop the bridge.
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        except FileNotFoundError:
            self.done()
            self.close_with(tag=ABSENT)
            return
        try:
            await self._send_file(fd, options)
        finally:
            os.close(fd)

    async def _send_file(self, fd: int, options: Options) -> None:
        info = os.fstat(fd)
        if stat.S_ISDIR(info.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), options.path)
        limit = options.max_read_size
        if stat.S_ISREG(info.st_mode) and 0 <= limit < info.st_size:
            raise Problem("too-large", f"the file has {info.st_size} bytes, more than {limit}")
        is_sized = self.is_binary and stat.S_ISREG(info.st_mode)
        self.ready(**({"size-hint": info.st_size} if is_sized else {}))
        text = None if self.is_binary else codecs.getincrementaldecoder("utf-8")("ignore")
        source = _Source(fd, info)
        while len(block := await source.read()):
            if 0 <= limit < source.position:
                raise Problem("too-large", f"the file has more than {limit} bytes")
            await self.write_stream(text.decode(block).replace("\0", "").encode() if text else block)
        self.done()
        self.close_with(tag=tag_of(info))


class _Source:
    """The bytes of an open file, read without waiting for a disk on the event loop."""

    def __init__(self, fd: int, info: os.stat_result) -> None:
        self.position = 0
        self._fd = fd
        self._is_regular = stat.S_ISREG(info.st_mode)
        # Files of /proc have no size, and no short read is their end.
        self._expected = info.st_size or sys.maxsize
        # One byte more than the file has, so that the first read finds its end as well.
        self._size = min(info.st_size + 1, _READ_SIZE) if info.st_size else BLOCK_SIZE
        self._buffer = memoryview(bytearray(self._size))
        self._ended = False

    async def read(self) -> memoryview | bytes:
        """The next bytes, valid until the next call; empty at the end."""
        if self._ended:
            return b""
        block = self._read_cached() if self._is_regular else await self._read_device()
        if block is None:
            read = functools.partial(os.pread, self._fd, self._size, self.position)
            block = await asyncio.get_running_loop().run_in_executor(None, read)
        self.position += len(block)
        self._ended = len(block) < self._size and self.position >= self._expected
        return block

    def _read_cached(self) -> memoryview | None:
        """What the page cache has, at once; None where the file must be waited for."""
        try:
            return self._buffer[: os.preadv(self._fd, [self._buffer], self.position, os.RWF_NOWAIT)]
        except OSError:
            return None

    async def _read_device(self) -> bytes:
        await asyncio.sleep(0)
        return os.read(self._fd, BLOCK_SIZE)
