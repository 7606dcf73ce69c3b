"""libvirt's objects by key through libvirt-python: blocking functions on an open connection."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import libvirt

from bridge.protocol import JsonObject, Problem
from plugins.machines.provider import SCREENSHOT_MAX, Kind, Listed, Snapshots
from plugins.machines.providers.libvirt_domains import if_it_exists
from plugins.machines.providers.libvirt_errors import NOT_FOUND

_CHUNK = 256 * 1024
_INACTIVE: Mapping[Kind, int] = {
    Kind.DOMAIN: libvirt.VIR_DOMAIN_XML_INACTIVE,
    Kind.POOL: libvirt.VIR_STORAGE_XML_INACTIVE,
    Kind.NETWORK: libvirt.VIR_NETWORK_XML_INACTIVE,
}


def find(connection: Any, kind: Kind, key: str) -> Any:
    """The object; libvirtError where there is none."""
    return _LOOKUPS[kind](connection, key)


def _find_volume(connection: Any, key: str) -> Any:
    pool, _, name = key.partition("/")
    return connection.storagePoolLookupByUUIDString(pool).storageVolLookupByName(name)


_LOOKUPS: Mapping[Kind, Callable[[Any, str], Any]] = {
    Kind.DOMAIN: lambda connection, key: connection.lookupByUUIDString(key),
    Kind.POOL: lambda connection, key: connection.storagePoolLookupByUUIDString(key),
    Kind.NETWORK: lambda connection, key: connection.networkLookupByUUIDString(key),
    Kind.DEVICE: lambda connection, key: connection.nodeDeviceLookupByName(key),
    Kind.VOLUME: _find_volume,
}


def read_listing(connection: Any, kind: Kind) -> dict[str, Listed]:
    """See `Provider.listing`."""
    if kind is Kind.DEVICE:
        return {device.name(): Listed() for device in connection.listAllDevices()}
    if kind is Kind.VOLUME:
        return {f"{pool}/{name}": Listed() for pool, name in _volumes(connection)}
    # The filters are ACTIVE 2, PERSISTENT 4 and AUTOSTART 16 for both kinds.
    listed = connection.listAllStoragePools if kind is Kind.POOL else connection.listAllNetworks
    everything, active, persistent, autostart = (
        {found.UUIDString() for found in listed(flag)} for flag in (0, 2, 4, 16)
    )
    return {key: Listed(key in active, key in persistent, key in autostart) for key in everything}


def _volumes(connection: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for pool in connection.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE):
        with if_it_exists(*NOT_FOUND):
            found += [(pool.UUIDString(), volume.name()) for volume in pool.listAllVolumes()]
    return found


def read_xml(connection: Any, kind: Kind, keys: Collection[str], inactive: bool) -> dict[str, str]:
    """See `Provider.describe`."""
    flags = _INACTIVE.get(kind, 0) if inactive else 0
    described: dict[str, str] = {}
    for key in keys:
        with if_it_exists(*NOT_FOUND):
            described[key] = find(connection, kind, key).XMLDesc(flags)
    return described


def read_snapshots(connection: Any, key: str) -> Snapshots:
    """See `Provider.snapshots`."""
    domain = find(connection, Kind.DOMAIN, key)
    xml: dict[str, str] = {}
    for snapshot in domain.listAllSnapshots():
        with if_it_exists(*NOT_FOUND):
            xml[snapshot.getName()] = snapshot.getXMLDesc()
    current = domain.snapshotCurrent().getName() if xml and domain.hasCurrentSnapshot() else ""
    return Snapshots(xml, current)


def read_screenshot(connection: Any, key: str) -> bytes:
    """See `Provider.screenshot`."""
    stream = connection.newStream(0)
    find(connection, Kind.DOMAIN, key).screenshot(stream, 0)
    image = bytearray()
    try:
        while chunk := stream.recv(_CHUNK):
            image += chunk
            if len(image) > SCREENSHOT_MAX:
                raise Problem("too-large", "The screen is larger than can be taken")
    except BaseException:
        stream.abort()
        raise
    stream.finish()
    return bytes(image)


def read_progress(connection: Any, key: str) -> tuple[int, int] | None:
    """See `Provider.job_progress`."""
    told = find(connection, Kind.DOMAIN, key).jobStats()
    return (told.get("data_processed", 0), told["data_total"]) if told.get("data_total") else None


def read_host(connection: Any) -> JsonObject:
    """See `Provider.host`. virNodeGetInfo needs no probe of the emulator, as capabilities would."""
    model, memory, cpus = connection.getInfo()[:3]
    return {"cpus": cpus, "memory": memory << 20, "model": model}
