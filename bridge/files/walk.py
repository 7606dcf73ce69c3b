"""Following a path component by component, with a say at each step.

Every directory is held by a descriptor while the next name is looked up in it, and the kernel never follows a link for
us: a directory that is swapped for a link between two steps changes nothing.
"""

import errno
import os
import stat
from dataclasses import dataclass
from typing import Protocol

LINKS_MAX = 40
"""Symbolic links on one path, as the kernel has it (path_resolution(7))."""
_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_ANYTHING = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


class Visitor(Protocol):
    """Told of each step; an exception ends the walk."""

    def enter(self, directory: int, name: str) -> None:
        """`name` is looked up in `directory` next."""

    def follow(self, directory: int, link: int) -> None:
        """`link`, a symbolic link in `directory`, is followed next."""


@dataclass(slots=True)
class Place:
    """Where a path ends: a name in an open directory, and a descriptor (O_PATH) of what is there, -1 for nothing.

    The root has the name "". `linked` says that the last name was reached through a link at the end of the path.
    """

    directory: int
    name: str
    target: int
    linked: bool

    def take_directory(self) -> int:
        """The directory's descriptor, which is the caller's to close from now on."""
        directory, self.directory = self.directory, -1
        return directory

    def close(self) -> None:
        """Close the descriptors."""
        for fd in (self.directory, self.target):
            if fd >= 0:
                os.close(fd)
        self.directory = self.target = -1


def walk(path: str, visitor: Visitor, *, follow_last: bool = True) -> Place:
    """The place of the absolute `path`; OSError, with the whole path in it, where a directory on the way is missing."""
    try:
        return _Walk(path, visitor).run(follow_last=follow_last)
    except OSError as exc:
        raise OSError(exc.errno, exc.strerror, path) from None


class _Walk:
    def __init__(self, path: str, visitor: Visitor) -> None:
        self._visitor = visitor
        self._names = _names(path)
        self._links = 0
        self._directory = os.open("/", _DIRECTORY)

    def run(self, *, follow_last: bool) -> Place:
        linked = False
        try:
            while self._names:
                name = self._names.pop()
                is_last = not self._names
                self._visitor.enter(self._directory, name)
                try:
                    child = os.open(name, _ANYTHING, dir_fd=self._directory)
                except FileNotFoundError:
                    if not is_last:
                        raise
                    return Place(self._directory, name, -1, linked)
                is_link = stat.S_ISLNK(os.fstat(child).st_mode)
                if is_link and (follow_last or not is_last):
                    linked = linked or is_last
                    self._follow(child)
                elif is_last:
                    return Place(self._directory, name, child, linked)
                else:
                    self._move_to(child)
            return Place(self._directory, "", os.dup(self._directory), linked)
        except BaseException:
            os.close(self._directory)
            raise

    def _follow(self, link: int) -> None:
        try:
            self._links += 1
            if self._links > LINKS_MAX:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            self._visitor.follow(self._directory, link)
            target = os.readlink("", dir_fd=link)
        finally:
            os.close(link)
        if target.startswith("/"):
            self._move_to(os.open("/", _DIRECTORY))
        self._names += _names(target)

    def _move_to(self, directory: int) -> None:
        os.close(self._directory)
        self._directory = directory


def _names(path: str) -> list[str]:
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]
