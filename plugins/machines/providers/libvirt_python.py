"""The provider that talks to libvirt through its Python binding: any URI, and all that libvirt can do.

libvirt's calls block, so each connection has threads of its own, some to read, some to act, one to ask guests and one
to look at their screens: together not many more than a daemon serves at once for one client (`max_client_requests`), so
that slow actions do not hold up the list.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Literal, Self, TypeVar

import libvirt

from bridge.protocol import JsonObject, Problem
from plugins.machines.domains.metadata import NAMESPACE, PREFIX
from plugins.machines.history.figures import version
from plugins.machines.networks.leases import Lease
from plugins.machines.provider import (
    LONG,
    READ_ONLY,
    UNHURRIED,
    ConnectionInfo,
    Domain,
    Kind,
    Listed,
    Listener,
    Metadata,
    Method,
    Provider,
    Reading,
    Snapshots,
)
from plugins.machines.providers.libvirt_actions import CALLS
from plugins.machines.providers.libvirt_domains import (
    read_addresses,
    read_counters,
    read_domains,
    read_outlines,
    read_some_domains,
)
from plugins.machines.providers.libvirt_errors import as_problem, missing
from plugins.machines.providers.libvirt_events import Subscription, run_event_loop
from plugins.machines.providers.libvirt_objects import (
    find,
    read_host,
    read_listing,
    read_progress,
    read_screenshot,
    read_snapshots,
    read_xml,
)
from plugins.machines.providers.limits import allowed
from plugins.machines.providers.workers import CALL_TIME, Workers
from plugins.machines.storage.pool_xml import supported_types
from plugins.machines.storage.volume_streams import read_volume, send

_READERS = 2
_ACTORS = 2
_COPIERS = 2
_OPENING_MAX = 8
"""Connections being opened at once in this process, given up ones included: each has a thread that may hang."""
_KEEPALIVE = (5, 3)
"""Seconds between two probes, and how many may stay unanswered."""
_CLOSE_TIME = 5.0

_TITLE_TYPES = {
    Metadata.TITLE: libvirt.VIR_DOMAIN_METADATA_TITLE,
    Metadata.DESCRIPTION: libvirt.VIR_DOMAIN_METADATA_DESCRIPTION,
    Metadata.ELEMENT: libvirt.VIR_DOMAIN_METADATA_ELEMENT,
}
_SOURCES = {
    "lease": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
    "agent": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
}

_opening = threading.BoundedSemaphore(_OPENING_MAX)
_kept: dict[str, Any] = {}
"""Connections to files of the test driver: the world of such a file lives as long as its connection, so they stay."""

T = TypeVar("T")


class LibvirtPython(Provider):
    """A connection through libvirt-python; `open` makes one."""

    name = "libvirt-python"

    def __init__(self, connection: Any, info: ConnectionInfo, workers: Workers, subscription: Subscription) -> None:
        self.info = info
        self.capabilities = allowed(info)
        self._connection = connection
        self._reads = workers
        self._actions = Workers("libvirt-act", _ACTORS)
        self._slow = Workers("libvirt-ask", 1)
        self._seeing = Workers("libvirt-see", 1)
        self._copies = Workers("libvirt-copy", _COPIERS)
        self._subscription = subscription

    @classmethod
    async def open(cls, uri: str, listener: Listener, *, readonly: bool = False) -> Self:
        """Connect to `uri`; Problem where libvirt refuses. Has no time bound: a hung daemon answers when it goes on.

        Cancelled while libvirt hangs, it closes the connection when that comes about after all.
        """
        _begin_opening()
        subscription = Subscription(listener, asyncio.get_running_loop())
        workers = Workers("libvirt-read", _READERS)

        def establish() -> tuple[Any, ConnectionInfo]:
            try:
                return _establish(uri, readonly, subscription)
            finally:
                _opening.release()

        def discard(opened: tuple[Any, ConnectionInfo]) -> None:
            _close(opened[0], subscription)

        try:
            connection, info = await workers.call(establish, limit=None, discard=discard)
        except libvirt.libvirtError as error:
            workers.close()
            raise _problem(error) from None
        except BaseException:
            subscription.silence()
            workers.close()
            raise
        return cls(connection, info, workers, subscription)

    async def domains(self, keys: Collection[str] | None = None) -> dict[str, Domain]:
        if keys is None:
            return await self._call(self._reads, read_domains)
        return await self._call(self._reads, lambda connection: read_some_domains(connection, keys))

    async def outlines(self) -> dict[str, Domain]:
        return await self._call(self._reads, read_outlines)

    async def readings(self) -> dict[str, Reading]:
        return await self._call(self._reads, read_counters)

    async def listing(self, kind: Kind) -> dict[str, Listed]:
        return await self._call(self._reads, lambda connection: read_listing(connection, kind))

    async def describe(self, kind: Kind, keys: Collection[str], *, inactive: bool = False) -> dict[str, str]:
        return await self._call(self._reads, lambda connection: read_xml(connection, kind, keys, inactive))

    async def snapshots(self, key: str) -> Snapshots:
        return await self._call(self._reads, lambda connection: read_snapshots(connection, key), Kind.DOMAIN, key)

    async def addresses(self, sources: Mapping[str, Literal["lease", "agent"]]) -> dict[str, list[str]]:
        # One call at a time and not one job: an agent that does not answer costs its own domain five seconds.
        return {
            key: await self._call(self._slow, partial(read_addresses, key=key, source=_SOURCES[source]))
            for key, source in sources.items()
        }

    async def screenshot(self, key: str) -> bytes:
        return await self._call(self._seeing, lambda connection: read_screenshot(connection, key), Kind.DOMAIN, key)

    async def host(self) -> JsonObject:
        return await self._call(self._reads, read_host)

    async def act(self, method: Method, key: str, **params: Any) -> None:
        kind = method.kind
        workers = self._copies if method in LONG else self._actions
        limit = None if method in UNHURRIED else CALL_TIME
        await self._call(
            workers, lambda connection: CALLS[method](find(connection, kind, key), params), kind, key, limit
        )

    async def set_metadata(self, key: str, what: Metadata, text: str, *, live: bool, config: bool) -> None:
        named = (PREFIX, NAMESPACE) if what is Metadata.ELEMENT else (None, None)
        flags = live * libvirt.VIR_DOMAIN_AFFECT_LIVE | config * libvirt.VIR_DOMAIN_AFFECT_CONFIG
        arguments = (_TITLE_TYPES[what], text or None, *named, flags)
        await self._call(
            self._actions,
            lambda connection: find(connection, Kind.DOMAIN, key).setMetadata(*arguments),
            Kind.DOMAIN,
            key,
        )

    async def definition(self, key: str, *, live: bool = False) -> str:
        flags = libvirt.VIR_DOMAIN_XML_SECURE | (0 if live else libvirt.VIR_DOMAIN_XML_INACTIVE)

        def read(connection: Any) -> str:
            return str(find(connection, Kind.DOMAIN, key).XMLDesc(flags))

        return await self._call(self._reads, read, Kind.DOMAIN, key)

    async def define(self, xml: str, *, validate: bool, kind: Kind = Kind.DOMAIN) -> None:
        if kind is Kind.POOL:
            await self._call(self._actions, lambda connection: connection.storagePoolDefineXML(xml))
            return
        if kind is Kind.NETWORK:
            await self._call(self._actions, lambda connection: connection.networkDefineXML(xml))
            return
        flags = libvirt.VIR_DOMAIN_DEFINE_VALIDATE if validate else 0
        await self._call(self._actions, lambda connection: connection.defineXMLFlags(xml, flags))

    async def pool_types(self) -> list[str]:
        return supported_types(
            await self._call(self._reads, lambda connection: connection.getStoragePoolCapabilities())
        )

    async def create_volume(self, pool: str, xml: str, source: str = "") -> None:
        def create(connection: Any) -> object:
            made_in = find(connection, Kind.POOL, pool)
            return (
                made_in.createXMLFrom(xml, find(connection, Kind.VOLUME, source)) if source else made_in.createXML(xml)
            )

        await self._call(self._copies, create, Kind.POOL, pool, None)

    async def upload(self, key: str, length: int, content: AsyncIterator[bytes]) -> None:
        workers = Workers("libvirt-upload", 1)
        try:
            await send(lambda do: self._call(workers, do, Kind.VOLUME, key, None), key, length, content)
        finally:
            workers.close()

    async def download(self, key: str, offset: int, length: int) -> bytes:
        read = partial(read_volume, key=key, offset=offset, length=length)
        return await self._call(self._copies, read, Kind.VOLUME, key)

    async def job_progress(self, key: str) -> tuple[int, int] | None:
        return await self._call(self._reads, lambda connection: read_progress(connection, key), Kind.DOMAIN, key)

    async def abort_job(self, key: str) -> None:
        await self._call(
            self._actions, lambda connection: find(connection, Kind.DOMAIN, key).abortJob(), Kind.DOMAIN, key
        )

    async def leases(self, key: str) -> list[Lease]:
        def read(connection: Any) -> list[Lease]:
            return [Lease.of_binding(told) for told in find(connection, Kind.NETWORK, key).DHCPLeases()]

        return await self._call(self._reads, read, Kind.NETWORK, key)

    async def close(self) -> None:
        self._subscription.silence()
        connection, self._connection = self._connection, None
        with suppress(Problem):
            await self._reads.call(lambda: _close(connection, self._subscription), limit=_CLOSE_TIME)
        self._reads.close()
        self._actions.close()
        self._slow.close()
        self._seeing.close()
        self._copies.close()

    async def _call(
        self,
        workers: Workers,
        function: Callable[[Any], T],
        kind: Kind | None = None,
        key: str = "",
        limit: float | None = CALL_TIME,
    ) -> T:
        connection = self._connection
        if connection is None:
            raise Problem("disconnected", "The connection to libvirt is closed")
        try:
            return await workers.call(lambda: function(connection), limit=limit)
        except libvirt.libvirtError as error:
            raise missing(_problem(error, connection), kind, key) from None


def _begin_opening() -> None:
    if not _opening.acquire(blocking=False):
        raise Problem("timeout", f"libvirt has not answered {_OPENING_MAX} attempts to connect; no more are made")


def _problem(error: Any, connection: Any = None) -> Problem:
    alive = connection is None or _is_alive(connection)
    return as_problem(
        error.get_error_code() or 0,
        error.get_error_domain() or 0,
        error.get_error_message() or str(error),
        alive=alive,
    )


def _is_alive(connection: Any) -> bool:
    try:
        return bool(connection.isAlive())
    except libvirt.libvirtError:
        return False


def _establish(uri: str, readonly: bool, subscription: Subscription) -> tuple[Any, ConnectionInfo]:
    run_event_loop()
    connection = _open(uri, readonly)
    try:
        with suppress(libvirt.libvirtError):
            connection.setKeepAlive(*_KEEPALIVE)
        subscription.start(connection)
        return connection, _describe(connection, readonly)
    except BaseException:
        _close(connection, subscription)
        raise


def _open(uri: str, readonly: bool) -> Any:
    if uri in _kept:
        return _kept[uri]
    connection = libvirt.openReadOnly(uri) if readonly else libvirt.open(uri)
    if uri.startswith("test:///") and uri != "test:///default" and not readonly:
        kept = _kept.setdefault(uri, connection)
        if kept is not connection:
            connection.close()
        return kept
    return connection


def _describe(connection: Any, readonly: bool) -> ConnectionInfo:
    return ConnectionInfo(
        hypervisor=connection.getType(),
        hostname=_or_empty(connection.getHostname),
        # Not virConnectGetVersion: it has QEMU's capabilities probed first, which takes from seconds to a minute.
        version=_version(connection.getLibVersion),
        readonly=readonly,
        note=READ_ONLY if readonly else "",
    )


def _or_empty(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except libvirt.libvirtError:
        return ""


def _version(ask: Callable[[], int]) -> str:
    try:
        return version(ask())
    except libvirt.libvirtError:
        return ""


def _close(connection: Any, subscription: Subscription) -> None:
    subscription.cancel(connection)
    if connection not in _kept.values():
        with suppress(libvirt.libvirtError):
            connection.close()
