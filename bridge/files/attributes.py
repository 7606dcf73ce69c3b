"""The attributes of a file that `fsinfo` tells (reference 2.11)."""

import contextlib
import os
import stat
from collections.abc import Callable, Iterable
from typing import Any

from bridge.files.owners import group_of, user_of
from bridge.files.tags import tag_of
from bridge.protocol import JsonObject

_TYPES = {
    stat.S_IFREG: "reg",
    stat.S_IFDIR: "dir",
    stat.S_IFLNK: "lnk",
    stat.S_IFCHR: "chr",
    stat.S_IFBLK: "blk",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "sock",
}
_OF_STAT: dict[str, Callable[[os.stat_result], Any]] = {
    "type": lambda info: _TYPES.get(stat.S_IFMT(info.st_mode)),
    "tag": tag_of,
    "mode": lambda info: stat.S_IMODE(info.st_mode),
    "size": lambda info: info.st_size,
    "uid": lambda info: info.st_uid,
    "gid": lambda info: info.st_gid,
    "mtime": lambda info: info.st_mtime,
    "user": lambda info: user_of(info.st_uid),
    "group": lambda info: group_of(info.st_gid),
}
_ACCESS = {"r-ok": os.R_OK, "w-ok": os.W_OK, "x-ok": os.X_OK}


class AttributeReader:
    """Reads the attributes of the given names; what is unknown or cannot be read is left out."""

    def __init__(self, names: Iterable[str]) -> None:
        wanted = set(names)
        self._of_stat = [(name, _OF_STAT[name]) for name in sorted(wanted & _OF_STAT.keys())]
        self._access = [(name, _ACCESS[name]) for name in sorted(wanted & _ACCESS.keys())]
        self._target = "target" in wanted

    def of_open(self, fd: int) -> JsonObject:
        """Of the file that `fd` (O_PATH) is open on."""
        info = os.fstat(fd)
        if stat.S_ISLNK(info.st_mode):
            return self._all(info, lambda _: True, lambda: os.readlink("", dir_fd=fd))
        return self._all(info, lambda mode: os.access(f"/proc/self/fd/{fd}", mode), lambda: "")

    def of_entry(self, directory: int, name: str, *, follow: bool = False) -> JsonObject | None:
        """Of `name` in an open directory; None where there is no such entry."""
        try:
            info = os.stat(name, dir_fd=directory, follow_symlinks=follow)
        except FileNotFoundError:
            return None
        except OSError:
            return {}
        return self._all(
            info,
            lambda mode: os.access(name, mode, dir_fd=directory, follow_symlinks=follow),
            lambda: os.readlink(name, dir_fd=directory),
        )

    def _all(self, info: os.stat_result, access: Callable[[int], bool], target: Callable[[], str]) -> JsonObject:
        found = {name: value for name, get in self._of_stat if (value := get(info)) is not None}
        for name, mode in self._access:
            found[name] = access(mode)
        if self._target and stat.S_ISLNK(info.st_mode):
            with contextlib.suppress(OSError):
                found["target"] = target()
        return found
