"""What a person says of a network, checked before any of it comes into XML: a sentence says what makes no sense."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface
from typing import Any, Literal

from bridge.options import parse
from bridge.protocol import Problem

Mode = Literal["nat", "route", "open", "isolated", "bridge", "macvtap", "hostdev"]
"""`bridge` is one of the host's own, `macvtap` a device of the host shared, `hostdev` a pool of SR-IOV functions."""
ADDRESSED = frozenset({"nat", "route", "open", "isolated"})
"""The modes in which libvirt makes the bridge, and serves addresses and names on it."""

Interface = IPv4Interface | IPv6Interface

RANGE_MAX = 65_535
"""Addresses in one range: libvirt's own bound."""
MTU_MIN, MTU_MAX = 68, 65_535
FORWARDERS_MAX = 16
HOSTNAMES_MAX = 32

_DEVICE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,14}")
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_DUID = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){1,129}")


@dataclass(frozen=True, slots=True)
class Settings:
    """As pages tell them; what is empty is not there. Only `checked` ones come into XML."""

    mode: Mode = "nat"
    device: str = ""
    """The host's device that it goes through: needed by `macvtap` and `hostdev`, a bound of `nat` and `route`."""
    sharing: Literal["bridge", "vepa", "private", "passthrough"] = "bridge"
    """How `macvtap` shares the device."""
    bridge: str = ""
    """The bridge's name: of the host's own for `bridge`, else of the one that libvirt makes."""
    mtu: int = 0
    domain: str = ""
    """The DNS domain of its machines."""
    domain_local: bool = False
    """Whether questions about that domain are never passed on."""
    dns: bool = True
    forwarders: list[str] = field(default_factory=list)
    """Name servers that are asked instead of the host's."""
    ipv4: str = ""
    """The host's address on it, `ADDRESS/PREFIX`."""
    ipv4_start: str = ""
    ipv4_end: str = ""
    """The first range of addresses given by DHCP, where the network is new or its addresses are."""
    ipv6: str = ""
    ipv6_start: str = ""
    ipv6_end: str = ""


def checked(told: Mapping[str, Any]) -> Settings:
    """The settings that a page told; Problem `protocol-error` for what makes no sense."""
    settings = parse(Settings, told)
    needs = {"bridge": settings.bridge, "macvtap": settings.device, "hostdev": settings.device}
    if not needs.get(settings.mode, "-"):
        raise _wrong("Choose the host's bridge" if settings.mode == "bridge" else "Choose a device of the host")
    for name in (settings.device, settings.bridge):
        if name:
            checked_device(name)
    if settings.mtu and not MTU_MIN <= settings.mtu <= MTU_MAX:
        raise _wrong(f"The MTU must be {MTU_MIN} to {MTU_MAX}")
    if settings.domain:
        checked_host_name(settings.domain)
    if len(settings.forwarders) > FORWARDERS_MAX:
        raise _wrong(f"More than {FORWARDERS_MAX} name servers")
    for address in settings.forwarders:
        checked_address(address)
    for version, interface, start, end in families(settings):
        if interface:
            found = checked_interface(interface, version)
            if start or end:
                checked_range(start, end, found)
        elif start or end:
            raise _wrong(f"A range of addresses needs an IPv{version} address of the host")
    return settings


def families(settings: Settings) -> tuple[tuple[int, str, str, str], ...]:
    """Version, the host's address, first and last address of the range."""
    return (
        (4, settings.ipv4, settings.ipv4_start, settings.ipv4_end),
        (6, settings.ipv6, settings.ipv6_start, settings.ipv6_end),
    )


def checked_device(name: str) -> str:
    """A name that a network device of Linux can have, and that nothing takes for an option."""
    if not _DEVICE.fullmatch(name):
        raise _wrong(f"“{name:.40}” cannot be the name of a network device")
    return name


def checked_host_name(name: str) -> str:
    """A host's or domain's name as DNS has them."""
    if not _HOST_NAME.fullmatch(name):
        raise _wrong(f"“{name:.80}” is not a name that DNS takes")
    return name


def checked_mac(text: str) -> str:
    """The MAC address of one device, in lower case."""
    mac = text.strip().lower().replace("-", ":")
    if not _MAC.fullmatch(mac):
        raise _wrong(f"“{text:.40}” is not a MAC address, such as 52:54:00:12:34:56")
    if int(mac[:2], 16) & 1 or mac == "00:00:00:00:00:00":
        raise _wrong(f"“{text:.40}” is not the MAC address of one device")
    return mac


def checked_duid(text: str) -> str:
    """The identifier that a client of DHCPv6 tells of itself."""
    duid = text.strip().lower()
    if not _DUID.fullmatch(duid):
        raise _wrong(f"“{text:.40}” is not a DUID, such as 00:01:00:01:2a:…")
    return duid


def checked_address(text: str) -> str:
    """An IP address, written the usual way; one with a scope is not meant for others."""
    try:
        found = ip_address(text.strip())
    except ValueError:
        raise _wrong(f"“{text:.60}” is not an IP address") from None
    if found.is_unspecified or found.is_multicast or "%" in str(found):
        raise _wrong(f"{found} is not the address of a host")
    return str(found)


def checked_interface(text: str, version: int) -> Interface:
    """The host's address with the length of the network's prefix."""
    try:
        found = ip_interface(text.strip())
    except ValueError as error:
        raise _wrong(f"“{text:.60}” is not an address with a prefix: {error}") from None
    if found.version != version or "/" not in text:
        raise _wrong(f"“{text:.60}” is not an IPv{version} address with a prefix, such as {_EXAMPLES[version]}")
    checked_address(str(found.ip))
    if not 1 <= found.network.prefixlen <= (30 if version == 4 else 126):
        raise _wrong(f"A prefix of {found.network.prefixlen} leaves no room for machines")
    if version == 4 and found.ip in (found.network.network_address, found.network.broadcast_address):
        raise _wrong(f"{found.ip} is not an address of a host in {found.network}")
    return found


_EXAMPLES = {4: "192.168.100.1/24", 6: "fd00:1234::1/64"}


def checked_range(start: str, end: str, interface: Interface) -> tuple[str, str]:
    """The first and last address of a range within the network of `interface`."""
    first, last = (ip_address(checked_address(text)) for text in (start, end))
    for address in (first, last):
        if address not in interface.network:
            raise _wrong(f"{address} is not in {interface.network}")
        if interface.version == 4 and address in (
            interface.network.network_address,
            interface.network.broadcast_address,
        ):
            raise _wrong(f"{address} is not an address of a host in {interface.network}")
    size = int(last) - int(first) + 1
    if size < 1:
        raise _wrong(f"The range must begin with its lowest address: {first} is above {last}")
    if size > RANGE_MAX:
        raise _wrong(f"A range can have {RANGE_MAX} addresses at most")
    if int(first) <= int(interface.ip) <= int(last):
        raise _wrong(f"The range must leave out {interface.ip}, which is the host's own address")
    if interface.version == 6 and interface.network.prefixlen < 64:
        raise _wrong("DHCP for IPv6 needs a prefix of 64 or more")
    return str(first), str(last)


def _wrong(sentence: str) -> Problem:
    return Problem("protocol-error", sentence)
