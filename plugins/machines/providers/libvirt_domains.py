"""Domains read through libvirt-python: blocking functions on an open connection, few calls for many domains."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, NamedTuple

import libvirt

from plugins.machines.history import figures
from plugins.machines.provider import Domain, Reading
from plugins.machines.providers.libvirt_errors import NO_DOMAIN, OPERATION_INVALID, UNSUPPORTED


def read_domains(connection: Any) -> dict[str, Domain]:
    """All domains: four bulk calls; one more for each domain whose driver tells no figures in bulk."""
    flags = _Flags.read(connection)
    domains: dict[str, Domain] = {}
    for domain, stats in _all_stats(connection):
        key = domain.UUIDString()
        with if_it_exists(NO_DOMAIN):
            domains[key] = _summary(domain, stats, **flags.of(key))
    return domains


def read_outlines(connection: Any) -> dict[str, Domain]:
    """All domains without what QEMU has to be asked of each that runs: four bulk calls; none where it takes more."""
    try:
        told = connection.getAllDomainStats(figures.STATS_STATE, figures.NOWAIT)
    except libvirt.libvirtError as error:
        if error.get_error_code() not in UNSUPPORTED:
            raise
        return {}
    flags = _Flags.read(connection)
    named = {domain.UUIDString(): (domain.name(), stats) for domain, stats in told}
    return {key: figures.outline(name, stats, **flags.of(key)) for key, (name, stats) in named.items()}


class _Flags(NamedTuple):
    """The keys of those that are what a list can be asked for."""

    persistent: Collection[str]
    autostart: Collection[str]
    managed_save: Collection[str]

    @classmethod
    def read(cls, connection: Any) -> "_Flags":
        persistent, autostart, saved = (
            libvirt.VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
            libvirt.VIR_CONNECT_LIST_DOMAINS_AUTOSTART,
            libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE,
        )
        return cls(
            _keys_with(connection, persistent, lambda domain: domain.isPersistent()),
            _keys_with(connection, autostart, lambda domain: domain.autostart()),
            _keys_with(connection, saved, lambda domain: domain.hasManagedSaveImage()),
        )

    def of(self, key: str) -> dict[str, bool]:
        return {
            "persistent": key in self.persistent,
            "autostart": key in self.autostart,
            "managed_save": key in self.managed_save,
        }


def read_some_domains(connection: Any, keys: Iterable[str]) -> dict[str, Domain]:
    """Those of `keys` that exist; some calls for each."""
    domains: dict[str, Domain] = {}
    for key in keys:
        with if_it_exists(NO_DOMAIN):
            domain = connection.lookupByUUIDString(key)
            domains[key] = _summary(
                domain, {}, bool(domain.isPersistent()), _flag(domain.autostart), _flag(domain.hasManagedSaveImage)
            )
    return domains


def read_counters(connection: Any) -> dict[str, Reading]:
    """The counters of all running domains: one bulk call; one more for each domain where that tells no figures."""
    readings: dict[str, Reading] = {}
    for domain, stats in _all_stats(connection, figures.RUNNING):
        with if_it_exists(NO_DOMAIN):
            readings[domain.UUIDString()] = figures.reading(_completed(domain, stats, figures.COUNTERS))
    return readings


def read_addresses(connection: Any, key: str, source: int) -> list[str]:
    """The IP addresses that a source knows of a running domain; none where it cannot be asked."""
    with suppress(libvirt.libvirtError):
        interfaces = connection.lookupByUUIDString(key).interfaceAddresses(source)
        return [address["addr"] for interface in interfaces.values() for address in interface["addrs"] or ()]
    return []


def _all_stats(connection: Any, which: int = 0) -> list[tuple[Any, dict[str, Any]]]:
    try:
        stats = figures.LIVE_STATS if which & figures.RUNNING else figures.STATS
        return connection.getAllDomainStats(stats, which | figures.NOWAIT)  # type: ignore[no-any-return]
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


def _summary(domain: Any, stats: dict[str, Any], persistent: bool, autostart: bool, managed_save: bool) -> Domain:
    complete = _completed(domain, stats, figures.SUMMARY)
    return figures.summary(
        domain.name(), complete, persistent=persistent, autostart=autostart, managed_save=managed_save
    )


def _completed(domain: Any, stats: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """`stats` with those of `names` that it lacks, asked of the domain."""
    if not figures.lacks(stats, names):
        return stats
    state, reason = domain.state()
    _state, maximum, current, vcpus, cpu_time = domain.info()
    return {
        "state.state": state,
        "state.reason": reason,
        "vcpu.current": vcpus,
        "balloon.current": current,
        "balloon.maximum": maximum,
        "cpu.time": cpu_time,
    } | stats


def _flag(ask: Callable[[], int]) -> bool:
    try:
        return bool(ask())
    except libvirt.libvirtError as error:
        # A transient domain has neither autostart nor a managed save: libvirt refuses the question.
        if error.get_error_code() in UNSUPPORTED | {OPERATION_INVALID}:
            return False
        raise


@contextmanager
def if_it_exists(*absent: int) -> Iterator[None]:
    """Ends its block quietly where an object went away between two calls: `absent` are the codes that say so."""
    try:
        yield
    except libvirt.libvirtError as error:
        if error.get_error_code() not in absent:
            raise
