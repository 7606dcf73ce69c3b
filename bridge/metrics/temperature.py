"""Temperature of processors (kernel documentation, hwmon/sysfs-interface), in degrees Celsius."""

import os
from collections.abc import Iterator
from pathlib import Path

from bridge.metrics.sample import INSTANCES_MAX, Values

_CPU_SENSORS = frozenset(("coretemp", "cpu_thermal", "k8temp", "k10temp"))
_BOARD_SENSORS = {"atk0110": "CPU Temperature"}
"""Sensors of main boards, of which only the one with this label is of the processor."""


def read() -> Values:
    """`cpu.temperature` by the path of the sensor; one that says 0 is not connected."""
    return read_from(Path("/sys/class/hwmon"))


def read_from(hwmon: Path) -> Values:
    """The same for another place of the sensors."""
    values: dict[str, float] = {}
    for sensor in _sensors(hwmon):
        text = _text(sensor)
        if text.removeprefix("-").isdecimal() and int(text) and len(values) < INSTANCES_MAX:
            values[str(sensor)] = int(text) / 1000
    return {"cpu.temperature": values}


def _sensors(hwmon: Path) -> Iterator[Path]:
    for chip in _entries(hwmon):
        name = _text(chip / "name")
        if name not in _CPU_SENSORS and name not in _BOARD_SENSORS:
            continue
        for file in _entries(chip):
            if not file.name.startswith("temp") or not file.name.endswith("_input"):
                continue
            label = _text(file.with_name(file.name.replace("_input", "_label")))
            if name in _CPU_SENSORS or label == _BOARD_SENSORS[name]:
                yield file


def _entries(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in sorted(os.listdir(folder))]  # noqa: PTH208
    except OSError:
        return []


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""
