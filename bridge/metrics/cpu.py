"""Time that processors spent (proc_stat(5)), in milliseconds."""

import os
from collections.abc import Iterable

from bridge.metrics.sample import INSTANCES_MAX, Values, lines

_FIELDS = {"user": 1, "nice": 2, "system": 3, "iowait": 5}
_MS_PER_TICK = 1000 / os.sysconf("SC_CLK_TCK")


def read() -> Values:
    """`cpu.basic.*` for all processors, `cpu.core.*` for each."""
    return parse(lines("/proc/stat"))


def parse(stat: Iterable[str]) -> Values:
    """The values of the lines of /proc/stat."""
    values: dict[str, float | dict[str, float]] = {}
    cores: dict[str, dict[str, float]] = {f"cpu.core.{name}": {} for name in _FIELDS}
    for line in stat:
        fields = line.split()
        if len(fields) < 6 or not line.startswith("cpu"):
            continue
        core = fields[0][3:]
        for name, position in _FIELDS.items():
            spent = int(fields[position]) * _MS_PER_TICK
            if not core:
                values[f"cpu.basic.{name}"] = spent
            elif len(cores[f"cpu.core.{name}"]) < INSTANCES_MAX:
                cores[f"cpu.core.{name}"][core] = spent
    return {**values, **cores}
