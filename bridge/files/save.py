"""Saving a file: the name leads to the whole old version or to the whole new one, whatever happens on the way.

The new version is a temporary file in the same directory, readable by its owner alone from its birth. It takes over
mode, owner and extended attributes (ACLs and labels among them) of the old one; other hard links of that keep the old
content. Everything here waits for disks: call it in a thread, one call at a time.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bridge.files.links import TrustedLinks
from bridge.files.name_sync import sync_now
from bridge.files.owners import group_of, user_of
from bridge.files.tags import ABSENT, tag_of
from bridge.files.temporary import TemporaryFile
from bridge.files.walk import Place, walk
from bridge.protocol import Problem

NEW_FILE_MODE = 0o644
"""Mode of a file that was not there before, less the umask."""
_ACL = "system.posix_acl_access"
_BOUND_TO_CONTENT = {"security.capability", "security.ima", "security.evm"}
_NOT_OURS_TO_SET = ("security.", "trusted.")


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the new version shall have whatever the old one had; None: as the old one."""

    mode: int | None = None
    owner: tuple[int, int] | None = None
    """Numbers of user and group."""


class Save:
    """One save. `write` and `reserve` collect the new version, `commit` puts it in place; `close` in any case.

    The content is on the disk before it gets the name. For the name itself to be there, `close` calls `sync` with a
    descriptor of the directory, which `sync` closes. With a `tag` the file must still be the version of that tag, with
    `ABSENT` it must not exist: Problem `change-conflict`. Other failures are OSError, and the old version is untouched.
    """

    def __init__(
        self,
        path: str,
        tag: str | None = None,
        attributes: Attributes | None = None,
        sync: Callable[[int], None] = sync_now,
    ) -> None:
        self._path = path
        self._tag = tag
        self._attributes = attributes or Attributes()
        self._sync = sync
        self._changed = False
        self._place: Place | None = None
        self._file: TemporaryFile | None = None
        self._reserved = 0
        self._abandoned = False

    @property
    def is_open(self) -> bool:
        """Whether `close` has anything to do."""
        return self._place is not None

    def reserve(self, size: int) -> None:
        """Take room for `size` bytes on the disk now; OSError ENOSPC or EFBIG when there is not so much."""
        file = self._temporary()
        if size:
            try:
                os.posix_fallocate(file.fd, 0, size)
            except OverflowError:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), self._path) from None
        self._reserved = size

    def write(self, blocks: Iterable[bytes]) -> None:
        """Add to the new version."""
        file = self._temporary()
        for block in blocks:
            view = memoryview(block)
            while view:
                view = view[os.write(file.fd, view) :]

    def commit(self, blocks: Iterable[bytes]) -> str:
        """Add the last `blocks` and put the new version in place; its tag."""
        self.write(blocks)
        file, place = self._temporary(), self._place
        assert place is not None
        written = os.lseek(file.fd, 0, os.SEEK_CUR)
        if written < self._reserved:
            os.ftruncate(file.fd, written)
        self._dress(file.fd, place)
        os.fsync(file.fd)
        self._check_current(place)
        if self._abandoned:
            raise Problem("terminated", "the save was given up")
        if self._tag == ABSENT:
            file.publish_new(place.name)
        else:
            file.publish(place.name)
        self._changed = True
        return tag_of(os.fstat(file.fd))

    def abandon(self) -> None:
        """A `commit` that runs in another thread shall not put anything in place any more, if it has not yet."""
        self._abandoned = True

    def delete(self) -> str:
        """Remove the file, which need not exist; a link is removed itself. The tag of nothing."""
        links = TrustedLinks()
        try:
            place = self._place = walk(self._path, links, follow_last=False)
        except FileNotFoundError:
            self._check(None)
            return ABSENT
        links.check(place)
        if place.target < 0:
            self._check(None)
            return ABSENT
        if self._tag is not None:
            self._check(_stat(place, follow=True))
        with contextlib.suppress(FileNotFoundError):
            os.unlink(place.name or "/", dir_fd=place.directory)
            self._changed = True
        return ABSENT

    def close(self) -> None:
        """Remove what is left of a new version that was not put in place, and let go of the old one.

        Nobody need wait for that: it is the old one's last use, and freeing its blocks takes the disk a while.
        """
        file, place, self._file, self._place = self._file, self._place, None, None
        if file:
            file.close()
        if place and self._changed:
            self._sync(place.take_directory())
        if place:
            place.close()

    def _temporary(self) -> TemporaryFile:
        if self._file is None:
            self._place = _locate(self._path)
            self._file = TemporaryFile(self._place.directory, self._place.name)
        return self._file

    def _check_current(self, place: Place) -> os.stat_result | None:
        """What is to be replaced, as it is now; `change-conflict` unless it is what it shall be."""
        info = _stat(place, follow=False)
        if info is not None and not stat.S_ISREG(info.st_mode):
            raise Problem("change-conflict", "something that is not a file has taken its place")
        self._check(info)
        return info

    def _check(self, info: os.stat_result | None) -> None:
        if self._tag is not None and self._tag != (tag_of(info) if info else ABSENT):
            raise Problem("change-conflict", "the file has been changed by somebody else")

    def _dress(self, fd: int, place: Place) -> None:
        """Give the new version owner, attributes and mode; the mode last, because a change of owner alters it."""
        old = self._check_current(place)
        wanted = self._attributes
        owner = wanted.owner or ((old.st_uid, old.st_gid) if old else None)
        if owner and owner != (os.geteuid(), os.fstat(fd).st_gid):
            self._give_to(fd, *owner)
        mode = wanted.mode
        if old:
            _copy_attributes(place, fd)
            mode = stat.S_IMODE(old.st_mode) & 0o1777 if mode is None else mode
        os.fchmod(fd, NEW_FILE_MODE & ~_umask() if mode is None else mode)

    def _give_to(self, fd: int, uid: int, gid: int) -> None:
        try:
            os.fchown(fd, uid, gid)
        except PermissionError as exc:
            message = f"the new version may not be given to {user_of(uid)}:{group_of(gid)}"
            raise PermissionError(exc.errno, message, self._path) from None


def _locate(path: str) -> Place:
    if path.endswith("/"):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    links = TrustedLinks()
    place = walk(path, links)
    try:
        links.check(place)
        if place.target < 0:
            if place.linked:
                raise Problem("not-found", "the file is a symbolic link to something that does not exist")
            return place
        mode = os.fstat(place.target).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(mode):
            raise Problem("access-denied", "only a regular file can be replaced")
    except BaseException:
        place.close()
        raise
    return place


def _stat(place: Place, *, follow: bool) -> os.stat_result | None:
    try:
        return os.stat(place.name, dir_fd=place.directory, follow_symlinks=follow)
    except FileNotFoundError:
        return None


def _copy_attributes(place: Place, new: int) -> None:
    """Extended attributes of the old version; what a label or a capability said of the old content stays behind."""
    flags = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
    old = os.open(place.name, flags, dir_fd=place.directory)
    try:
        source = f"/proc/self/fd/{old}"
        names = _attribute_names(source)
        for name in names - _BOUND_TO_CONTENT:
            _copy_attribute(source, new, name)
        if _ACL not in names and _ACL in _attribute_names(new):
            os.removexattr(new, _ACL)
    finally:
        os.close(old)


def _attribute_names(file: str | int) -> set[str]:
    try:
        return set(os.listxattr(file))
    except OSError as exc:
        if exc.errno != errno.EOPNOTSUPP:
            raise
        return set()


def _copy_attribute(source: str, new: int, name: str) -> None:
    try:
        os.setxattr(new, name, os.getxattr(source, name))
    except OSError:
        if not name.startswith(_NOT_OURS_TO_SET):
            raise


@cache
def _umask() -> int:
    """This process's umask; os.umask() would have to change it to tell it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("Umask:"):
            return int(line.split()[1], 8)
    return 0o022
