"""Domains out of libvirt's statistics, the same for every provider; no I/O.

Statistics are as virConnectGetAllDomainStats names them: `state.state`, `balloon.current`, `vcpu.current`, …
"""

from collections.abc import Mapping

from plugins.machines.provider import Domain, Reading, Traffic

KIB = 1024

STATES = ("no state", "running", "blocked", "paused", "shutting down", "shut off", "crashed", "suspended")
"""The words for virDomainState, in its order."""

STATS_STATE, STATS_CPU_TOTAL, STATS_BALLOON, STATS_VCPU = 1, 2, 4, 8
STATS_INTERFACE, STATS_BLOCK = 16, 32
STATS = STATS_STATE | STATS_BALLOON | STATS_VCPU
"""What is asked of all domains, in virDomainStatsTypes."""
LIVE_STATS = STATS | STATS_CPU_TOTAL | STATS_INTERFACE | STATS_BLOCK
"""What is asked of those that run."""
RUNNING, NOWAIT = 16, 1 << 29
"""virConnectGetAllDomainStatsFlags. NOWAIT: a domain that is busy with a job tells less; it does not hold up others."""

SUMMARY = ("state.state", "state.reason", "vcpu.current", "balloon.current", "balloon.maximum")
"""What a summary needs."""
COUNTERS = ("cpu.time", "vcpu.current", "balloon.current")
"""What a reading needs."""
TRAFFIC = (("block.", ".rd.bytes"), ("block.", ".wr.bytes"), ("net.", ".rx.bytes"), ("net.", ".tx.bytes"))
"""Beginning and end of the names of the members of `Traffic`, in its order; between them stands a device's number."""

REASONS: dict[str, tuple[str, ...]] = {
    "running": (
        "",
        "booted",
        "migrated",
        "restored",
        "from snapshot",
        "unpaused",
        "migration canceled",
        "save canceled",
        "event wakeup",
        "crashed",
        "post-copy",
        "post-copy failed",
    ),
    "paused": (
        "",
        "user",
        "migrating",
        "saving",
        "dumping",
        "I/O error",
        "watchdog",
        "from snapshot",
        "shutting down",
        "creating snapshot",
        "crashed",
        "starting up",
        "post-copy",
        "post-copy failed",
        "API error",
    ),
    "shutting down": ("", "user"),
    "shut off": ("", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from snapshot", "daemon"),
    "crashed": ("", "panicked"),
}
"""The words for libvirt's virDomain*Reason, in their order, by state; a state without an entry has no reasons."""


def lacks(stats: Mapping[str, int], names: tuple[str, ...]) -> bool:
    """Whether the driver did not tell one of `names`."""
    return any(name not in stats for name in names)


def summary(name: str, stats: Mapping[str, int], *, persistent: bool, autostart: bool, managed_save: bool) -> Domain:
    """The domain that `stats`, which has all of `SUMMARY`, tells of."""
    state, reason = stats["state.state"], stats["state.reason"]
    word = STATES[state] if 0 <= state < len(STATES) else STATES[0]
    reasons = REASONS.get(word, ())
    return Domain(
        name=name,
        state=word,
        reason=reasons[reason] if 0 <= reason < len(reasons) else "",
        vcpus=stats["vcpu.current"],
        memory=stats["balloon.current"] * KIB,
        max_memory=stats["balloon.maximum"] * KIB,
        persistent=persistent,
        autostart=autostart,
        managed_save=managed_save,
    )


def outline(name: str, stats: Mapping[str, int], *, persistent: bool, autostart: bool, managed_save: bool) -> Domain:
    """What `summary` says, without figures, of `stats` that has a state only."""
    told = {**dict.fromkeys(SUMMARY, 0), **stats}
    return summary(name, told, persistent=persistent, autostart=autostart, managed_save=managed_save)


def reading(stats: Mapping[str, int]) -> Reading:
    """The counters that `stats`, which has all of `COUNTERS`, tells of."""
    used = memory_used(stats, stats["balloon.current"]) * KIB
    return Reading(stats["cpu.time"], stats["vcpu.current"], used, traffic(stats))


def traffic(stats: Mapping[str, int]) -> Traffic | None:
    """The bytes of all devices; None where the driver counts none of them, be it that there is no device."""
    found = [[value for name, value in stats.items() if _is_of(name, *affixes)] for affixes in TRAFFIC]
    return Traffic(*map(sum, found)) if any(found) else None


def _is_of(name: str, start: str, end: str) -> bool:
    return name.startswith(start) and name.endswith(end)


def is_counted(name: str) -> bool:
    """Whether a statistic of this name is a part of `traffic`."""
    return any(_is_of(name, *affixes) for affixes in TRAFFIC)


def memory_used(stats: Mapping[str, int], current: int) -> int:
    """Of the `balloon.*` statistics what the guest uses, in their unit (KiB), at most `current`.

    A guest with a balloon driver tells `available` and `usable` (or `unused`); without one the resident set of its
    process is the best there is, and without that all of its memory counts as used.
    """
    available = stats.get("balloon.available")
    free = stats.get("balloon.usable", stats.get("balloon.unused"))
    if available is None or free is None:
        return min(stats.get("balloon.rss", current), current)
    return max(0, min(available - free, current))


def version(number: int) -> str:
    """A version as libvirt numbers it, in the usual form: 9000000 is `9.0.0`; empty for none."""
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}" if number > 0 else ""
