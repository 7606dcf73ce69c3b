"""`fsread1`: the content of a file, once (reference 2.7)."""

import asyncio
import codecs
import errno
import functools
import os
import stat
import sys
from dataclasses import dataclass
from typing import TypeVar

from bridge.channel import BLOCK_SIZE, Channel
from bridge.files.paths import absolute
from bridge.files.tags import ABSENT, tag_of
from bridge.protocol import Problem

MAX_READ_SIZE = 16 * 1024 * 1024
"""Bytes that are read where the client names no limit."""
_READ_SIZE = 16 * BLOCK_SIZE

Block = TypeVar("Block", bytes, memoryview)


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

    def opened(self, options: Options) -> None:
        """A file of a block, of which pages read many, is sent at once; what may have to wait has a task."""
        try:
            fd = _open(options.path)
        except FileNotFoundError:
            self.done()
            self.close_with(tag=ABSENT)
            self.close()
            return
        try:
            sent = self._send_at_once(fd, options)
        finally:
            os.close(fd)
        if sent:
            self.close()
        else:
            super().opened(options)

    async def run(self, options: Options) -> None:
        fd = _open(options.path)
        try:
            await self._send_file(fd, options)
        finally:
            os.close(fd)

    def _send_at_once(self, fd: int, options: Options) -> bool:
        info = os.fstat(fd)
        if not (stat.S_ISREG(info.st_mode) and 0 < info.st_size <= BLOCK_SIZE) or self._router.is_congested:
            return False
        source = _Source(fd, info)
        block = source.read_cached()
        if block is None or not source.ended:
            return False
        self._begin(info, options)
        self.send(bytes(block) if self.is_binary else _clean(bytes(block)))
        self._finish(info)
        return True

    async def _send_file(self, fd: int, options: Options) -> None:
        info = os.fstat(fd)
        self._begin(info, options)
        text = None if self.is_binary else _Text()
        source = _Source(fd, info)
        while len(block := await source.read()):
            if 0 <= options.max_read_size < source.position:
                raise Problem("too-large", f"the file has more than {options.max_read_size} bytes")
            await self.write_stream(text.clean(block) if text else block)
        self._finish(info)

    def _begin(self, info: os.stat_result, options: Options) -> None:
        if stat.S_ISDIR(info.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), options.path)
        is_regular = stat.S_ISREG(info.st_mode)
        if is_regular and 0 <= options.max_read_size < info.st_size:
            raise Problem("too-large", f"the file has {info.st_size} bytes, more than {options.max_read_size}")
        self.ready(**({"size-hint": info.st_size} if self.is_binary and is_regular else {}))

    def _finish(self, info: os.stat_result) -> None:
        self.done()
        self.close_with(tag=tag_of(info))


def _open(path: str) -> int:
    # A FIFO without a writer, or a terminal, must not stop the bridge.
    return os.open(absolute(path), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)


def _clean(content: bytes) -> bytes:
    """What of the bytes of a whole file a text channel is sent."""
    if content.isascii():
        return content.replace(b"\0", b"")
    return _Text().clean(content)


class _Text:
    """What of a file's bytes a text channel is sent, block by block."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")

    def clean(self, block: memoryview | bytes) -> bytes:
        return self._decoder.decode(block).replace("\0", "").encode()


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
        self.ended = False
        """Whether nothing comes after what was read."""

    async def read(self) -> memoryview | bytes:
        """The next bytes, valid until the next call; empty at the end."""
        if self.ended:
            return b""
        block = self.read_cached() if self._is_regular else self._passed(await self._read_device())
        if block is None:
            read = functools.partial(os.pread, self._fd, self._size, self.position)
            block = self._passed(await asyncio.get_running_loop().run_in_executor(None, read))
        return block

    def read_cached(self) -> memoryview | None:
        """The next bytes of a regular file, at once; None where the disk must be waited for."""
        try:
            size = os.preadv(self._fd, [self._buffer], self.position, os.RWF_NOWAIT)
        except OSError:
            return None
        return self._passed(self._buffer[:size])

    def _passed(self, block: Block) -> Block:
        self.position += len(block)
        self.ended = len(block) < self._size and self.position >= self._expected
        return block

    async def _read_device(self) -> bytes:
        await asyncio.sleep(0)
        return os.read(self._fd, BLOCK_SIZE)
