"""The description of a volume that is to be made; no I/O."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from bridge.protocol import Problem
from plugins.machines.keys import NAME_MAX, is_name

CAPACITY_MAX = 1 << 62
"""Bytes: libvirt's numbers have a bit more."""


@dataclass(frozen=True, slots=True)
class Backing:
    """What a volume is based on: it holds what differs from that."""

    path: str
    format: str


def volume_xml(
    name: str, capacity: int, volume_format: str = "", allocation: int | None = None, backing: Backing | None = None
) -> str:
    """The XML; without `volume_format` and `allocation` the pool decides on them."""
    volume = Element("volume")
    SubElement(volume, "name").text = checked_volume_name(name)
    SubElement(volume, "capacity").text = str(checked_size(capacity, "capacity"))
    if allocation is not None:
        SubElement(volume, "allocation").text = str(checked_size(allocation, "allocation"))
    if volume_format:
        SubElement(SubElement(volume, "target"), "format", type=volume_format)
    if backing is not None:
        base = SubElement(volume, "backingStore")
        SubElement(base, "path").text = backing.path
        SubElement(base, "format", type=backing.format)
    return tostring(volume, encoding="unicode")


def checked_volume_name(name: str) -> str:
    """A name that a volume can have; Problem `protocol-error` for another."""
    # What means a folder is none, whatever a driver makes of it.
    if not is_name(name) or name in (".", ".."):
        raise Problem("protocol-error", f"A volume's name has 1 to {NAME_MAX} printable characters and no slash")
    return name


def checked_size(size: int, where: str) -> int:
    """A number of bytes; Problem `protocol-error` for what is none."""
    if not 0 <= size <= CAPACITY_MAX:
        raise Problem("protocol-error", f"attribute '{where}': must be a number of bytes")
    return size
