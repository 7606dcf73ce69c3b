"""Memory and swap (proc_meminfo(5)), in bytes."""

from collections.abc import Iterable

from bridge.metrics.sample import Values, lines


def read() -> Values:
    """`memory.*`; what a kernel does not tell is not there."""
    return parse(lines("/proc/meminfo"))


def parse(meminfo: Iterable[str]) -> Values:
    """The values of the lines of /proc/meminfo."""
    known: dict[str, int] = {}
    for line in meminfo:
        name, _, rest = line.partition(":")
        amount = rest.split()
        if amount and amount[0].isdecimal():
            known[name] = int(amount[0]) * 1024
    free = known.get("MemFree")
    available = known.get("MemAvailable", free)
    return {
        "memory.free": free,
        "memory.used": _difference(known.get("MemTotal"), available),
        "memory.cached": known["Buffers"] + known["Cached"] if {"Buffers", "Cached"} <= known.keys() else None,
        "memory.swap-used": _difference(known.get("SwapTotal"), known.get("SwapFree")),
    }


def _difference(total: int | None, rest: int | None) -> int | None:
    return None if total is None or rest is None else total - rest
