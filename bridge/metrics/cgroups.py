"""Memory and processor time of control groups (kernel documentation, admin-guide/cgroup-v2 and cgroup-v1)."""

import os
from collections.abc import Iterator
from pathlib import Path

from bridge.metrics.sample import INSTANCES_MAX, Number, Values, number_in, text_in

ROOT = Path("/sys/fs/cgroup")
DEPTH_MAX = 32
_UNLIMITED = 2**62
"""What is above it, in version 1, means that there is no limit."""


def read() -> Values:
    """`cgroup.*` by the path of the group below the root; the root itself is no group."""
    return read_from(ROOT)


def read_from(root: Path) -> Values:
    """The same for another place of the hierarchy."""
    return _unified(root) if (root / "cgroup.controllers").exists() else _by_controller(root)


def _unified(root: Path) -> Values:
    names = {
        "cgroup.memory.usage": "memory.current",
        "cgroup.memory.limit": "memory.max",
        "cgroup.memory.sw-usage": "memory.swap.current",
        "cgroup.memory.sw-limit": "memory.swap.max",
        "cgroup.cpu.shares": "cpu.weight",
    }
    values: dict[str, dict[str, Number | None]] = {metric: {} for metric in [*names, "cgroup.cpu.usage"]}
    for group, directory in _groups(root):
        for metric, file in names.items():
            values[metric][group] = number_in(directory, file)
        values["cgroup.cpu.usage"][group] = _spent(text_in(directory, "cpu.stat") or "")
    return values


def _by_controller(root: Path) -> Values:
    names = {
        "cgroup.memory.usage": ("memory", "memory.usage_in_bytes"),
        "cgroup.memory.limit": ("memory", "memory.limit_in_bytes"),
        "cgroup.memory.sw-usage": ("memory", "memory.memsw.usage_in_bytes"),
        "cgroup.memory.sw-limit": ("memory", "memory.memsw.limit_in_bytes"),
        "cgroup.cpu.shares": ("cpu", "cpu.shares"),
        "cgroup.cpu.usage": ("cpuacct", "cpuacct.usage"),
    }
    values: dict[str, dict[str, Number | None]] = {metric: {} for metric in names}
    for controller in ("memory", "cpu", "cpuacct"):
        for group, directory in _groups(root / controller):
            for metric, (of, file) in names.items():
                if of == controller:
                    values[metric][group] = _read(directory, file)
    return values


def _read(directory: int, file: str) -> Number | None:
    number = number_in(directory, file)
    if number is None or number > _UNLIMITED:
        return None
    return number / 1e6 if file == "cpuacct.usage" else number


def _groups(root: Path) -> Iterator[tuple[str, int]]:
    """The groups below `root` with an open directory each, which is valid until the next one."""
    count = 0
    try:
        for path, folders, _, directory in os.fwalk(root):
            name = path[len(str(root)) + 1 :]
            if name.count("/") >= DEPTH_MAX - 1:
                folders.clear()
            if not name:
                continue
            yield name, directory
            count += 1
            if count >= INSTANCES_MAX:
                return
    except OSError:
        return


def _spent(stat: str) -> float | None:
    for line in stat.splitlines():
        key, _, value = line.partition(" ")
        if key == "usage_usec" and value.isdecimal():
            return int(value) / 1000
    return None
