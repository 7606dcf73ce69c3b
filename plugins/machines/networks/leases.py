"""The addresses that a network has lent, by every way that libvirt tells them; no I/O."""

import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from bridge.protocol import JsonObject

LEASES_MAX = 2000
"""Leases of one network that are told, those that end last first."""

_LINE = re.compile(
    r"\s*(?P<expiry>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s+(?P<mac>[0-9a-f:]+)\s+ipv[46]\s+(?P<address>[0-9a-f.:]+)/\d+"
    r"\s+(?P<name>\S+)\s+(?P<client>\S+)\s*"
)
"""A line of `net-dhcp-leases`: there is no plainer form."""


@dataclass(frozen=True, slots=True)
class Lease:
    """An address and who has it."""

    address: str
    mac: str
    name: str
    """What the guest calls itself; empty where it does not say."""
    client: str
    """The client's identifier, or the DUID of IPv6."""
    expiry: int
    """Seconds since 1970; 0 for one that never ends."""

    @classmethod
    def of_binding(cls, told: Mapping[str, Any]) -> Self:
        """As libvirt-python tells it."""
        address, mac, name, client = (str(told.get(each) or "") for each in ("ipaddr", "mac", "hostname", "clientid"))
        return cls(address, mac, name, client, int(told.get("expirytime") or 0))

    @classmethod
    def of_struct(cls, told: Any) -> Self:
        """As libvirt-dbus tells it: interface, expiry, type, MAC, IAID, address, prefix, name, client."""
        _, expiry, _, mac, _, address, _, name, client = told
        return cls(address, mac, name, client, int(expiry))

    @classmethod
    def of_line(cls, line: str) -> Self | None:
        """As virsh prints it, in the time zone that it has from us."""
        found = _LINE.fullmatch(line)
        if found is None:
            return None
        expiry = int(time.mktime(time.strptime(found["expiry"], "%Y-%m-%d %H:%M:%S")))
        name, client = ("" if found[part] == "-" else found[part] for part in ("name", "client"))
        return cls(found["address"], found["mac"], name, client, expiry)

    def as_answer(self) -> JsonObject:
        """What pages are told; what is empty is left out."""
        return {name: value for name, value in asdict(self).items() if value}


def of_output(output: str) -> list[Lease]:
    """What virsh prints."""
    return [lease for line in output.split("\n") if (lease := Lease.of_line(line)) is not None]


def told(leases: list[Lease]) -> list[JsonObject]:
    """By address, bounded."""
    kept = sorted(leases, key=lambda lease: -lease.expiry)[:LEASES_MAX]
    return [lease.as_answer() for lease in sorted(kept, key=lambda lease: (":" in lease.address, _order(lease)))]


def _order(lease: Lease) -> list[int]:
    parts = re.split(r"[.:]", lease.address)
    return [int(part or "0", 16 if ":" in lease.address else 10) for part in parts]
