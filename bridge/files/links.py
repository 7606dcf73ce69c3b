"""Which symbolic links a save may follow.

Who writes into a directory that others can write to as well may find a link there that one of them made, to a file
that he could not write himself. The kernel's `fs.protected_symlinks` knows sticky directories only, and may be off.
"""

import os
import stat

from bridge.files.walk import Place
from bridge.protocol import Problem

_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class TrustedLinks:
    """A visitor of `walk` that refuses links of others, unless they lead to what is that other's own.

    A link of ours or of root is followed freely; as root, only out of a directory that nobody else can write to. A
    link of somebody else is followed out of his own directory, into his own directory. What is refused is Problem
    `access-denied`.
    """

    def __init__(self) -> None:
        self._me = os.geteuid()
        self._maker: int | None = None

    def enter(self, directory: int, name: str) -> None:
        """Any name may be looked up."""

    def follow(self, directory: int, link: int) -> None:
        """Refuse, follow, or follow and remember whose link it was."""
        holder, maker = os.fstat(directory), os.fstat(link).st_uid
        is_private = not holder.st_mode & _OTHERS
        if maker in (0, self._me) and (self._me != 0 or (is_private and holder.st_uid == 0)):
            return
        if not is_private or holder.st_uid != maker or self._maker not in (None, maker):
            raise _refusal()
        self._maker = maker

    def check(self, place: Place) -> None:
        """Refuse the end of the walk if it is not in the hands of the one whose link led there."""
        if self._maker is None:
            return
        for fd in (place.directory, place.target):
            if fd >= 0 and (os.fstat(fd).st_uid != self._maker or os.fstat(place.directory).st_mode & _OTHERS):
                raise _refusal()


def _refusal() -> Problem:
    return Problem("access-denied", "a symbolic link on the path belongs to somebody else, and leads out of his files")
