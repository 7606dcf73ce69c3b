"""Domains read through libvirt-python: blocking functions on an open connection, few calls for many domains."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import libvirt

from plugins.machines.libvirt_errors import NO_DOMAIN, NO_DOMAIN_METADATA, OPERATION_INVALID, UNSUPPORTED
from plugins.machines.provider import STATES, Domain, Reading

_KIB = 1024
_SUMMARY = (
    libvirt.VIR_DOMAIN_STATS_STATE
    | libvirt.VIR_DOMAIN_STATS_CPU_TOTAL
    | libvirt.VIR_DOMAIN_STATS_BALLOON
    | libvirt.VIR_DOMAIN_STATS_VCPU
)
_NOWAIT = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
_RUNNING = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING

_REASONS: dict[str, tuple[str, ...]] = {
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


def read_domains(connection: Any) -> dict[str, Domain]:
    """All domains, without titles: four bulk calls; one more for each domain whose driver tells no figures in bulk."""
    persistent = _keys_with(
        connection, libvirt.VIR_CONNECT_LIST_DOMAINS_PERSISTENT, lambda domain: domain.isPersistent()
    )
    autostart = _keys_with(connection, libvirt.VIR_CONNECT_LIST_DOMAINS_AUTOSTART, lambda domain: domain.autostart())
    saved = _keys_with(
        connection, libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE, lambda domain: domain.hasManagedSaveImage()
    )
    domains: dict[str, Domain] = {}
    for domain, stats in _all_stats(connection):
        key = domain.UUIDString()
        with _if_it_exists():
            domains[key] = _summary(domain, stats, key in persistent, key in autostart, key in saved)
    return domains


def read_some_domains(connection: Any, keys: Iterable[str]) -> dict[str, Domain]:
    """Those of `keys` that exist, with titles; some calls for each."""
    domains: dict[str, Domain] = {}
    for key in keys:
        with _if_it_exists():
            domain = connection.lookupByUUIDString(key)
            domains[key] = _summary(
                domain,
                {},
                bool(domain.isPersistent()),
                _flag(domain.autostart),
                _flag(domain.hasManagedSaveImage),
                _title(domain),
            )
    return domains


def read_titles(connection: Any, keys: Iterable[str]) -> dict[str, str]:
    """The titles of those of `keys` that exist; one call for each, for libvirt tells them no other way but the XML."""
    titles: dict[str, str] = {}
    for key in keys:
        with _if_it_exists():
            titles[key] = _title(connection.lookupByUUIDString(key))
    return titles


def read_counters(connection: Any) -> dict[str, Reading]:
    """The counters of all running domains: one bulk call; one more for each domain where that tells no figures."""
    readings: dict[str, Reading] = {}
    for domain, stats in _all_stats(connection, _RUNNING):
        with _if_it_exists():
            readings[domain.UUIDString()] = _reading(domain, stats)
    return readings


def _all_stats(connection: Any, which: int = 0) -> list[tuple[Any, dict[str, Any]]]:
    try:
        # NOWAIT: a domain that is busy with a job tells less; it does not hold up all others.
        return connection.getAllDomainStats(_SUMMARY, which | _NOWAIT)  # type: ignore[no-any-return]
    except libvirt.libvirtError as error:
        if error.get_error_code() not in UNSUPPORTED:
            raise
    return [(domain, {}) for domain in connection.listAllDomains(which)]


def _keys_with(connection: Any, flag: int, ask: Callable[[Any], int]) -> Collection[str]:
    try:
        return {domain.UUIDString() for domain in connection.listAllDomains(flag)}
    except libvirt.libvirtError as error:
        if error.get_error_code() not in UNSUPPORTED:
            raise
    return {domain.UUIDString() for domain in connection.listAllDomains() if _flag(partial(ask, domain))}


def _summary(
    domain: Any, stats: dict[str, Any], persistent: bool, autostart: bool, saved: bool, title: str | None = None
) -> Domain:
    state, reason = (stats["state.state"], stats["state.reason"]) if "state.state" in stats else domain.state()
    vcpus, memory, max_memory = (stats.get(name) for name in ("vcpu.current", "balloon.current", "balloon.maximum"))
    if vcpus is None or memory is None or max_memory is None:
        _state, max_memory, memory, vcpus, _cpu_time = domain.info()
    word = STATES[state] if 0 <= state < len(STATES) else STATES[0]
    reasons = _REASONS.get(word, ())
    return Domain(
        name=domain.name(),
        state=word,
        reason=reasons[reason] if 0 <= reason < len(reasons) else "",
        vcpus=vcpus,
        memory=memory * _KIB,
        max_memory=max_memory * _KIB,
        persistent=persistent,
        autostart=autostart,
        managed_save=saved,
        title=title,
    )


def _reading(domain: Any, stats: dict[str, Any]) -> Reading:
    cpu_time, vcpus, current = (stats.get(name) for name in ("cpu.time", "vcpu.current", "balloon.current"))
    if cpu_time is None or vcpus is None or current is None:
        _state, _max_memory, current, vcpus, cpu_time = domain.info()
    return Reading(cpu_time, vcpus, memory_used(stats, current) * _KIB)


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


def _title(domain: Any) -> str:
    try:
        return domain.metadata(libvirt.VIR_DOMAIN_METADATA_TITLE, None)  # type: ignore[no-any-return]
    except libvirt.libvirtError as error:
        if error.get_error_code() in UNSUPPORTED | {NO_DOMAIN_METADATA}:
            return ""
        raise


def _flag(ask: Callable[[], int]) -> bool:
    try:
        return bool(ask())
    except libvirt.libvirtError as error:
        # A transient domain has neither autostart nor a managed save: libvirt refuses the question.
        if error.get_error_code() in UNSUPPORTED | {OPERATION_INVALID}:
            return False
        raise


@contextmanager
def _if_it_exists() -> Iterator[None]:
    """Ends its block quietly where the domain went away between two calls."""
    try:
        yield
    except libvirt.libvirtError as error:
        if error.get_error_code() != NO_DOMAIN:
            raise
