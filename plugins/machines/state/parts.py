"""The parts of the state besides the domains: read while somebody wants them, each from lists and XML in batches."""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from bridge.protocol import JsonObject, Problem
from plugins.machines.provider import Kind, Provider
from plugins.machines.state.inventory import HOST, PARTS, PIECE, Inventory, batches
from plugins.machines.state.libvirt_xml import filled, row

log = logging.getLogger(__name__)

KINDS = {part: kind for kind, part in PARTS.items() if kind is not Kind.DOMAIN}
NAMES = (HOST, *KINDS)
"""The parts there are; `domains` is read in any case, for actions need it."""

_CHANGED_WITH = {Kind.POOL: ("pools", "volumes"), Kind.NETWORK: ("networks",), Kind.DEVICE: ("node_devices",)}
_CHANGED_WITH |= {Kind.VOLUME: ("volumes", "pools")}
"""What to read again when something of a kind changed: a pool's event is all that libvirt tells of its volumes."""


class Parts:
    """Which parts are wanted, and how they come into the inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._wanted: Counter[str] = Counter()
        self._settled = {name: asyncio.Event() for name in NAMES}
        self.refusals: dict[str, str] = {}
        """For each part that this connection does not tell, the sentence that says why not."""

    @contextmanager
    def want(self, names: Collection[str]) -> Iterator[None]:
        """Have these parts read while it lasts; the last who wanted one takes its rows away."""
        self._wanted.update(names)
        try:
            yield
        finally:
            self._wanted.subtract(names)
            for name in names:
                if not self._wanted[name]:
                    self._settled[name].clear()
                    self._inventory.set_member(name, {})

    async def settled(self, names: Collection[str]) -> None:
        """Wait until each of these was read, or could not be."""
        for name in names:
            await self._settled[name].wait()

    def settle(self) -> None:
        """There is nothing to wait for: the connection failed."""
        for event in self._settled.values():
            event.set()

    async def read(self, provider: Provider, kinds: Collection[Kind] | None = None) -> None:
        """Read what is wanted, or of that what changes with `kinds` and what was not read yet.

        Problem `disconnected` alone is raised.
        """
        changed = {name for kind in kinds or () for name in _CHANGED_WITH.get(kind, ())}
        unread = {name for name, event in self._settled.items() if not event.is_set()}
        for name in NAMES if kinds is None else [name for name in NAMES if name in changed | unread]:
            if self._wanted[name]:
                await self._try_to_read(provider, name)

    async def _try_to_read(self, provider: Provider, name: str) -> None:
        try:
            if name == HOST:
                self._inventory.set_member(HOST, await provider.host())
            else:
                await self._read_rows(provider, KINDS[name])
            self.refusals.pop(name, None)
        except Problem as problem:
            if problem.code == "disconnected":
                raise
            if self.refusals.get(name) != problem.message:
                log.warning("cannot read the %s: %s", name, problem)
            self.refusals[name] = problem.message
        self._settled[name].set()

    async def _read_rows(self, provider: Provider, kind: Kind) -> None:
        listing = await provider.listing(kind)
        known = self._inventory.rows(kind)
        self._inventory.set_rows(kind, {}, gone=[key for key in known if key not in listing])
        for keys in batches(listing, PIECE):
            rows: dict[str, JsonObject] = {}
            for key, xml in (await provider.describe(kind, keys)).items():
                rows[key] = row(kind, xml)
                if kind is Kind.VOLUME:
                    rows[key] |= {"pool": key.partition("/")[0]}
                elif kind is not Kind.DEVICE:
                    listed = listing[key]
                    rows[key] |= filled(active=listed.active, persistent=listed.persistent, autostart=listed.autostart)
            self._inventory.set_rows(kind, rows, gone=[key for key in keys if key not in rows])
            await asyncio.sleep(0)
