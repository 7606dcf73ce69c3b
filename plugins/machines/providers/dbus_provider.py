"""The provider that talks to libvirt through libvirt-dbus.

What it cannot do, by libvirt-dbus's interface files: there is no node information (`host` has no model), no
virDomainGetInfo (no figures where a driver tells no statistics), no error code (it is read from the sentence), no
event of volumes, no stream (no screenshot). It tells nobody that libvirt went away: it is asked for its version once a
second.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any, Literal, Self

from dbus_fast import Variant

from bridge.protocol import JsonObject, Problem
from plugins.machines.domains.domain_xml import configured_stats
from plugins.machines.domains.metadata import NAMESPACE, PREFIX
from plugins.machines.history import figures
from plugins.machines.networks.leases import Lease
from plugins.machines.provider import (
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
from plugins.machines.providers.choice import DBUS_ROOTS
from plugins.machines.providers.dbus_actions import CALLS, LIMITS
from plugins.machines.providers.dbus_answers import answer_or, ask_all, ask_each
from plugins.machines.providers.dbus_calls import PROPERTIES, SERVICE, DbusCalls, plain
from plugins.machines.providers.dbus_paths import decoded, encoded, key_of
from plugins.machines.providers.libvirt_errors import gone, missing
from plugins.machines.providers.limits import allowed
from plugins.machines.providers.workers import CALL_TIME
from plugins.machines.state.libvirt_xml import parse

HEARTBEAT = 1.0
"""Seconds between two questions whether libvirt is there."""
HEARTBEAT_MAX = 15.0
"""Seconds that the answer may take."""

COPY_TIME = 86_400.0
"""Seconds that copying a volume or writing down a memory may take: a call over D-Bus has to have a bound."""

_ACTIVE, _PERSISTENT, _AUTOSTART = 2, 4, 16
"""Filters of the lists of pools and networks."""
_DOMAIN_PERSISTENT, _DOMAIN_SAVED, _DOMAIN_AUTOSTART = 4, 256, 1024
_INACTIVE = {Kind.DOMAIN: 2, Kind.POOL: 1, Kind.NETWORK: 1}
_LIVE, _CONFIG = 1, 2
_SECURE = 1
_METADATA_TYPES = {Metadata.DESCRIPTION: 0, Metadata.TITLE: 1, Metadata.ELEMENT: 2}
_SOURCES = {"lease": 0, "agent": 1}
_LISTS = {Kind.POOL: "ListStoragePools", Kind.NETWORK: "ListNetworks"}
_FOLDERS = {Kind.DOMAIN: "domain", Kind.POOL: "storagepool", Kind.NETWORK: "network"}
_INTERFACES = {
    Kind.DOMAIN: "Domain",
    Kind.POOL: "StoragePool",
    Kind.NETWORK: "Network",
    Kind.VOLUME: "StorageVol",
    Kind.DEVICE: "NodeDevice",
}
_SIGNALS = {"NetworkEvent": Kind.NETWORK, "StoragePoolEvent": Kind.POOL, "NodeDeviceEvent": Kind.DEVICE}
_DEAF_TO = frozenset({"RTCChange", "Graphics", "BlockJob", "IOError", "MigrationIteration", "Watchdog"})
"""Signals of a domain that change nothing in its row."""


class LibvirtDbus(Provider):
    """A connection through libvirt-dbus; `open` makes one."""

    name = "libvirt-dbus"

    def __init__(self, calls: DbusCalls, root: str, info: ConnectionInfo, listener: Listener) -> None:
        self.info = info
        self.capabilities = allowed(info, LIMITS)
        self._calls = calls
        self._root = root
        self._listener: Listener | None = listener
        self._names: dict[str, str] = {}
        self._described: dict[str, str] = {}
        """XML that was read for the name in it and has not been asked for yet."""
        calls.listen(root, self._on_signal, self._on_loss)
        self._heart = asyncio.get_running_loop().create_task(self._beat())

    @classmethod
    async def open(cls, uri: str, listener: Listener) -> Self:
        """Connect to `uri`, one of `DBUS_ROOTS`; Problem where libvirt refuses."""
        if uri not in DBUS_ROOTS:
            raise Problem("not-supported", f"libvirt-dbus cannot reach {uri}")
        bus, driver = DBUS_ROOTS[uri]
        root = f"/org/libvirt/{driver}"
        calls = await DbusCalls.open(bus, os.environ)
        try:
            version = await calls.get(root, "Connect", "LibVersion")
            hostname = await answer_or(calls.get(root, "Connect", "Hostname"), "")
        except BaseException:
            calls.close()
            raise
        hypervisor = driver.upper() if driver == "Test" else driver
        return cls(calls, root, ConnectionInfo(hypervisor, hostname, figures.version(version), False), listener)

    async def domains(self, keys: Collection[str] | None = None) -> dict[str, Domain]:
        if keys is not None:
            return await ask_each(keys, self._one_domain)
        flags = (_DOMAIN_PERSISTENT, _DOMAIN_AUTOSTART, _DOMAIN_SAVED)
        persistent, autostart, saved = await ask_all(*map(self._keys, flags))
        records = await self._all_stats(0)
        completed = await ask_each(records, lambda key: self._completed(key, records[key][1]))
        return {
            key: figures.summary(
                records[key][0],
                told,
                persistent=key in persistent,
                autostart=key in autostart,
                managed_save=key in saved,
            )
            for key, told in completed.items()
        }

    async def readings(self) -> dict[str, Reading]:
        records = await self._all_stats(figures.RUNNING)
        return {
            key: figures.reading(told)
            for key, (_, told) in records.items()
            if not figures.lacks(told, figures.COUNTERS)
        }

    async def listing(self, kind: Kind) -> dict[str, Listed]:
        if kind is Kind.DEVICE:
            (paths,) = await self._connect("ListNodeDevices", "u", 0)
            return {decoded(path.rpartition("/")[2]): Listed() for path in paths}
        if kind is Kind.VOLUME:
            return await self._volumes()
        flags = (0, _ACTIVE, _PERSISTENT, _AUTOSTART)
        answers = await ask_all(*(self._connect(_LISTS[kind], "u", flag) for flag in flags))
        everything, active, persistent, autostart = ({key_of(path) for path in paths} for (paths,) in answers)
        return {key: Listed(key in active, key in persistent, key in autostart) for key in everything}

    async def describe(self, kind: Kind, keys: Collection[str], *, inactive: bool = False) -> dict[str, str]:
        flags = _INACTIVE.get(kind, 0) if inactive else 0

        async def read(key: str) -> str:
            if kind is Kind.DOMAIN and not inactive and (known := self._described.pop(key, None)) is not None:
                return known
            (xml,) = await self._on(kind, key, "GetXMLDesc", "u", flags)
            return str(xml)

        return await ask_each(keys, read)

    async def snapshots(self, key: str) -> Snapshots:
        (paths,) = await self._on(Kind.DOMAIN, key, "ListDomainSnapshots", "u", 0)

        async def read(path: str) -> tuple[str, bool]:
            (xml,), (current,) = await ask_all(
                self._calls.call(path, "DomainSnapshot", "GetXMLDesc", "u", 0),
                self._calls.call(path, "DomainSnapshot", "IsCurrent", "u", 0),
            )
            return str(xml), bool(current)

        found = [
            (parse(xml).findtext("name") or "", xml, it_is) for xml, it_is in (await ask_each(paths, read)).values()
        ]
        return Snapshots({name: xml for name, xml, _ in found}, next((name for name, _, it_is in found if it_is), ""))

    async def addresses(self, sources: Mapping[str, Literal["lease", "agent"]]) -> dict[str, list[str]]:
        async def ask(key: str) -> list[str]:
            try:
                (interfaces,) = await self._on(Kind.DOMAIN, key, "InterfaceAddresses", "uu", _SOURCES[sources[key]], 0)
            except Problem:
                return []
            return [address for _, _, found in interfaces for _, address, _ in found]

        # One at a time: an agent that does not answer holds one of libvirt-dbus's four threads for seconds.
        return {key: await ask(key) for key in sources}

    async def screenshot(self, key: str) -> bytes:
        raise Problem("not-supported", LIMITS[Method.SCREENSHOT])

    async def host(self) -> JsonObject:
        cpus = await answer_or(self._connect("NodeGetCPUMap", "u", 0), [])
        memory = await answer_or(self._connect("NodeGetMemoryStats", "iu", -1, 0), [])
        facts = {"cpus": sum(cpus[0])} if cpus else {}
        return facts | ({"memory": memory[0]["total"] * figures.KIB} if memory and "total" in memory[0] else {})

    async def act(self, method: Method, key: str, **params: Any) -> None:
        kind = method.kind
        if method in (Method.SET_AUTOSTART, Method.POOL_SET_AUTOSTART, Method.NETWORK_SET_AUTOSTART):
            await self._set(kind, key, "Autostart", Variant("b", params["on"]))
            return
        call = CALLS[method](params)
        limit = COPY_TIME if method in UNHURRIED else CALL_TIME
        if method in (Method.SNAPSHOT_REVERT, Method.SNAPSHOT_DELETE):
            (path,) = await self._on(Kind.DOMAIN, key, "SnapshotLookupByName", "su", params["snapshot"], 0)
            await self._calls.call(path, "DomainSnapshot", call.member, call.types, *call.arguments, limit=limit)
            return
        await self._on(kind, key, call.member, call.types, *call.arguments, limit=limit)

    async def set_metadata(self, key: str, what: Metadata, text: str, *, live: bool, config: bool) -> None:
        # A D-Bus string cannot be libvirt's NULL that removes an element: an empty element says the same to us.
        content = text or ("<machine/>" if what is Metadata.ELEMENT else "")
        named = (PREFIX, NAMESPACE) if what is Metadata.ELEMENT else ("", "")
        flags = live * _LIVE + config * _CONFIG
        await self._on(Kind.DOMAIN, key, "SetMetadata", "isssu", _METADATA_TYPES[what], content, *named, flags)

    async def definition(self, key: str, *, live: bool = False) -> str:
        (xml,) = await self._on(Kind.DOMAIN, key, "GetXMLDesc", "u", _SECURE | (not live) * _INACTIVE[Kind.DOMAIN])
        return str(xml)

    async def define(self, xml: str, *, validate: bool, kind: Kind = Kind.DOMAIN) -> None:
        if kind is Kind.POOL:
            await self._connect("StoragePoolDefineXML", "su", xml, 0)
            return
        if kind is Kind.NETWORK:
            await self._connect("NetworkDefineXML", "s", xml)
            return
        if validate:
            raise Problem("not-supported", LIMITS[Method.DEFINE])
        await self._connect("DomainDefineXML", "s", xml)

    async def pool_types(self) -> list[str]:
        raise Problem("not-supported", LIMITS[Method.POOL_TYPES])

    async def create_volume(self, pool: str, xml: str, source: str = "") -> None:
        if not source:
            await self._on(Kind.POOL, pool, "StorageVolCreateXML", "su", xml, 0, limit=COPY_TIME)
            return
        key = await self._calls.get(await self._volume_path(source), "StorageVol", "Key")
        await self._on(Kind.POOL, pool, "StorageVolCreateXMLFrom", "ssu", xml, key, 0, limit=COPY_TIME)

    async def upload(self, key: str, length: int, content: AsyncIterator[bytes]) -> None:
        raise Problem("not-supported", LIMITS[Method.VOLUME_UPLOAD])

    async def download(self, key: str, offset: int, length: int) -> bytes:
        raise Problem("not-supported", LIMITS[Method.VOLUME_DOWNLOAD])

    async def job_progress(self, key: str) -> tuple[int, int] | None:
        ((_, told),) = await self._on(Kind.DOMAIN, key, "GetJobStats", "u", 0)
        stats = _numbers(told)
        return (stats.get("data_processed", 0), stats["data_total"]) if stats.get("data_total") else None

    async def abort_job(self, key: str) -> None:
        await self._on(Kind.DOMAIN, key, "AbortJob", "")

    async def leases(self, key: str) -> list[Lease]:
        (found,) = await self._on(Kind.NETWORK, key, "GetDHCPLeases", "su", "", 0)
        return [Lease.of_struct(told) for told in found]

    async def close(self) -> None:
        self._listener = None
        self._heart.cancel()
        await asyncio.wait({self._heart})
        self._calls.close()

    # What it tells

    def _on_signal(self, path: str, interface: str, member: str, arguments: list[Any]) -> None:
        if interface == "Connect" and member == "DomainEvent":
            self._names.pop(key_of(arguments[0]), None)
            self._tell(Kind.DOMAIN, key_of(arguments[0]))
        elif interface == "Connect" and member in _SIGNALS:
            self._tell(_SIGNALS[member], "")
        elif interface == "Domain" and member not in _DEAF_TO:
            self._tell(Kind.DOMAIN, key_of(path))
        elif interface == "StoragePool":
            self._tell(Kind.POOL, "")

    def _tell(self, kind: Kind, key: str) -> None:
        self._described.pop(key, None)
        if self._listener is not None:
            self._listener.changed(kind, key)

    def _on_loss(self, reason: str) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.closed(reason)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            try:
                await self._calls.call(
                    self._root, PROPERTIES, "Get", "ss", f"{SERVICE}.Connect", "LibVersion", limit=HEARTBEAT_MAX
                )
            except Problem as problem:
                self._on_loss(problem.message)
                return

    # How it talks

    async def _connect(self, member: str, types: str, *arguments: Any) -> list[Any]:
        return await self._calls.call(self._root, "Connect", member, types, *arguments)

    async def _on(
        self, kind: Kind, key: str, member: str, types: str, *arguments: Any, limit: float = CALL_TIME
    ) -> list[Any]:
        try:
            path = await self._volume_path(key) if kind is Kind.VOLUME else self._path(kind, key)
            return await self._calls.call(path, _INTERFACES[kind], member, types, *arguments, limit=limit)
        except Problem as problem:
            raise missing(problem, kind, key) from None

    async def _set(self, kind: Kind, key: str, name: str, value: Variant) -> None:
        interface = f"{SERVICE}.{_INTERFACES[kind]}"
        try:
            await self._calls.call(self._path(kind, key), PROPERTIES, "Set", "ssv", interface, name, value)
        except Problem as problem:
            raise missing(problem, kind, key) from None

    def _path(self, kind: Kind, key: str) -> str:
        if kind is Kind.DEVICE:
            return f"{self._root}/nodedev/{encoded(key)}"
        return f"{self._root}/{_FOLDERS[kind]}/_{key.replace('-', '_')}"

    async def _volume_path(self, key: str) -> str:
        pool, _, name = key.partition("/")
        path = self._path(Kind.POOL, pool)
        try:
            (found,) = await self._calls.call(path, "StoragePool", "StorageVolLookupByName", "s", name)
        except Problem as problem:
            if problem.code == "not-found":
                raise gone(Kind.VOLUME, key, **problem.extra) from None
            raise
        return str(found)

    async def _keys(self, flag: int) -> set[str]:
        (paths,) = await self._connect("ListDomains", "u", flag)
        return {key_of(path) for path in paths}

    async def _all_stats(self, which: int) -> dict[str, tuple[str, dict[str, int]]]:
        """Name and statistics by key. Statistics come by name, so the names of all domains are kept, once asked."""
        keys = await self._keys(0)
        stats = figures.LIVE_STATS if which & figures.RUNNING else figures.STATS
        answers = await answer_or(self._connect("GetAllDomainStats", "uu", stats, which | figures.NOWAIT), None)
        told = {name: _numbers(values) for name, values in answers[0]} if answers else {}
        self._names = {key: name for key, name in self._names.items() if key in keys}
        self._described = {key: xml for key, xml in self._described.items() if key in keys}
        await self._learn(keys - self._names.keys())
        if told.keys() - set(self._names.values()):
            await self._learn(keys)
        return {key: (name, told.get(name, {})) for key, name in self._names.items() if name in told or not answers}

    async def _learn(self, keys: Collection[str]) -> None:
        self._names |= await ask_each(keys, self._name_in_xml)

    async def _name_in_xml(self, key: str) -> str:
        """The name, from what is wanted next anyway: half the calls of a load."""
        (xml,) = await self._on(Kind.DOMAIN, key, "GetXMLDesc", "u", 0)
        self._described[key] = str(xml)
        return parse(xml).findtext("name") or ""

    async def _name(self, key: str) -> str:
        return str(await self._get(key, "Name"))

    async def _get(self, key: str, name: str) -> Any:
        try:
            return await self._calls.get(self._path(Kind.DOMAIN, key), "Domain", name)
        except Problem as problem:
            raise missing(problem, Kind.DOMAIN, key) from None

    async def _one_domain(self, key: str) -> Domain:
        name, persistent, autostart = await ask_all(
            self._name(key), self._get(key, "Persistent"), answer_or(self._get(key, "Autostart"), False)
        )
        (saved,) = await answer_or(self._on(Kind.DOMAIN, key, "HasManagedSaveImage", "u", 0), [False])
        (values,) = await answer_or(self._on(Kind.DOMAIN, key, "GetStats", "uu", figures.STATS, 0), [{}])
        self._names[key] = name
        told = await self._completed(key, _numbers(values))
        return figures.summary(name, told, persistent=persistent, autostart=autostart, managed_save=saved)

    async def _completed(self, key: str, told: dict[str, int]) -> dict[str, int]:
        """`told`, with what the driver does not tell asked of the domain, or taken from its XML."""
        if not figures.lacks(told, figures.SUMMARY):
            return told
        ((state, reason),) = await self._on(Kind.DOMAIN, key, "GetState", "u", 0)
        (xml,) = await self._on(Kind.DOMAIN, key, "GetXMLDesc", "u", 0)
        return configured_stats(xml) | {"state.state": state, "state.reason": reason} | told

    async def _volumes(self) -> dict[str, Listed]:
        (pools,) = await self._connect("ListStoragePools", "u", _ACTIVE)

        async def read(pool: str) -> list[str]:
            (paths,) = await self._calls.call(pool, "StoragePool", "ListStorageVolumes", "u", 0)
            names = await ask_each(paths, lambda path: self._calls.get(path, "StorageVol", "Name"))
            return [f"{key_of(pool)}/{name}" for name in names.values()]

        return {key: Listed() for found in (await ask_each(pools, read)).values() for key in found}


def _numbers(values: Mapping[str, Any]) -> dict[str, int]:
    unwrapped = {name: plain(value) for name, value in values.items()}
    return {name: value for name, value in unwrapped.items() if isinstance(value, int)}
