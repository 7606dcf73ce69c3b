"""What becomes of memory that was freed: by itself malloc gives the kernel back what the next message takes again."""

import ctypes
from contextlib import suppress

KEPT = 2 * 1024 * 1024
"""Bytes that are freed and kept at the end of the heap."""
LARGE = 1024 * 1024
"""Bytes from which a piece of memory comes from the kernel and goes back to it."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def keep_freed_memory() -> None:
    """Keeps some, where malloc can be told (mallopt(3), glibc): an upload costs half as much of the processor."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_TRIM_THRESHOLD, KEPT)
        mallopt(_M_MMAP_THRESHOLD, LARGE)
