"""Space of mounted file systems, in bytes (statvfs(3))."""

import asyncio
import os
import re
from collections.abc import Iterable, Iterator

from bridge.metrics.patience import FILE_SYSTEMS, ask
from bridge.metrics.sample import Sample, lines

MOUNTS_MAX = 1024
_ESCAPE = re.compile(r"\\([0-7]{3})")


async def sample() -> Sample | None:
    """`mount.*` by mount point; one whose server does not answer is left out until it does."""
    points = await ask(_points)
    if points is None:
        return None
    spaces = await asyncio.gather(*(ask(_space, point, threads=FILE_SYSTEMS) for point in points))
    known = {point: space for point, space in zip(points, spaces, strict=True) if space is not None}
    return Sample(
        {
            "mount.total": {point: total for point, (total, _) in known.items()},
            "mount.used": {point: used for point, (_, used) in known.items()},
        }
    )


def parse(mounts: Iterable[str]) -> Iterator[str]:
    """The mount points of the lines of /proc/mounts that have a device and space of their own (proc_pid_mounts(5))."""
    for line in mounts:
        fields = line.split(" ")
        if len(fields) < 4 or not line.startswith("/"):
            continue
        device, point, _, flags = fields[:4]
        # A read-only loop device is a package: always full, and nothing can be done about it.
        if "/loop" in device and "ro" in flags.split(","):
            continue
        if "revokefs-fuse" in device and "flatpak" in point:
            continue
        yield _ESCAPE.sub(lambda match: chr(int(match[1], 8)), point)


def _points() -> list[str]:
    return list(dict.fromkeys(parse(lines("/proc/mounts"))))[:MOUNTS_MAX]


def _space(point: str) -> tuple[int, int] | None:
    try:
        found = os.statvfs(point)
    except (OSError, ValueError):
        return None
    total = found.f_frsize * found.f_blocks
    return total, total - found.f_frsize * found.f_bfree
