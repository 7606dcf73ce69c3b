"""What an action on a pool or a volume takes besides its one call: its XML, and who would lose something."""

from collections.abc import Mapping
from typing import Any

from bridge.protocol import JsonObject, Problem
from plugins.machines.provider import Kind, Method, Provider
from plugins.machines.providers.libvirt_errors import UNSUPPORTED, gone
from plugins.machines.providers.long_calls import Report, to_its_end
from plugins.machines.state.libvirt_xml import row
from plugins.machines.storage.partitions import next_partition
from plugins.machines.storage.pool_xml import FILE_POOLS, checked_source, pool_xml
from plugins.machines.storage.use import check_unused
from plugins.machines.storage.volume_copy import copy_volume
from plugins.machines.storage.volume_xml import Backing, checked_size, volume_xml


async def perform_on_storage(
    provider: Provider, method: Method, key: str, params: Mapping[str, Any], report: Report
) -> str:
    """Do `method`; see `plugins.machines.actions.perform`."""
    match method:
        case Method.POOL_DEFINE:
            xml = pool_xml(key, params["name"], params["pool_type"], checked_source(params))
            await provider.define(xml, validate=False, kind=Kind.POOL)
            return key
        case Method.POOL_DELETE:
            await _delete_pool(provider, key, contents=params["contents"])
        case Method.VOLUME_CREATE:
            return await _create(provider, key, params)
        case Method.VOLUME_CLONE:
            return await _clone(provider, key, params, report)
        case Method.VOLUME_DELETE:
            await check_unused(provider, [key])
            await provider.act(method, key)
        case Method.VOLUME_WIPE:
            await check_unused(provider, [key], only_running=True)
            await to_its_end(provider.act(method, key), report=report, text="", look=_unknown)
        case Method.VOLUME_RESIZE:
            await _resize(provider, key, checked_size(params["capacity"], "capacity"), shrink=params["shrink"])
        case _:
            await provider.act(method, key, **params)
    return ""


async def find_volume(provider: Provider, key: str) -> JsonObject:
    """The volume's row; Problem `not-found` where there is none."""
    return await _found(provider, Kind.VOLUME, key)


async def _found(provider: Provider, kind: Kind, key: str) -> JsonObject:
    xml = (await provider.describe(kind, [key])).get(key)
    if xml is None:
        raise gone(kind, key)
    return row(kind, xml)


async def _create(provider: Provider, pool: str, params: Mapping[str, Any]) -> str:
    await _check_new(provider, pool, params["name"])
    backing = None
    if params["backing"]:
        base = await find_volume(provider, params["backing"])
        backing = Backing(base.get("path", ""), base.get("format", "raw"))
    xml = volume_xml(params["name"], params["capacity"], params["volume_format"], params["allocation"], backing)
    await _check_partition(provider, pool, params["name"])
    await provider.create_volume(pool, xml)
    return f"{pool}/{params['name']}"


async def _unknown() -> None:
    """Nobody tells how far it is."""


async def _clone(provider: Provider, key: str, params: Mapping[str, Any], report: Report) -> str:
    source = await find_volume(provider, key)
    pool = params["pool"] or key.partition("/")[0]
    await _check_new(provider, pool, params["name"])
    await _check_partition(provider, pool, params["name"])
    keeps_files = (await _found(provider, Kind.POOL, pool)).get("type") in FILE_POOLS
    wanted = params["volume_format"] or source.get("format", "")
    xml = volume_xml(params["name"], source.get("capacity", 0), wanted, 0 if keeps_files else None)
    await copy_volume(provider, pool, params["name"], xml, key, source.get("allocation", 0), report)
    return f"{pool}/{params['name']}"


async def _check_new(provider: Provider, pool: str, name: str) -> None:
    """Said before anything is written: drivers differ in how they say it, and in whether they have begun by then."""
    key = f"{pool}/{name}"
    if "/" not in name and key in await provider.describe(Kind.VOLUME, [key]):
        raise Problem("change-conflict", f"There is a volume {name} already")


async def _check_partition(provider: Provider, pool: str, name: str) -> None:
    """Of a pool of partitions: libvirt gives them their names, and makes one before it refuses another name."""
    found = await _found(provider, Kind.POOL, pool)
    if found.get("type") != "disk":
        return
    taken = [key.partition("/")[2] for key in await provider.listing(Kind.VOLUME) if key.startswith(f"{pool}/")]
    expected = next_partition(found.get("device", ""), taken)
    if expected and name != expected:
        raise Problem("change-conflict", f"The next partition of this disk can only be called {expected}")


async def _resize(provider: Provider, key: str, capacity: int, *, shrink: bool) -> None:
    smaller = capacity < (await find_volume(provider, key)).get("capacity", 0)
    if smaller and not shrink:
        raise Problem("change-conflict", "A smaller volume loses what lies behind its new end: say `shrink` for that")
    await check_unused(provider, [key], only_running=True, as_base=smaller)
    await provider.act(Method.VOLUME_RESIZE, key, capacity=capacity, shrink=smaller)


async def _delete_pool(provider: Provider, key: str, *, contents: bool) -> None:
    """Stop it and forget it; with `contents` delete its volumes and what they lie in before, or nothing at all."""
    listed = (await provider.listing(Kind.POOL)).get(key)
    if listed is None:
        raise gone(Kind.POOL, key)
    if contents:
        await _empty_pool(provider, key, active=listed.active)
    if listed.active:
        await provider.act(Method.POOL_STOP, key)
    if contents:
        await _erase(provider, key)
    if listed.persistent:
        await provider.act(Method.POOL_DELETE, key)


async def _empty_pool(provider: Provider, key: str, *, active: bool) -> None:
    if not active:
        raise Problem("change-conflict", "The pool must run for its volumes to be deleted")
    volumes = [volume for volume in await provider.listing(Kind.VOLUME) if volume.startswith(f"{key}/")]
    await check_unused(provider, volumes)
    for volume in volumes:
        await provider.act(Method.VOLUME_DELETE, volume)


async def _erase(provider: Provider, key: str) -> None:
    try:
        await provider.act(Method.POOL_DELETE, key, contents=True)
    except Problem as problem:
        # Not every type has something that could be deleted: an iSCSI target stays where it is.
        if problem.extra.get("libvirt", {}).get("code") not in UNSUPPORTED:
            raise
