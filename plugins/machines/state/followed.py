"""Single objects that somebody looks at closely: their XML, and of a domain its texts, devices and snapshots."""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from bridge.protocol import JsonObject, Problem
from plugins.machines.domains import domain_xml
from plugins.machines.domains.definitions import stored_xml
from plugins.machines.domains.domain_xml import snapshot_row
from plugins.machines.domains.pending import pending
from plugins.machines.networks import network_xml
from plugins.machines.provider import Kind, Provider
from plugins.machines.state.inventory import Inventory
from plugins.machines.state.libvirt_xml import filled, parse

FOLLOWED_MAX = 64
"""Objects of one connection that can be followed at a time."""
SNAPSHOTS_MAX = 1000
"""Snapshots of one domain that are told; the others exist, but no tree of so many can be drawn."""


_DETAILS = {Kind.DOMAIN: domain_xml.details, Kind.NETWORK: network_xml.details}


class Followed:
    """Which objects are followed, and how they come into the inventory as `followed[kind][key]`.

    A row has `xml` (what is), `inactive_xml` where what the next start will use differs, and for a domain
    `description`, `notes`, `hardware`, `devices`, `snapshots` by name and `current_snapshot`, for a network `settings`
    (`stored_settings` where others are stored), `ranges`, `hosts` and `dns_hosts`; for both `pending` (what a restart
    changes). An object that is gone has no row.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._counts: Counter[tuple[Kind, str]] = Counter()

    @contextmanager
    def follow(self, kind: Kind, key: str) -> Iterator[None]:
        """Have it read while it lasts; Problem `too-large` where too many are followed."""
        if (kind, key) not in self._counts and len(self._counts) >= FOLLOWED_MAX:
            raise Problem("too-large", f"More than {FOLLOWED_MAX} objects cannot be followed at a time")
        self._counts[kind, key] += 1
        try:
            yield
        finally:
            self._counts[kind, key] -= 1
            if not self._counts[kind, key]:
                del self._counts[kind, key]
                self._set(kind, key, None)

    async def read(self, provider: Provider, changed: Collection[tuple[Kind, str]] | None = None) -> None:
        """Read what is followed, or of that what changed; an empty key stands for all of a kind."""
        for kind, key in list(self._counts):
            if changed is None or (kind, key) in changed or (kind, "") in changed:
                row = await _row(provider, kind, key)
                if (kind, key) in self._counts:
                    self._set(kind, key, row)

    def _set(self, kind: Kind, key: str, row: JsonObject | None) -> None:
        everything: JsonObject = self._inventory.state["followed"]
        rows = {other: value for other, value in everything.get(kind, {}).items() if other != key}
        if row is not None:
            rows[key] = row
        others = {name: value for name, value in everything.items() if name != kind}
        self._inventory.set_member("followed", others | ({kind.value: rows} if rows else {}))


async def _row(provider: Provider, kind: Kind, key: str) -> JsonObject | None:
    xml = (await provider.describe(kind, [key])).get(key)
    if xml is None:
        return None
    row: JsonObject = {"xml": xml}
    if kind in (Kind.DOMAIN, Kind.POOL, Kind.NETWORK):
        inactive = await stored_xml(provider, kind, key)
        row |= {"inactive_xml": inactive} if inactive and inactive != xml else {}
    if kind in _DETAILS:
        root = parse(xml)
        row |= _DETAILS[kind](root) | (await _snapshots(provider, key) if kind is Kind.DOMAIN else {})
        if "inactive_xml" in row:
            stored = parse(row["inactive_xml"])
            row |= filled(pending=pending(root, stored))
            row |= {"stored_settings": network_xml.settings_of(stored)} if kind is Kind.NETWORK else {}
    return row


async def _snapshots(provider: Provider, key: str) -> JsonObject:
    try:
        found = await provider.snapshots(key)
    except Problem as problem:
        if problem.code in ("not-supported", "not-found"):
            return {}
        raise
    rows = {name: snapshot_row(xml) for name, xml in list(found.xml.items())[:SNAPSHOTS_MAX]}
    return ({"snapshots": rows} if rows else {}) | ({"current_snapshot": found.current} if found.current else {})
