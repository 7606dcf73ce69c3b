"""Where somebody comes from, by the address of their connection."""

import ipaddress


def plain_address(source: str) -> str:
    """An address as PAM and the records know it: a socket for both families writes IPv4 as `::ffff:192.0.2.1`."""
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def network_of(source: str) -> str:
    """What counts as one source: an IPv4 address, or an IPv6 network of 64 bits, which one person can have."""
    address = plain_address(source)
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False))
