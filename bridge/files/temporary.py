"""The temporary file that becomes the new version of another one."""

import contextlib
import errno
import fcntl
import os
import secrets
import stat

from bridge.protocol import Problem

_NAME_BYTES_MAX = 240
_ATTEMPTS = 10
_SUFFIX = "pilothouse"
"""Like no name that anybody gives a file of his own: what is left over under it is removed."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}


class TemporaryFile:
    """`.NAME-XXXX` in `directory`, mode 0600, locked as long as it is open.

    The first name tried is always the same: what a killed process left behind is found, known by its missing lock, and
    removed.
    """

    def __init__(self, directory: int, name: str) -> None:
        self._directory = directory
        stem = os.fsdecode(b".%b-" % os.fsencode(name)[:_NAME_BYTES_MAX])
        for attempt in range(_ATTEMPTS):
            self._name = stem + (_SUFFIX if attempt < 2 else secrets.token_hex(4))
            fd = self._create()
            if fd >= 0:
                self.fd = fd
                return
        raise FileExistsError(errno.EEXIST, "no name for a temporary file is free", name)

    def publish(self, name: str) -> None:
        """Become `name`, in the place of what has that name."""
        os.rename(self._name, name, src_dir_fd=self._directory, dst_dir_fd=self._directory)
        self._name = ""

    def publish_new(self, name: str) -> None:
        """Become `name`, which must not exist: Problem `change-conflict`."""
        try:
            os.link(self._name, name, src_dir_fd=self._directory, dst_dir_fd=self._directory)
        except FileExistsError:
            raise Problem("change-conflict", "the file exists by now") from None
        except OSError as exc:
            if exc.errno not in _NO_LINKS:
                raise
            self._reserve(name)
            self.publish(name)

    def close(self) -> None:
        """Remove the file, if it has not become another one."""
        if self._name:
            with contextlib.suppress(OSError):
                os.unlink(self._name, dir_fd=self._directory)
        os.close(self.fd)

    def _create(self) -> int:
        try:
            fd = os.open(self._name, _FLAGS, 0o600, dir_fd=self._directory)
        except FileExistsError:
            self._remove_abandoned()
            return -1
        # Between its creation and its lock somebody may have taken the file for an abandoned one.
        if _lock(fd) and os.fstat(fd).st_nlink:
            return fd
        os.close(fd)
        return -1

    def _remove_abandoned(self) -> None:
        try:
            fd = os.open(self._name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._directory)
        except OSError:
            return
        with contextlib.suppress(OSError):
            mine = os.fstat(fd)
            is_ours = stat.S_ISREG(mine.st_mode) and os.geteuid() in (0, mine.st_uid)
            if is_ours and _lock(fd, unsupported=False):
                there = os.stat(self._name, dir_fd=self._directory, follow_symlinks=False)
                if os.path.samestat(mine, there):
                    os.unlink(self._name, dir_fd=self._directory)
        os.close(fd)

    def _reserve(self, name: str) -> None:
        """Where there are no hard links (FAT), an empty file holds the name for the moment before the rename."""
        try:
            os.close(os.open(name, _FLAGS, 0o600, dir_fd=self._directory))
        except FileExistsError:
            raise Problem("change-conflict", "the file exists by now") from None


def _lock(fd: int, *, unsupported: bool = True) -> bool:
    """Whether the file is locked by us now; `unsupported` where the file system has no locks."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return unsupported
    return True
