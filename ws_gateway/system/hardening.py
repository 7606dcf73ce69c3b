"""Keeps a process that holds secrets from being looked into (prctl(2), core(5))."""

import ctypes
import os
import resource

_PR_SET_DUMPABLE = 4


def set_dumpable(dumpable: bool) -> None:
    """False: other processes of the same user cannot read its memory, and its `/proc` belongs to root.

    It holds until the next exec. OSError if it cannot be done.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, int(dumpable), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def forbid_core() -> tuple[int, int]:
    """No core file of this process; the limit that was there before."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, before[1]))
    return before
