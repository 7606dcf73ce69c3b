"""Which volumes a domain's disks are, and who else uses them: asked of libvirt at the moment of deleting."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bridge.protocol import JsonObject, Problem
from plugins.machines.domains.domain_xml import disk_sources
from plugins.machines.provider import Domain, Kind, Provider
from plugins.machines.state.inventory import batches
from plugins.machines.state.libvirt_xml import parse, row

_BATCH = 200
"""Descriptions asked for at once."""


@dataclass(slots=True)
class Volumes:
    """All volumes of active pools."""

    by_place: dict[str, str] = field(default_factory=dict)
    """The key by path and by `POOL NAME/VOLUME`, the ways a domain names its disks."""
    backing: dict[str, str] = field(default_factory=dict)
    """The path of what backs a volume, by its key."""
    rows: dict[str, JsonObject] = field(default_factory=dict)
    """What the volumes' XML says, by key."""


async def volumes_to_delete(provider: Provider, key: str, domain: Domain, targets: Sequence[str]) -> dict[str, str]:
    """The key of the volume of each of those disks (`vda`), all of which may go along with the domain.

    Problem `not-found` for a disk that there is not, `not-supported` for one that is no volume, `change-conflict` for
    one that another domain has as well or another volume is based on. Nothing is changed.
    """
    xml = await provider.describe(Kind.DOMAIN, [key], inactive=domain.persistent)
    sources = dict(disk_sources(parse(xml[key]))) if key in xml else {}
    volumes = await read_volumes(provider)
    found: dict[str, str] = {}
    for target in targets:
        if target not in sources:
            raise Problem("not-found", f"{domain.name} has no disk {target}")
        if sources[target] not in volumes.by_place:
            raise Problem("not-supported", f"{sources[target]} ({target}) is no volume of an active storage pool")
        found[target] = volumes.by_place[sources[target]]
    _check_backing(volumes, found.values())
    async for place, other in _disks(provider, volumes.by_place, found.values(), but=key):
        raise Problem("change-conflict", f"{place} is a disk of {other.name} as well")
    return found


async def read_volumes(provider: Provider) -> Volumes:
    """See `Volumes`, as they are now."""
    pools = await provider.describe(Kind.POOL, await provider.listing(Kind.POOL))
    names = {pool: row(Kind.POOL, xml).get("name", "") for pool, xml in pools.items()}
    volumes = Volumes()
    for keys in batches(await provider.listing(Kind.VOLUME), _BATCH):
        for key, xml in (await provider.describe(Kind.VOLUME, keys)).items():
            pool, _, name = key.partition("/")
            members = volumes.rows[key] = row(Kind.VOLUME, xml)
            volumes.by_place[f"{names.get(pool, '')}/{name}"] = key
            volumes.by_place[members.get("path", key)] = key
            volumes.backing[key] = members.get("backing", "")
    return volumes


async def check_unused(
    provider: Provider, keys: Collection[str], *, only_running: bool = False, as_base: bool = True
) -> None:
    """Problem `change-conflict` where one of these volumes is a disk of a domain, or another volume is based on it.

    With `only_running` only domains that run count; without `as_base` volumes do not.
    """
    volumes = await read_volumes(provider)
    if as_base:
        _check_backing(volumes, keys)
    async for place, domain in _disks(provider, volumes.by_place, keys):
        if domain.state != "shut off":
            raise Problem("change-conflict", f"{place} is a disk of {domain.name}, which runs")
        if not only_running:
            raise Problem("change-conflict", f"{place} is a disk of {domain.name}")


def _check_backing(volumes: Volumes, going: Collection[str]) -> None:
    for other, path in volumes.backing.items():
        if other not in going and volumes.by_place.get(path) in going:
            name = other.partition("/")[2]
            raise Problem("change-conflict", f"The volume {name} is based on {path}")


async def _disks(
    provider: Provider, by_place: Mapping[str, str], going: Collection[str], but: str = ""
) -> AsyncIterator[tuple[str, Domain]]:
    """The disks, of what runs and of what is stored, that are those volumes; of all domains `but` one."""
    domains = await provider.domains()
    for inactive in (False, True):
        for keys in batches([key for key in domains if key != but], _BATCH):
            for key, place in _places(await provider.describe(Kind.DOMAIN, keys, inactive=inactive)):
                if by_place.get(place) in going:
                    yield place, domains[key]


def _places(described: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, xml in described.items():
        for _, place in disk_sources(parse(xml)):
            yield key, place
