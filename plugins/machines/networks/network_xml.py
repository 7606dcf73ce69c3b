"""Networks as libvirt's XML: made from settings, changed by them, and read; no I/O.

Changing keeps what no setting is about (port groups, bandwidth, static routes, what others wrote into it).
"""

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface
from xml.etree.ElementTree import Element, SubElement, tostring

from bridge.protocol import JsonObject, Problem
from plugins.machines.networks.settings import ADDRESSED, Settings, families
from plugins.machines.state.libvirt_xml import attribute, filled, forward_device, forwarding

_ORDER = ("name", "uuid", "title", "description", "metadata", "forward", "bridge", "mtu", "mac", "domain", "dns", "ip")
"""As libvirt writes them; for people."""


def made(key: str, name: str, settings: Settings) -> str:
    """The definition of a new network."""
    root = Element("network")
    SubElement(root, "name").text = name
    SubElement(root, "uuid").text = key
    return changed(root, settings)


def changed(root: Element, settings: Settings) -> str:
    """The definition `root` with these settings; static hosts and ranges go where their subnet went."""
    _set_forward(root, settings)
    _set_bridge(root, settings)
    _set(root, "mtu", size=str(settings.mtu) if settings.mtu else "")
    if settings.mode in ADDRESSED:
        local = {"localOnly": "yes"} if settings.domain_local else {}
        _set(root, "domain", **({"name": settings.domain, **local} if settings.domain else {}))
        _set_dns(root, settings)
        for family in families(settings):
            _set_addresses(root, *family)
    else:
        for tag in ("domain", "dns", "ip", "route", "mac"):
            _remove(root, tag)
    root[:] = sorted(root, key=lambda child: _ORDER.index(child.tag) if child.tag in _ORDER else len(_ORDER))
    return tostring(root, encoding="unicode")


def _set_forward(root: Element, settings: Settings) -> None:
    mode = {"isolated": "", "macvtap": settings.sharing}.get(settings.mode, settings.mode)
    known = root.find("forward")
    if known is not None and known.get("mode", "nat") == mode and forward_device(root) == settings.device:
        return
    _remove(root, "forward")
    if not mode:
        return
    forward = SubElement(root, "forward", mode=mode)
    if mode == "hostdev":
        forward.set("managed", "yes")
        SubElement(forward, "pf", dev=settings.device)
    elif settings.device and settings.mode != "open":
        forward.set("dev", settings.device)
        SubElement(forward, "interface", dev=settings.device)


def _set_bridge(root: Element, settings: Settings) -> None:
    if settings.mode in ("macvtap", "hostdev"):
        _remove(root, "bridge")
        return
    bridge = root.find("bridge")
    if settings.mode == "bridge":
        _remove(root, "bridge")
        SubElement(root, "bridge", name=settings.bridge)
    elif settings.bridge:
        bridge = SubElement(root, "bridge") if bridge is None else bridge
        bridge.set("name", settings.bridge)
    elif bridge is not None:
        # libvirt chooses a name that is free.
        bridge.attrib.pop("name", None)


def _set(root: Element, tag: str, **attributes: str) -> None:
    """Make the one child `tag` have these attributes; none where all are empty."""
    _remove(root, tag)
    if any(attributes.values()):
        SubElement(root, tag, attributes)


def _remove(root: Element, tag: str) -> None:
    for child in root.findall(tag):
        root.remove(child)


def _set_dns(root: Element, settings: Settings) -> None:
    dns = root.find("dns")
    dns = SubElement(root, "dns") if dns is None else dns
    dns.attrib.pop("enable", None)
    if not settings.dns:
        dns.set("enable", "no")
    for forwarder in _forwarders(root):
        dns.remove(forwarder)
    for number, address in enumerate(settings.forwarders):
        dns.insert(number, Element("forwarder", addr=address))
    if not len(dns) and not dns.keys():
        root.remove(dns)


def _forwarders(root: Element) -> list[Element]:
    """Those for every question; one for a domain alone is no setting of ours."""
    return [each for each in root.iterfind("dns/forwarder") if each.get("addr") and not each.get("domain")]


def _set_addresses(root: Element, version: int, interface: str, start: str, end: str) -> None:
    """The first `<ip>` of this version; another one of it is somebody's who knows what for."""
    known = next((each for _, each in ip_elements(root) if _interface(each).version == version), None)
    if not interface:
        if known is not None:
            root.remove(known)
        return
    wanted = ip_interface(interface)
    if known is not None and _interface(known) == wanted:
        return
    address = Element("ip", family=f"ipv{version}", address=str(wanted.ip), prefix=str(wanted.network.prefixlen))
    dhcp = SubElement(address, "dhcp")
    if start:
        SubElement(dhcp, "range", start=start, end=end)
    if known is not None:
        dhcp.extend(host for host in known.iterfind("dhcp/host") if _fits(host.get("ip", ""), wanted))
        root.remove(known)
    if not len(dhcp):
        address.remove(dhcp)
    root.append(address)


def _fits(address: str, interface: IPv4Interface | IPv6Interface) -> bool:
    try:
        return ip_address(address) in interface.network
    except ValueError:
        return False


def ip_elements(root: Element) -> Iterator[tuple[int, Element]]:
    """The `<ip>` elements that have an address, with the index that libvirt counts them by."""
    for index, element in enumerate(root.iterfind("ip")):
        if element.get("address"):
            yield index, element


def parent_of(root: Element, address: str) -> int | None:
    """The index of the `<ip>` whose subnet has this address."""
    return next((index for index, each in ip_elements(root) if _fits(address, _interface(each))), None)


def interface_of(root: Element, address: str) -> IPv4Interface | IPv6Interface:
    """The host's address in the subnet that has `address`; Problem `protocol-error` where there is none."""
    for _, element in ip_elements(root):
        if _fits(address, _interface(element)):
            return _interface(element)
    raise Problem("protocol-error", f"{address} is in no subnet of this network")


def _interface(element: Element) -> IPv4Interface | IPv6Interface:
    address = element.get("address", "")
    length = element.get("prefix") or element.get("netmask")
    try:
        return ip_interface(f"{address}/{length}" if length else address)
    except ValueError:
        raise Problem("internal-error", f"libvirt's XML has the address {address}/{length}") from None


def settings_of(root: Element) -> JsonObject:
    """The settings that a definition has, by the names of `Settings`; what is empty is left out."""
    found = filled(
        mode=forwarding(root),
        device=forward_device(root),
        sharing=attribute(root, "forward", "mode") if forwarding(root) == "macvtap" else None,
        bridge=attribute(root, "bridge", "name"),
        mtu=int(size) if (size := attribute(root, "mtu", "size") or "").isdecimal() else None,
        domain=attribute(root, "domain", "name"),
        domain_local=True if attribute(root, "domain", "localOnly") == "yes" else None,
        dns=attribute(root, "dns", "enable") != "no",
        forwarders=[each.get("addr", "") for each in _forwarders(root)],
    )
    for _, element in reversed(list(ip_elements(root))):
        found[f"ipv{_interface(element).version}"] = _interface(element).with_prefixlen
    return found


def details(root: Element) -> JsonObject:
    """What is told of a network that somebody looks at: `settings`, and by what identifies them its entries."""
    ranges: JsonObject = {}
    hosts: JsonObject = {}
    for _, element in ip_elements(root):
        for each in element.iterfind("dhcp/range"):
            entry = filled(start=each.get("start"), end=each.get("end"))
            ranges[f"{each.get('start')}-{each.get('end')}"] = entry
        for each in element.iterfind("dhcp/host"):
            entry = filled(mac=each.get("mac"), duid=each.get("id"), name=each.get("name"), address=each.get("ip"))
            hosts[each.get("ip") or each.get("mac") or each.get("id") or ""] = entry
    names = {
        each.get("ip", ""): {"address": each.get("ip", ""), "hostnames": [name.text for name in each.iter("hostname")]}
        for each in root.iterfind("dns/host")
    }
    return filled(settings=settings_of(root), ranges=ranges, hosts=hosts, dns_hosts=names)
