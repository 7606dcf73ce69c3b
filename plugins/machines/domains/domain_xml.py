"""What the XML of a domain tells: the texts of its row, and its devices; no I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

from bridge.protocol import JsonObject
from plugins.machines.domains.metadata import Labels
from plugins.machines.history.figures import KIB
from plugins.machines.state.libvirt_xml import attribute, filled, parse, size

DESCRIPTION_MAX = 500
"""Characters of the description in a row; all of it comes with `follow`."""
INTERFACES_MAX = 32
"""Interfaces of one domain that its row tells."""
_AGENT = "org.qemu.guest_agent.0"

TEXTS = frozenset({"title", "description", "tags", "sources", "interfaces"})
"""The members of a domain's row that come from its XML."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What a row has besides figures, and whom to ask for addresses."""

    members: JsonObject
    """Those of `TEXTS` that say something."""
    address_source: Literal["lease", "agent"] | None
    """The guest's agent where it is connected, else the leases of libvirt's networks where it is on one."""


def texts(xml: str) -> Texts:
    """See `Texts`."""
    root = parse(xml)
    members = filled(
        title=root.findtext("title"),
        description=(root.findtext("description") or "")[:DESCRIPTION_MAX],
        tags=list(Labels.of(root).tags),
        sources=sorted({source for _, source in disk_sources(root)}),
        interfaces=_interfaces(root),
    )
    return Texts(members, _address_source(root))


def disk_sources(root: Element) -> Iterator[tuple[str, str]]:
    """The target (`vda`) and source of each disk that has one: a path, or `POOL NAME/VOLUME` of a pool's volume."""
    for disk in root.iterfind("devices/disk"):
        source = disk.find("source")
        if source is None:
            continue
        place = source.get("file") or source.get("dev") or ""
        if disk.get("type") == "volume":
            place = f"{source.get('pool')}/{source.get('volume')}"
        if place:
            yield attribute(disk, "target", "dev") or "", place


def _interfaces(root: Element) -> JsonObject:
    """By MAC address what each interface is joined to: `type` and `source`, a network's, bridge's or device's name."""
    found: JsonObject = {}
    for element in list(root.iterfind("devices/interface"))[:INTERFACES_MAX]:
        name = attribute(element, "mac", "address") or ""
        key = next(
            each for number in range(INTERFACES_MAX) if (each := f"{name}#{number}" if number else name) not in found
        )
        found[key] = filled(type=element.get("type"), source=_source(element))
    return found


def _address_source(root: Element) -> Literal["lease", "agent"] | None:
    for channel in root.iterfind("devices/channel/target"):
        if channel.get("name") == _AGENT and channel.get("state") == "connected":
            return "agent"
    return "lease" if root.find("devices/interface[@type='network']") is not None else None


def details(root: Element) -> JsonObject:
    """What `follow` tells of a domain besides its XML: all texts and its devices by what identifies them in it."""
    labels = Labels.of(root)
    return filled(
        description=root.findtext("description"),
        notes=labels.notes,
        hardware=_hardware(root),
        devices=_devices(root),
    )


def _hardware(root: Element) -> JsonObject:
    """What kind of computer it is: architecture, emulated machine, firmware, processor, what it boots from."""
    cpu = root.find("cpu")
    kind = root.find("os/type")
    loader = root.find("os/loader")
    efi = attribute(root, "os", "firmware") == "efi" or (loader is not None and loader.get("type") == "pflash")
    ordered = sorted(
        (int(boot.get("order", "0")), _identity(device))
        for device in root.iterfind("devices/*")
        if (boot := device.find("boot")) is not None and boot.get("order", "").isdecimal()
    )
    return filled(
        type=root.get("type"),
        arch=None if kind is None else kind.get("arch"),
        machine=None if kind is None else kind.get("machine"),
        firmware="efi" if efi else "bios" if kind is not None and kind.text == "hvm" else None,
        secure_boot=True if loader is not None and loader.get("secure") == "yes" else None,
        cpu_mode=None if cpu is None else cpu.get("mode"),
        cpu_model=root.findtext("cpu/model"),
        boot=[name for _, name in ordered] or [boot.get("dev", "") for boot in root.iterfind("os/boot")],
        boot_menu=True if attribute(root, "os/bootmenu", "enable") == "yes" else None,
    )


def _devices(root: Element) -> JsonObject:
    """Devices by `disk:vda`, `interface:52:54:…`, `graphics:vnc`, …; those of one name are numbered."""
    devices: JsonObject = {}
    for order, element in enumerate(root.iterfind("devices/*")):
        if element.tag == "emulator":
            continue
        name = _identity(element)
        number, key = 1, name
        while key in devices:
            number, key = number + 1, f"{name}#{number + 1}"
        devices[key] = filled(
            order=order,
            kind=element.tag,
            type=element.get("type"),
            device=element.get("device"),
            model=element.get("model") or attribute(element, "model", "type"),
            target=attribute(element, "target", "dev") or attribute(element, "target", "port"),
            bus=attribute(element, "target", "bus"),
            source=_source(element),
            format=attribute(element, "driver", "type"),
            readonly=True if element.find("readonly") is not None else None,
            mac=attribute(element, "mac", "address"),
            link=attribute(element, "link", "state"),
            port=element.get("port"),
            tls_port=element.get("tlsPort"),
            listen=element.get("listen") or attribute(element, "listen", "address"),
            socket=element.get("socket") or attribute(element, "listen", "socket"),
            alias=attribute(element, "alias", "name"),
        )
    return devices


def _identity(element: Element) -> str:
    mark = attribute(element, "mac", "address") or attribute(element, "target", "dev")
    mark = mark or attribute(element, "target", "name") or attribute(element, "target", "port")
    return f"{element.tag}:{mark or element.get('type') or element.get('model') or ''}"


def _source(element: Element) -> str:
    source = element.find("source")
    if source is None:
        return ""
    if source.get("pool"):
        return f"{source.get('pool')}/{source.get('volume')}"
    names = ("file", "dev", "dir", "network", "bridge", "path", "name", "host", "mode")
    return next((source.get(name, "") for name in names if source.get(name)), "")


def vnc_password(xml: str) -> str:
    """The password of its VNC screen, which only XML with secrets has; empty where there is none."""
    return attribute(parse(xml), "devices/graphics[@type='vnc']", "passwd") or ""


def snapshot_row(xml: str) -> JsonObject:
    """One snapshot of a domain: `description`, `created` (seconds since 1970), `state`, `parent`, `external`."""
    root = parse(xml)
    created = root.findtext("creationTime") or ""
    places = [root.find("memory"), *root.iterfind("disks/disk")]
    return filled(
        description=root.findtext("description"),
        created=int(created) if created.isdecimal() else None,
        state=root.findtext("state"),
        parent=root.findtext("parent/name"),
        external=any(place is not None and place.get("snapshot") == "external" for place in places),
    )


def configured_stats(xml: str) -> dict[str, int]:
    """What the XML says of statistics, for where a driver tells none: the memory and the virtual CPUs."""
    root = parse(xml)
    maximum = size(root.find("memory"), "KiB") or 0
    vcpu = root.find("vcpu")
    vcpus = "" if vcpu is None else vcpu.get("current") or vcpu.text or ""
    return {
        "balloon.maximum": maximum // KIB,
        "balloon.current": (size(root.find("currentMemory"), "KiB") or maximum) // KIB,
        "vcpu.current": int(vcpus) if vcpus.strip().isdecimal() else 1,
    }
