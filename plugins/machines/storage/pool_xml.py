"""The definition of a storage pool, of every type libvirt knows, from what a person says; no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from bridge.protocol import Problem
from plugins.machines.domains.metadata import checked_line
from plugins.machines.state.libvirt_xml import parse

TEXT_MAX = 1024
"""Characters of one text."""
LIST_MAX = 64
"""Hosts or devices of one pool."""

_NEEDS: Mapping[str, tuple[str, str]] = {
    "dir": ("target", ""),
    "fs": ("devices target", "source_format"),
    "netfs": ("hosts directory target", "source_format"),
    "logical": ("source_name", "devices"),
    "disk": ("devices", "source_format target"),
    "iscsi": ("hosts devices", "initiator user secret target"),
    "iscsi-direct": ("hosts devices initiator", "user secret"),
    "scsi": ("adapter", "target"),
    "mpath": ("", "target"),
    "rbd": ("hosts source_name", "user secret"),
    "sheepdog": ("hosts source_name", ""),
    "gluster": ("hosts source_name", "directory"),
    "zfs": ("source_name", "devices"),
    "vstorage": ("source_name target", ""),
}
"""For each type the members of `PoolSource` that it needs, and those that it may have."""

TYPES = tuple(_NEEDS)
FILE_POOLS = ("dir", "fs", "netfs")
"""Types whose volumes are files: they can be sparse, and the base of others."""
_TARGETS = {"disk": "/dev", "iscsi": "/dev/disk/by-path", "scsi": "/dev/disk/by-path", "mpath": "/dev/mapper"}
"""Where the volumes of a type appear unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class PoolSource:
    """Where a pool's volumes come from and where they appear; what its type does not have is empty."""

    target: str = ""
    """The path at which the volumes appear."""
    hosts: Sequence[str] = ()
    """`HOST` or `HOST:PORT`."""
    directory: str = ""
    """The path on the host."""
    devices: Sequence[str] = ()
    """Block devices; the IQN of an iSCSI target."""
    source_name: str = ""
    """Of the volume group, the cluster's pool, the volume."""
    source_format: str = ""
    """Of the file system or the partition table."""
    adapter: str = ""
    """A SCSI host (`scsi_host3`)."""
    initiator: str = ""
    """The IQN that we log in as."""
    user: str = ""
    secret: str = ""
    """The UUID of libvirt's secret that has the user's password."""


def checked_source(params: Mapping[str, Any]) -> PoolSource:
    """The source that the parameters of `pool_define` say; Problem `protocol-error` for what its type cannot have."""
    kind = params["pool_type"]
    if kind not in _NEEDS:
        raise Problem("protocol-error", f"attribute 'pool_type': must be one of {', '.join(TYPES)}")
    source = PoolSource(**{field.name: params[field.name] for field in fields(PoolSource) if field.name in params})
    needed, possible = (set(words.split()) for words in _NEEDS[kind])
    for field in fields(source):
        value = getattr(source, field.name)
        if field.name in needed and not value:
            raise Problem("protocol-error", f"attribute '{field.name}': a pool of type {kind} needs it")
        if value and field.name not in needed | possible:
            raise Problem("protocol-error", f"attribute '{field.name}': a pool of type {kind} has none")
        texts = [value] if isinstance(value, str) else value
        if len(texts) > LIST_MAX:
            raise Problem("protocol-error", f"attribute '{field.name}': more than {LIST_MAX}")
        for text in texts:
            checked_line(text, field.name, TEXT_MAX)
    if bool(source.user) != bool(source.secret):
        raise Problem("protocol-error", "attribute 'secret': a user and a secret go together")
    if source.target and not source.target.startswith("/"):
        raise Problem("protocol-error", "attribute 'target': must be a path that begins with a slash")
    return source


def supported_types(capabilities: str) -> list[str]:
    """The types that `virConnectGetStoragePoolCapabilities` says are supported."""
    pools = parse(capabilities).iterfind("pool")
    return [pool.get("type", "") for pool in pools if pool.get("supported") == "yes"]


def pool_xml(key: str, name: str, kind: str, source: PoolSource) -> str:
    """The XML of a pool with the UUID `key`."""
    root = Element("pool", type=kind)
    SubElement(root, "name").text = checked_line(name, "name", TEXT_MAX)
    SubElement(root, "uuid").text = key
    place = _source(kind, source)
    if len(place):
        root.append(place)
    if target := source.target or _TARGETS.get(kind, ""):
        SubElement(SubElement(root, "target"), "path").text = target
    return tostring(root, encoding="unicode")


def _source(kind: str, source: PoolSource) -> Element:
    place = Element("source")
    for host in source.hosts:
        name, port = _split_host(host)
        SubElement(place, "host", {"name": name} | ({"port": port} if port else {}))
    if source.directory:
        SubElement(place, "dir", path=source.directory)
    for device in source.devices:
        SubElement(place, "device", path=device)
    if source.source_name:
        SubElement(place, "name").text = source.source_name
    if source.source_format:
        SubElement(place, "format", type=source.source_format)
    if source.adapter:
        SubElement(place, "adapter", type="scsi_host", name=source.adapter)
    if source.initiator:
        SubElement(SubElement(place, "initiator"), "iqn", name=source.initiator)
    if source.user:
        auth = SubElement(place, "auth", type="ceph" if kind == "rbd" else "chap", username=source.user)
        SubElement(auth, "secret", uuid=source.secret)
    return place


def _split_host(text: str) -> tuple[str, str]:
    """Name and port of `host`, `host:port`, `::1`, `[::1]` or `[::1]:port`."""
    name, colon, port = text.rpartition(":")
    if colon and port.isdecimal() and (":" not in name or name.endswith("]")):
        return name.strip("[]"), port
    return text.strip("[]"), ""
