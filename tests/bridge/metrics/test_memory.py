"""/proc/meminfo, sample text and this machine's."""

from bridge.metrics import memory

MEMINFO = """\
MemTotal:       1000 kB
MemFree:         200 kB
MemAvailable:    500 kB
Buffers:          10 kB
Cached:           90 kB
SwapTotal:       400 kB
SwapFree:        300 kB
HugePages_Total:       0
Strange
"""


def test_amounts_are_bytes() -> None:
    assert memory.parse(MEMINFO.splitlines()) == {
        "memory.free": 200 * 1024,
        "memory.used": 500 * 1024,
        "memory.cached": 100 * 1024,
        "memory.swap-used": 100 * 1024,
    }


def test_what_an_old_kernel_does_not_tell() -> None:
    lines = [line for line in MEMINFO.splitlines() if "Available" not in line and "Swap" not in line]
    values = memory.parse(lines)
    assert values["memory.used"] == 800 * 1024
    assert values["memory.swap-used"] is None
    assert set(memory.parse([]).values()) == {None}


def test_this_machine() -> None:
    values = memory.read()
    assert all(isinstance(value, int) and value >= 0 for value in values.values())
