"""One checksum over all packages of a host (reference 5.7): another one as soon as anything changes that pages load."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from manifests.search import Package

FILES_MAX = 20_000
"""Files and folders looked at."""
SETTLED_NS = 2_000_000_000
"""Nanoseconds for which a file must have been left alone: the coarsest clock of a file system ticks every 2 s."""

_SKIPPED = ("__pycache__", "node_modules")
_CODE = os.path.dirname(__file__)

Version = tuple[int, int, int, int]


class TooManyFilesError(Exception):
    """The packages have more than `FILES_MAX` files: looking at all of them would take longer than it saves."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """`value`, 64 hexadecimal digits, stands for the files that it `covers`."""

    value: str
    versions: frozenset[Version]

    def covers(self, status: os.stat_result) -> bool:
        """Whether this very version of a file was there when the checksum was taken."""
        return version_of(status) in self.versions


def version_of(status: os.stat_result) -> Version:
    """What tells one version of a file from another. Nothing but the kernel sets the last, the time of change."""
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def take(packages: Iterable[Package], now: int) -> Checksum | None:
    """The checksum of these packages at `now`, in nanoseconds since the epoch; waits for the disk.

    It is made of the manifests with their overrides, and of the names and versions of all files, not of their content.
    None while a file is younger than `SETTLED_NS`: it may change again and look as before, or is one of many that are
    being copied. TooManyFilesError where there are too many.
    """
    versions: set[Version] = set()
    seen = count(1)
    digest = hashlib.sha256()
    # What our own code makes of a file, its policy for one, is part of what a browser keeps.
    sources = [("", _CODE, {}), *((each.name, each.directory, each.manifest.raw) for each in packages)]
    for name, folder, manifest in sources:
        digest.update(json.dumps([name, folder, manifest], sort_keys=True).encode())
        lines: list[str] = []
        for path, status in _walk(folder, seen):
            version = version_of(status)
            if abs(now - status.st_ctime_ns) < SETTLED_NS:
                return None
            versions.add(version)
            lines.append(repr((path, version)))
        digest.update("\n".join(sorted(lines)).encode())
    return Checksum(digest.hexdigest(), frozenset(versions))


def _walk(root: str, seen: Iterator[int]) -> Iterator[tuple[str, os.stat_result]]:
    """Files below `root` with their paths in it. What is hidden, elsewhere, or cannot be read is never served."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(f"{root}/{folder}") as entries:
                for entry in entries:
                    if entry.name[0] == "." or entry.name in _SKIPPED:
                        continue
                    if next(seen) > FILES_MAX:
                        raise TooManyFilesError
                    path = f"{folder}{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(f"{path}/")
                    else:
                        yield path, entry.stat(follow_symlinks=False)
        except OSError:
            continue
