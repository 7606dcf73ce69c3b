"""What an action on a network takes besides its one call."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from bridge.protocol import Problem
from plugins.machines.domains.definitions import checked_name, stored_xml
from plugins.machines.networks.network_xml import changed, made
from plugins.machines.networks.settings import checked
from plugins.machines.networks.updates import Update, updates
from plugins.machines.provider import Kind, Listed, Method, Provider
from plugins.machines.providers.libvirt_errors import gone
from plugins.machines.state.libvirt_xml import parse


async def act_on_network(provider: Provider, method: Method, key: str, params: Mapping[str, Any]) -> None:
    """Do `method`, whose parameters are those of the wire."""
    match method:
        case Method.NETWORK_DEFINE:
            await provider.define(new_definition(key, params), validate=False, kind=Kind.NETWORK)
        case Method.NETWORK_EDIT:
            xml = await new_settings(provider, key, params)
            await provider.define(xml, validate=False, kind=Kind.NETWORK)
        case Method.NETWORK_UPDATE:
            await _update(provider, key, await planned(provider, key, params))
        case Method.NETWORK_DELETE:
            for step in await deletion(provider, key):
                await provider.act(step, key)
        case _:
            await provider.act(method, key, **params)


def new_definition(key: str, params: Mapping[str, Any]) -> str:
    """The XML of a network that is not there yet."""
    return made(key, checked_name(params["name"]), checked(params["settings"]))


async def new_settings(provider: Provider, key: str, params: Mapping[str, Any]) -> str:
    """The stored XML with other settings: what runs keeps its own until it is started again."""
    listed = await _listed(provider, key)
    if not listed.persistent:
        raise Problem("not-supported", "A temporary network has no stored definition")
    return changed(await _stored(provider, key), checked(params["settings"]))


async def planned(provider: Provider, key: str, params: Mapping[str, Any]) -> list[Update]:
    """The calls that change one entry, of what runs and of what is stored."""
    listed = await _listed(provider, key)
    live = await _xml(provider, key) if listed.active else None
    config = await _stored(provider, key) if listed.persistent else None
    return updates(live, config, params["section"], params["remove"], params["add"])


async def deletion(provider: Provider, key: str) -> list[Method]:
    """The calls after which it is gone."""
    listed = await _listed(provider, key)
    return [Method.NETWORK_STOP] * listed.active + [Method.NETWORK_DELETE] * listed.persistent


async def _update(provider: Provider, key: str, plan: list[Update]) -> None:
    """All of it, or nothing: an entry that is replaced is there again where the new one is refused."""
    done: list[Update] = []
    try:
        for update in plan:
            await _call(provider, key, update)
            done.append(update)
    except Problem:
        for update in reversed(done):
            await _call(provider, key, update.undone())
        raise


async def _call(provider: Provider, key: str, update: Update) -> None:
    await provider.act(Method.NETWORK_UPDATE, key, **update_params(update))


def update_params(update: Update) -> dict[str, Any]:
    """As `Provider.act` takes it."""
    return {name: getattr(update, name) for name in ("command", "section", "parent", "xml", "live", "config")}


async def _listed(provider: Provider, key: str) -> Listed:
    found = (await provider.listing(Kind.NETWORK)).get(key)
    if found is None:
        raise gone(Kind.NETWORK, key)
    return found


async def _xml(provider: Provider, key: str) -> Element:
    found = (await provider.describe(Kind.NETWORK, [key])).get(key)
    if found is None:
        raise gone(Kind.NETWORK, key)
    return parse(found)


async def _stored(provider: Provider, key: str) -> Element:
    # A driver that does not tell what is stored has one definition alone.
    stored = await stored_xml(provider, Kind.NETWORK, key)
    return parse(stored) if stored else await _xml(provider, key)
