"""The IP addresses of running domains, asked at a slow pace beside everything else: guests may not answer."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Literal

from bridge.protocol import JsonObject, Problem
from plugins.machines.provider import Kind, Provider
from plugins.machines.state.inventory import Inventory, batches

log = logging.getLogger(__name__)

INTERVAL = 10.0
"""Seconds between two rounds: leases have no event."""
ADDRESSES_MAX = 16
"""Addresses of one domain that are told."""
ADDRESSES = frozenset({"addresses"})
_BATCH = 50

Sources = Mapping[str, Literal["lease", "agent"]]


async def keep_addresses(provider: Provider, inventory: Inventory, sources: Callable[[], Sources]) -> None:
    """Ask for the addresses of the domains that `sources` names, over and over, until cancelled."""
    while True:
        wanted = sources()
        for keys in batches(wanted, _BATCH):
            try:
                found = await provider.addresses({key: wanted[key] for key in keys})
            except Problem as problem:
                log.info("cannot read addresses: %s", problem)
                break
            inventory.set_members(Kind.DOMAIN, {key: _row(found.get(key, [])) for key in keys}, ADDRESSES)
        await asyncio.sleep(INTERVAL)


def _row(addresses: list[str]) -> JsonObject:
    return {"addresses": sorted(set(addresses))[:ADDRESSES_MAX]} if addresses else {}
