"""libvirt's XML, parsed within bounds, and the rows of the state that pools, volumes, networks and devices give.

A row has the members that the document has; sizes are in bytes.
"""

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element, ParseError, XMLParser

from bridge.protocol import JsonObject, Problem
from plugins.machines.provider import Kind

XML_MAX = 4 * 1024 * 1024
"""Characters of the longest document taken: a domain with a hundred disks has a fiftieth of it."""

_UNITS = {"b": 1, "bytes": 1, "KB": 1000, "KiB": 1 << 10, "k": 1 << 10, "MB": 10**6, "MiB": 1 << 20, "M": 1 << 20}
_UNITS |= {"GB": 10**9, "GiB": 1 << 30, "G": 1 << 30, "TB": 10**12, "TiB": 1 << 40, "T": 1 << 40}
_UNITS |= {"PB": 10**15, "PiB": 1 << 50, "EB": 10**18, "EiB": 1 << 60}


def parse(text: str) -> Element:
    """The root element of a document; Problem `internal-error` for what is none or too long.

    A document type is refused: libvirt writes none, and entities are what makes small documents large.
    """
    if len(text) > XML_MAX:
        raise Problem("internal-error", f"libvirt's XML is longer than {XML_MAX} characters")
    if "<!DOCTYPE" in text:
        raise Problem("internal-error", "libvirt's XML has a document type")
    parser = XMLParser()  # noqa: S314 - bounded above, without a document type
    try:
        parser.feed(text)
        root: Element = parser.close()
    except ParseError as error:
        raise Problem("internal-error", f"libvirt's XML cannot be read: {error}") from None
    return root


def size(element: Element | None, unit: str = "bytes") -> int | None:
    """The bytes that an element like `<capacity unit="KiB">` says; `unit` where it says none. None without a number."""
    if element is None:
        return None
    factor = _UNITS.get(element.get("unit", unit))
    text = (element.text or "").strip()
    return int(text) * factor if factor and text.isdecimal() and len(text) < 20 else None


def filled(**members: object) -> JsonObject:
    """The members that say something: neither None nor an empty string, list or object. False and 0 do."""
    return {name: value for name, value in members.items() if value is not None and value not in ("", [], {})}


def attribute(root: Element, path: str, name: str) -> str | None:
    """An attribute of the first element at `path`."""
    found = root.find(path)
    return None if found is None else found.get(name)


def _pool(root: Element) -> JsonObject:
    return filled(
        name=root.findtext("name"),
        type=root.get("type"),
        capacity=size(root.find("capacity")),
        allocation=size(root.find("allocation")),
        available=size(root.find("available")),
        path=root.findtext("target/path"),
        source=attribute(root, "source/host", "name"),
        device=attribute(root, "source/device", "path"),
    )


def _volume(root: Element) -> JsonObject:
    return filled(
        name=root.findtext("name"),
        type=root.get("type"),
        path=root.findtext("target/path"),
        capacity=size(root.find("capacity")),
        allocation=size(root.find("allocation")),
        format=attribute(root, "target/format", "type"),
        backing=root.findtext("backingStore/path"),
    )


_SHARED = ("bridge", "vepa", "private", "passthrough")
"""libvirt's modes of forwarding that join a bridge or a device of the host."""


def _network(root: Element) -> JsonObject:
    return filled(
        name=root.findtext("name"),
        mode=forwarding(root),
        device=forward_device(root),
        bridge=attribute(root, "bridge", "name"),
        domain=attribute(root, "domain", "name"),
        mtu=attribute(root, "mtu", "size"),
        addresses=[_prefixed(address) for address in root.iterfind("ip") if address.get("address")],
        dhcp=root.find("ip/dhcp/range") is not None,
    )


def forwarding(root: Element) -> str:
    """How a network reaches others: libvirt's word, `isolated` where not, `macvtap` where it shares a device."""
    forward = root.find("forward")
    if forward is None:
        return "isolated"
    # libvirt's own default.
    told = forward.get("mode", "nat")
    return "macvtap" if told in _SHARED and root.find("bridge") is None else told


def forward_device(root: Element) -> str:
    """The device of the host that a network goes through, empty where it is bound to none."""
    places = (("forward/pf", "dev"), ("forward/interface", "dev"), ("forward", "dev"))
    return next((found for path, name in places if (found := attribute(root, path, name))), "")


def _prefixed(address: Element) -> str:
    # The list of machines has none.
    from ipaddress import ip_interface

    length = address.get("prefix") or address.get("netmask")
    text = f"{address.get('address')}/{length}" if length else str(address.get("address"))
    try:
        return ip_interface(text).with_prefixlen if length else text
    except ValueError:
        return text


def _device(root: Element) -> JsonObject:
    capability = root.find("capability")
    if capability is None:
        return filled(name=root.findtext("name"))
    return filled(
        name=root.findtext("name"),
        parent=root.findtext("parent"),
        type=capability.get("type"),
        driver=root.findtext("driver/name"),
        product=capability.findtext("product"),
        vendor=capability.findtext("vendor"),
        product_id=attribute(capability, "product", "id"),
        vendor_id=attribute(capability, "vendor", "id"),
        interface=capability.findtext("interface"),
        block=capability.findtext("block"),
        address=_device_address(capability),
        iommu_group=attribute(capability, "iommuGroup", "number"),
        virtual_functions=attribute(capability, "capability[@type='virt_functions']", "maxCount"),
    )


def _device_address(capability: Element) -> str:
    if capability.get("type") == "pci":
        parts = [capability.findtext(name, "") for name in ("domain", "bus", "slot", "function")]
        if not all(part.isdecimal() and len(part) < 6 for part in parts):
            return ""
        return "{:04x}:{:02x}:{:02x}.{:x}".format(*map(int, parts))
    if capability.get("type") == "usb_device":
        return f"{capability.findtext('bus', '')}.{capability.findtext('device', '')}"
    return ""


_ROWS: Mapping[Kind, Callable[[Element], JsonObject]] = {
    Kind.POOL: _pool,
    Kind.VOLUME: _volume,
    Kind.NETWORK: _network,
    Kind.DEVICE: _device,
}


def row(kind: Kind, text: str) -> JsonObject:
    """The row of an object that is no domain."""
    return _ROWS[kind](parse(text))
