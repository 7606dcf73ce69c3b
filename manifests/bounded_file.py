"""Reading a small file from a place that others may write to, or that is no file at all."""

import errno
import os
from pathlib import Path


def read_bounded(file: Path, limit: int) -> bytes:
    """The content of `file`; OSError, EFBIG for one longer than `limit` bytes. A FIFO is not waited for."""

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NONBLOCK | os.O_NOCTTY)

    with open(file, "rb", buffering=0, opener=opener) as stream:
        pieces = []
        while piece := stream.read(limit + 1):
            pieces.append(piece)
            limit -= len(piece)
            if limit < 0:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(file))
    return b"".join(pieces)
