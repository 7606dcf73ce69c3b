"""One entry of a network changed while it runs: the calls of virNetworkUpdate that do it; no I/O.

What runs and what is stored may differ, so each is changed where it has the entry, or a place for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from bridge.options import parse
from bridge.protocol import Problem
from plugins.machines.networks.network_xml import interface_of, parent_of
from plugins.machines.networks.settings import (
    HOSTNAMES_MAX,
    checked_address,
    checked_duid,
    checked_host_name,
    checked_mac,
    checked_range,
)

Section = Literal["range", "host", "dns_host"]
Command = Literal["add", "delete"]

NETWORK_COMMANDS: Mapping[Command, int] = {"delete": 2, "add": 3}
NETWORK_SECTIONS: Mapping[Section, int] = {"host": 4, "range": 5, "dns_host": 10}
"""virNetworkUpdateCommand and virNetworkUpdateSection."""

_PATHS: Mapping[Section, str] = {"range": "dhcp/range", "host": "dhcp/host", "dns_host": "dns/host"}


@dataclass(frozen=True, slots=True)
class Update:
    """One call of virNetworkUpdate."""

    command: Command
    section: Section
    parent: int
    """Which `<ip>` it is about, -1 where it is about none."""
    xml: str
    live: bool
    config: bool

    def undone(self) -> "Update":
        """The call that takes it back."""
        other: Command = "delete" if self.command == "add" else "add"
        return Update(other, self.section, self.parent, self.xml, self.live, self.config)


@dataclass(frozen=True, slots=True)
class Entry:
    """Of a `range` the first two, of a `host` (an address of its own by DHCP) the next, of a `dns_host` the last."""

    start: str = ""
    end: str = ""
    mac: str = ""
    duid: str = ""
    """What IPv6 has in the MAC address's place."""
    name: str = ""
    address: str = ""
    hostnames: list[str] = field(default_factory=list)


def updates(
    live: Element | None, config: Element | None, section: Section, remove: Mapping[str, Any], add: Mapping[str, Any]
) -> list[Update]:
    """The calls that take the entry `remove` away and bring `add`; either may be empty.

    Problem `not-found` for an entry that is not there, `protocol-error` for one that makes no sense.
    """
    documents = [(root, root is live, root is config) for root in (live, config) if root is not None]
    found: list[Update] = []
    if remove:
        entry = parse(Entry, remove)
        found += _joined("delete", section, (_deletion(section, entry, *each) for each in documents))
        if not found:
            raise Problem("not-found", "This entry is not there any more")
    if add:
        entry = parse(Entry, add)
        if not documents:
            raise Problem("not-found", "The network is not there any more")
        place = entry.start if section == "range" else entry.address
        fitting = [root for root, _, _ in documents if section == "dns_host" or parent_of(root, place) is not None]
        xml = _text(_element(section, entry, (fitting or [documents[0][0]])[0]))
        found += _joined("add", section, (_addition(section, xml, place, *each) for each in documents))
    return found


Place = tuple[int, str, bool, bool]
"""The `<ip>`'s index, the XML, and of which document."""


def _joined(command: Command, section: Section, places: Iterator[Place | None]) -> list[Update]:
    """One call where both documents take the same."""
    known = [place for place in places if place is not None]
    if len(known) == 2 and known[0][:2] == known[1][:2]:
        return [Update(command, section, *known[0][:2], live=True, config=True)]
    return [Update(command, section, parent, xml, live, config) for parent, xml, live, config in known]


def _deletion(section: Section, entry: Entry, root: Element, live: bool, config: bool) -> Place | None:
    """The element as the document has it: libvirt compares all of it."""
    parents = [(-1, root)] if section == "dns_host" else list(enumerate(root.iterfind("ip")))
    for index, parent in parents:
        for element in parent.iterfind(_PATHS[section]):
            if _is(section, entry, element):
                return index, _text(element), live, config
    return None


def _is(section: Section, entry: Entry, element: Element) -> bool:
    if section == "range":
        return (element.get("start"), element.get("end")) == (entry.start, entry.end)
    if section == "dns_host":
        return element.get("ip") == entry.address
    told = (element.get("mac", ""), element.get("id", ""), element.get("ip", ""), element.get("name", ""))
    return told == (entry.mac, entry.duid, entry.address, entry.name)


def _addition(section: Section, xml: str, place: str, root: Element, live: bool, config: bool) -> Place | None:
    parent = -1 if section == "dns_host" else parent_of(root, place)
    return None if parent is None else (parent, xml, live, config)


def _element(section: Section, entry: Entry, root: Element) -> Element:
    """The XML of a new entry, checked."""
    if section == "range":
        start, end = checked_range(entry.start, entry.end, interface_of(root, checked_address(entry.start)))
        return Element("range", start=start, end=end)
    address = checked_address(entry.address)
    if section == "dns_host":
        if not 0 < len(entry.hostnames) <= HOSTNAMES_MAX:
            raise Problem("protocol-error", f"An address has 1 to {HOSTNAMES_MAX} names")
        host = Element("host", ip=address)
        for name in entry.hostnames:
            SubElement(host, "hostname").text = checked_host_name(name)
        return host
    interface = interface_of(root, address)
    if str(interface.ip) == address:
        raise Problem("protocol-error", f"{address} is the host's own address")
    if interface.version == 4:
        host = Element("host", mac=checked_mac(entry.mac))
    else:
        host = Element("host", id=checked_duid(entry.duid)) if entry.duid else Element("host")
        if not entry.duid and not entry.name:
            raise Problem("protocol-error", "An IPv6 address needs the DUID or the name of whom it is for")
    if entry.name:
        host.set("name", checked_host_name(entry.name))
    host.set("ip", address)
    return host


def _text(element: Element) -> str:
    element.tail = None
    return tostring(element, encoding="unicode").strip()
