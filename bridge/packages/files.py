"""Files of a package: found, opened without leaving the package's folder, and read piece by piece."""

import asyncio
import errno
import logging
import os
import stat
import zlib
from dataclasses import dataclass

from manifests.page_files import stored_names

log = logging.getLogger(__name__)

CHUNK = 256 * 1024
"""Bytes read, and held in memory, at a time."""
REFUSED_MAX = 1000
"""Files of which the log says that they are refused."""
_GZIP = 16 + zlib.MAX_WBITS
_refused: set[str] = set()
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENAMETOOLONG}


@dataclass(frozen=True, slots=True)
class PackageFile:
    """An open file: `path` is its path in the package's folder, without the `.gz` of one that is `compressed`."""

    path: str
    fd: int
    status: os.stat_result
    compressed: bool


def find(folder: str, path: str) -> PackageFile | None:
    """The file that answers for `path` (`manifests.page_files`); None where there is none.

    A link that leads out of the folder, and what everybody may write, is refused with a warning. The caller owns the
    descriptor.
    """
    try:
        root = os.path.realpath(folder, strict=True)
    except OSError:
        return None
    for name, compressed in stored_names(path):
        opened = _open(root, f"{name}.gz" if compressed else name)
        if opened:
            return PackageFile(name, *opened, compressed=compressed)
    return None


def _open(root: str, relative: str) -> tuple[int, os.stat_result] | None:
    try:
        # A descriptor that only names the file: nothing is opened before we know what and where it is.
        handle = os.open(f"{root}/{relative}", os.O_PATH | os.O_CLOEXEC)
        try:
            status = os.fstat(handle)
            link = f"/proc/self/fd/{handle}"
            if not stat.S_ISREG(status.st_mode):
                return None
            if not os.readlink(link).startswith(f"{root}/"):
                _refuse(root, relative, "is a link out of the plugin's folder")
                return None
            if status.st_mode & stat.S_IWOTH:
                _refuse(root, relative, "can be written by everybody")
                return None
            return os.open(link, os.O_RDONLY | os.O_CLOEXEC), status
        finally:
            os.close(handle)
    except OSError as exc:
        if exc.errno in _ABSENT:
            return None
        raise


def _refuse(root: str, relative: str, reason: str) -> None:
    """Say once why a file is not served."""
    refused = f"{root}/{relative} {reason}"
    if refused not in _refused and len(_refused) < REFUSED_MAX:
        _refused.add(refused)
        log.warning("%s: it is not served", refused)


class FileBody:
    """The content of an open file, `CHUNK` by `CHUNK`. It owns the descriptor until `close`."""

    __slots__ = ("_fd", "_pending", "_unpacker")

    def __init__(self, fd: int, *, unpack: bool) -> None:
        """`unpack`: the file is gzip and its content is wanted."""
        self._fd: int | None = fd
        self._unpacker = _Unpacker(fd) if unpack else None
        self._pending: asyncio.Future[bytes] | None = None

    def read_now(self) -> bytes:
        """The next piece, empty at the end; waits for the disk. OSError, or ValueError for what is not gzip."""
        if self._fd is None:
            return b""
        return self._unpacker.read() if self._unpacker else os.read(self._fd, CHUNK)

    async def read(self) -> bytes:
        """The same, with the waiting done by a thread."""
        self._pending = asyncio.get_running_loop().run_in_executor(None, self.read_now)
        return await asyncio.shield(self._pending)

    def close(self) -> None:
        """Let go of the file, once no thread reads it any more."""
        if self._pending and not self._pending.done():
            self._pending.add_done_callback(self._close)
        else:
            self._close(self._pending)

    def _close(self, read: "asyncio.Future[bytes] | None") -> None:
        if read and not read.cancelled():
            read.exception()  # whoever read was cancelled and asks no more
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


class _Unpacker:
    """Reads a gzip file piece by piece, however much it grows by."""

    __slots__ = ("_fd", "_input", "_stream")

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._stream = zlib.decompressobj(_GZIP)
        self._input = b""

    def read(self) -> bytes:
        while True:
            if self._stream.eof:
                self._input = self._stream.unused_data or os.read(self._fd, CHUNK)
                if not self._input:
                    return b""
                self._stream = zlib.decompressobj(_GZIP)
            elif not self._input:
                self._input = os.read(self._fd, CHUNK)
                if not self._input:
                    raise ValueError("the gzip file is cut off")
            try:
                output = self._stream.decompress(self._input, CHUNK)
            except zlib.error as exc:
                raise ValueError(f"not a gzip file: {exc}") from None
            self._input = self._stream.unconsumed_tail
            if output:
                return output
