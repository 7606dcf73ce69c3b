"""Bytes that block devices transferred (kernel documentation, admin-guide/iostats)."""

import re
from collections.abc import Iterable

from bridge.metrics.sample import INSTANCES_MAX, Values, lines

_SECTOR = 512
_MD_MAJOR = "9"
_PARTITION = re.compile(r"(?:[shv]d|xvd)[a-z]+[0-9]+|(?:nvme[0-9]+n[0-9]+|mmcblk[0-9]+)p[0-9]+")


def read() -> Values:
    """`disk.dev.*` for disks, `disk.all.*` for their sum, `block.device.*` for every block device."""
    return parse(lines("/proc/diskstats"))


def parse(diskstats: Iterable[str]) -> Values:
    """The values of the lines of /proc/diskstats.

    What lies on disks, partitions, device mapper and RAID, is no disk: it would be counted twice.
    """
    read_of: dict[str, int] = {}
    written_of: dict[str, int] = {}
    disks = []
    for line in diskstats:
        fields = line.split()
        if len(fields) < 10 or len(read_of) >= INSTANCES_MAX:
            continue
        major, name = fields[0], fields[2]
        read_of[name] = int(fields[5]) * _SECTOR
        written_of[name] = int(fields[9]) * _SECTOR
        if major != _MD_MAJOR and not name.startswith("dm-") and not _PARTITION.fullmatch(name):
            disks.append(name)
    return {
        "disk.all.read": sum(read_of[name] for name in disks),
        "disk.all.written": sum(written_of[name] for name in disks),
        "disk.dev.read": {name: read_of[name] for name in disks},
        "disk.dev.written": {name: written_of[name] for name in disks},
        "block.device.read": read_of,
        "block.device.written": written_of,
    }
