"""Addresses of this machine itself and of the link that it is on: what listens there trusts this machine."""

import ipaddress
import socket


def is_reserved(host: str) -> bool:
    """Whether `[USER@]HOST[:PORT]` is such an address, or a name that is for one whoever is asked."""
    name = host.rpartition("@")[2].lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        # As inet_aton(3) reads it: `127.1` and `2130706433` are loopback, too.
        return is_reserved_address(name if ":" in name else socket.inet_ntoa(socket.inet_aton(name)))
    except (OSError, ValueError):
        return False


def is_reserved_address(text: str) -> bool:
    """Whether it is loopback, link-local (cloud metadata), multicast or none; ValueError for what is no address."""
    address = ipaddress.ip_address(text)
    address = (address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None) or address
    return address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast
