"""A copy of a domain: its definition under a new name and UUID, and copies of its disks, whole or linked."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal
from uuid import uuid4
from xml.etree.ElementTree import Element, SubElement, tostring

from bridge.protocol import Problem
from plugins.machines.domains.domain_xml import disk_sources
from plugins.machines.provider import Kind, Method, Provider
from plugins.machines.providers.libvirt_errors import gone
from plugins.machines.providers.long_calls import Report, ignored
from plugins.machines.state.libvirt_xml import attribute, parse, row
from plugins.machines.storage.pool_xml import FILE_POOLS
from plugins.machines.storage.use import Volumes, read_volumes
from plugins.machines.storage.volume_copy import copy_volume
from plugins.machines.storage.volume_xml import Backing, volume_xml

CloneStorage = Literal["full", "linked"]
_VOLUME_NAME_MAX = 200


@dataclass(frozen=True, slots=True)
class _Copy:
    """A volume that a clone gets."""

    disk: Element
    source: str
    pool: str
    name: str
    path: str
    format: str
    capacity: int
    allocation: int


async def clone(provider: Provider, key: str, name: str, storage: CloneStorage, report: Report = ignored) -> str:
    """Clone a domain that is shut off as `name`; the key of the clone.

    `full` copies each volume, `linked` makes volumes that hold what differs from then on: the original's must not
    change any more. Disks that are read-only or shared are used by both. Problem `not-supported` where another one is
    no volume of a pool, and then nothing was done; where it fails later or is cancelled, the volumes made so far are
    deleted.
    """
    domains = await provider.domains([key])
    if key not in domains:
        raise gone(Kind.DOMAIN, key)
    if domains[key].state != "shut off":
        raise Problem("change-conflict", "A machine that runs cannot be cloned: its disks would not be consistent")
    root = parse(await provider.definition(key))
    new_key = str(uuid4())
    copies = list(_copies(root, await read_volumes(provider), name, storage))
    files = await _check_pools(provider, copies, storage)
    made: list[str] = []
    total, before = sum(copy.allocation for copy in copies), 0
    try:
        for copy in copies:
            xml = _volume_xml(copy, storage, sparse=copy.pool in files)
            if storage == "linked":
                await provider.create_volume(copy.pool, xml)
            else:
                told = partial(_report_on_top, report, before, total)
                await copy_volume(provider, copy.pool, copy.name, xml, copy.source, copy.allocation, told)
            before += copy.allocation
            made.append(f"{copy.pool}/{copy.name}")
            await _use(provider, copy, storage)
        _make_own(root, new_key, name)
        await provider.define(tostring(root, encoding="unicode"), validate=False)
    except BaseException:
        for volume in made:
            await provider.act(Method.VOLUME_DELETE, volume)
        raise
    return new_key


def _report_on_top(report: Report, before: int, total: int, done: float, _of: float, text: str) -> None:
    """Tell how far the whole is, of which one part is `done` and the parts `before` it are complete."""
    report(before + done, total, text)


def _copies(root: Element, volumes: Volumes, name: str, storage: CloneStorage) -> Iterator[_Copy]:
    places = dict(disk_sources(root))
    for disk in root.iterfind("devices/disk"):
        target = attribute(disk, "target", "dev") or ""
        if target not in places or disk.find("readonly") is not None or disk.find("shareable") is not None:
            continue
        source = volumes.by_place.get(places[target])
        if source is None:
            raise Problem("not-supported", f"{places[target]} ({target}) is no volume of an active storage pool")
        members = volumes.rows[source]
        extension = "qcow2" if storage == "linked" else members.get("format", "raw")
        yield _Copy(
            disk=disk,
            source=source,
            pool=source.partition("/")[0],
            name=f"{name[:_VOLUME_NAME_MAX].strip() or 'clone'}-{target}.{extension}",
            path=members.get("path", ""),
            format=members.get("format", "raw"),
            capacity=members.get("capacity", 0),
            allocation=members.get("allocation", 0),
        )


async def _check_pools(provider: Provider, copies: list[_Copy], storage: CloneStorage) -> set[str]:
    """The keys of those pools of the copies that keep files."""
    described = await provider.describe(Kind.POOL, {copy.pool for copy in copies})
    pools = {key: row(Kind.POOL, xml) for key, xml in described.items()}
    for copy in copies:
        if storage == "linked" and pools[copy.pool].get("type") not in FILE_POOLS:
            message = f"The pool {pools[copy.pool].get('name')} keeps no files: its volumes cannot be linked to"
            raise Problem("not-supported", message)
        if f"{copy.pool}/{copy.name}" in await provider.describe(Kind.VOLUME, [f"{copy.pool}/{copy.name}"]):
            raise Problem("change-conflict", f"There is a volume {copy.name} already")
    return {key for key, members in pools.items() if members.get("type") in FILE_POOLS}


def _volume_xml(copy: _Copy, storage: CloneStorage, *, sparse: bool) -> str:
    # Without it libvirt takes all the space before it copies: the copy grows, and its growth tells how far it is.
    allocation = 0 if sparse else None
    if storage == "linked":
        return volume_xml(copy.name, copy.capacity, "qcow2", allocation, Backing(copy.path, copy.format))
    return volume_xml(copy.name, copy.capacity, copy.format, allocation)


async def _use(provider: Provider, copy: _Copy, storage: CloneStorage) -> None:
    """Have the disk be the volume that was made for it."""
    volume = f"{copy.pool}/{copy.name}"
    source = copy.disk.find("source")
    if source is None:
        return
    if copy.disk.get("type") == "volume":
        source.set("volume", copy.name)
    else:
        xml = (await provider.describe(Kind.VOLUME, [volume]))[volume]
        source.set("dev" if copy.disk.get("type") == "block" else "file", row(Kind.VOLUME, xml)["path"])
    for element in copy.disk.findall("backingStore"):
        copy.disk.remove(element)
    driver = copy.disk.find("driver")
    if storage == "linked" and driver is not None:
        driver.set("type", "qcow2")
    elif storage == "linked":
        SubElement(copy.disk, "driver", name="qemu", type="qcow2")


def _make_own(root: Element, key: str, name: str) -> None:
    """Take out what must not be twice: identity, MAC addresses, firmware's variables, sockets and ports of the host."""
    for tag in ("name", "uuid", "genid"):
        for element in root.findall(tag):
            root.remove(element)
    SubElement(root, "name").text = name
    SubElement(root, "uuid").text = key
    for parent, path in (("devices/interface", "mac"), ("devices/interface", "target"), ("os", "nvram")):
        for owner in root.findall(parent):
            for element in owner.findall(path):
                owner.remove(element)
    for channel in root.iterfind("devices/channel[@type='unix']"):
        for source in channel.findall("source"):
            channel.remove(source)
    for graphics in root.iterfind("devices/graphics"):
        if graphics.get("port", "-1") != "-1":
            graphics.set("port", "-1")
            graphics.set("autoport", "yes")
