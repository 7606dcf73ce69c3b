"""Control groups for containers: a partition of our own in this machine's hierarchies, removed at the end."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

ROOT = Path("/sys/fs/cgroup")
UNIFIED = ROOT / "unified"
"""Where version 2 is mounted beside version 1: libvirt takes both then, and has no room for it in a container."""
_CPUSET = ("cpuset.mems", "cpuset.cpus")


def missing() -> str | None:
    """Why containers cannot have groups on this machine, or None if they can."""
    if not _hierarchies():
        return "no control groups are mounted"
    return None if all(os.access(each, os.W_OK) for each in _hierarchies()) else "control groups cannot be made"


class Partition:
    """A group in each hierarchy; `name` is what libvirt calls it in a domain's XML."""

    def __init__(self) -> None:
        self.name = f"/pilothouse-{uuid4().hex[:8]}"
        self._groups = [hierarchy / f"{self.name[1:]}.partition" for hierarchy in _hierarchies()]
        for group in self._groups:
            group.mkdir()
            for file in _CPUSET if group.parent.name == "cpuset" else ():
                (group / file).write_text((group.parent / file).read_text())

    def close(self) -> None:
        """Remove the groups, whose processes have ended."""
        for group in self._groups:
            for each in [*_below(group), group]:
                with suppress(FileNotFoundError):
                    each.rmdir()


def _hierarchies() -> list[Path]:
    """The hierarchies of version 1 where memory is one of them, else that of version 2."""
    if (ROOT / "cgroup.controllers").exists():
        return [ROOT]
    found = [ROOT / name for name in ("cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio")]
    return [each for each in found if each.is_mount()] if (ROOT / "memory").is_mount() else []


def _below(group: Path) -> Iterator[Path]:
    """The groups in a group, the innermost first."""
    for folder, names, _ in os.walk(group, topdown=False):
        yield from (Path(folder) / name for name in names)
