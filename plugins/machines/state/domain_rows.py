"""The rows of the domains in an inventory: what summaries say of them, and what their XML adds."""

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from bridge.protocol import JsonObject
from plugins.machines.domains.addresses import ADDRESSES
from plugins.machines.domains.domain_xml import TEXTS, texts
from plugins.machines.provider import FIGURES, Domain, Kind, Provider
from plugins.machines.state.inventory import PIECE, Inventory, batches

_DIGITS = re.compile(r"(\d+)")


class DomainRows:
    """See the module. Every change is published at once, a load in pieces: the first rows do not wait for the last."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._sources: dict[str, Literal["lease", "agent"] | None] = {}
        """The domains whose XML was read, longest ago first, and whom to ask for their addresses."""

    def forget(self) -> None:
        """What was read of their XML may not be true any more."""
        self._sources.clear()

    async def outline(self, domains: Mapping[str, Domain]) -> None:
        """Say what there is already to say of all domains; figures that are known stay."""
        for keys in batches(_by_name(domains), PIECE):
            self.set({key: domains[key] for key in keys}, keep=FIGURES)
            await asyncio.sleep(0)

    async def replace(self, domains: Mapping[str, Domain]) -> None:
        """Have rows of these domains and of no others."""
        self.set({}, gone=[key for key in self._rows if key not in domains])
        for keys in batches(_by_name(domains), PIECE):
            self.set({key: domains[key] for key in keys})
            await asyncio.sleep(0)

    def set(
        self, domains: Mapping[str, Domain], gone: Collection[str] = (), keep: frozenset[str] = frozenset()
    ) -> None:
        """Have the rows of `domains` say what they say, but for the members `keep`, and those of `gone` go."""
        for key in gone:
            self._sources.pop(key, None)
        running = {key: domain for key, domain in domains.items() if domain.state == "running"}
        for those, kept in ((running, TEXTS | ADDRESSES), (domains.keys() - running.keys(), TEXTS)):
            rows = {key: domains[key].as_state() for key in domains if key in those}
            self._inventory.set_rows(Kind.DOMAIN, rows, keep=kept | keep)
        self._inventory.set_rows(Kind.DOMAIN, {}, gone)

    async def describe(self, provider: Provider, keys: Collection[str]) -> None:
        """Add what the XML of these domains says."""
        rows: dict[str, JsonObject] = {}
        for key, xml in (await provider.describe(Kind.DOMAIN, keys)).items():
            read = texts(xml)
            self._sources.pop(key, None)
            self._sources[key] = read.address_source
            rows[key] = read.members
        self._inventory.set_members(Kind.DOMAIN, rows, TEXTS)

    def to_describe(self, first: Iterable[str], also: Collection[str] = ()) -> list[str]:
        """Those whose XML was not read yet, and `also`: those in `first` before all others."""
        known = [key for key in dict.fromkeys((*first, *self._rows)) if key in self._rows]
        return [key for key in known if key not in self._sources or key in also]

    def described_longest_ago(self, count: int) -> list[str]:
        """At most `count` of those whose XML was read."""
        return list(self._sources)[:count]

    def running(self) -> list[str]:
        """Those that run."""
        return [key for key, row in self._rows.items() if row["state"] == "running"]

    def address_sources(self) -> dict[str, Literal["lease", "agent"]]:
        """Of those that run whom to ask for their addresses; who cannot be asked is not there."""
        found = {key: self._sources.get(key) for key in self.running()}
        return {key: source for key, source in found.items() if source}

    @property
    def _rows(self) -> JsonObject:
        return self._inventory.rows(Kind.DOMAIN)


def _by_name(domains: Mapping[str, Domain]) -> list[str]:
    """About as pages list them at first, so that what is on the screen comes first and stays where it is."""
    return sorted(domains, key=lambda key: _natural(domains[key].name))


def _natural(name: str) -> list[tuple[int, str]]:
    """Numbers by their value, whatever their length: Python does not make an integer of every one."""
    parts = _DIGITS.split(name.casefold())
    numbers = [part.lstrip("0") if number % 2 else part for number, part in enumerate(parts)]
    return [(len(part) if number % 2 else 0, part) for number, part in enumerate(numbers)]
