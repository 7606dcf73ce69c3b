"""`fslist1`: the entries of a directory, and then what happens to them (reference 2.10)."""

import os
import stat
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from bridge.channel import Channel
from bridge.files.blocking import in_thread
from bridge.files.owners import group_of, user_of
from bridge.files.paths import absolute, encode_names
from bridge.files.reports import Reports

_TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}


class FileListChannel(Channel):
    """One message per entry; then, with `watch` (the default), `fswatch1`'s events, else the end.

    A link counts as what it leads to; only one that leads nowhere is a `link`.
    """

    payload = "fslist1"
    __slots__ = ()

    @dataclass(frozen=True, slots=True)
    class Options:
        """See reference 2.10."""

        path: str
        watch: bool = True

    async def run(self, options: Options) -> None:
        path = absolute(options.path)
        with Reports(path) if options.watch else nullcontext() as reports:
            entries = await in_thread(partial(_entries, path))
            self.ready()
            for entry in entries:
                await self.write(entry)
            if reports:
                await reports.send_to(self)
        self.done()


def _entries(path: str) -> list[bytes]:
    with os.scandir(path) as found:
        return [message for entry in found if (message := _present(entry))]


def _present(entry: "os.DirEntry[str]") -> bytes | None:
    try:
        info = entry.stat()
    except OSError:
        try:
            info = entry.stat(follow_symlinks=False)
        except OSError:
            return None
    return encode_names(
        {
            "event": "present",
            "path": entry.name,
            "type": _TYPES.get(stat.S_IFMT(info.st_mode), "special"),
            "owner": str(user_of(info.st_uid)),
            "group": str(group_of(info.st_gid)),
            "size": info.st_size,
            "modified": int(info.st_mtime),
        }
    )
