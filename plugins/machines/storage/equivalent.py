"""What one would type to do the same to pools and volumes; see `plugins.machines.equivalent`."""

from collections.abc import Mapping
from typing import Any

from plugins.machines.provider import Kind, Method, Provider
from plugins.machines.providers.virsh_commands import built, split_volume
from plugins.machines.storage.actions import find_volume
from plugins.machines.storage.pool_xml import PoolSource, checked_source

Words = list[str]


async def storage_commands(provider: Provider, method: Method, key: str, params: Mapping[str, Any]) -> list[Words]:
    """The commands without `virsh` itself."""
    match method:
        case Method.POOL_DEFINE:
            return [_define(params)]
        case Method.POOL_DELETE:
            return await _delete_pool(provider, key, contents=params["contents"])
        case Method.VOLUME_CREATE:
            return [await _create(provider, key, params)]
        case Method.VOLUME_CLONE:
            return [_clone(key, params)]
        case Method.VOLUME_UPLOAD | Method.VOLUME_DOWNLOAD:
            verb = "vol-upload" if method is Method.VOLUME_UPLOAD else "vol-download"
            return [[verb, *_named(key), "--file=FILE"]]
        case _:
            return [built(method, key, params)]


def _define(params: Mapping[str, Any]) -> Words:
    source = checked_source(params)
    texts = {
        "name": params["name"],
        "type": params["pool_type"],
        "target": source.target,
        "source-host": ",".join(source.hosts),
        "source-path": source.directory,
        "source-dev": ",".join(source.devices),
        "source-name": source.source_name,
        "source-format": source.source_format,
        "adapter-name": source.adapter,
        "source-initiator": source.initiator,
        "auth-username": source.user,
        "secret-uuid": source.secret,
    }
    return ["pool-define-as", *(f"--{name}={text}" for name, text in texts.items() if text), *_auth(params, source)]


def _auth(params: Mapping[str, Any], source: PoolSource) -> Words:
    return [f"--auth-type={'ceph' if params['pool_type'] == 'rbd' else 'chap'}"] if source.user else []


async def _delete_pool(provider: Provider, key: str, *, contents: bool) -> list[Words]:
    listed = (await provider.listing(Kind.POOL)).get(key)
    found: list[Words] = []
    if contents:
        volumes = [volume for volume in await provider.listing(Kind.VOLUME) if volume.startswith(f"{key}/")]
        found += [built(Method.VOLUME_DELETE, volume, {}) for volume in volumes]
    if listed is None or listed.active:
        found.append(built(Method.POOL_STOP, key, {}))
    if contents:
        found.append(built(Method.POOL_DELETE, key, {"contents": True}))
    return [*found, built(Method.POOL_DELETE, key, {})]


async def _create(provider: Provider, key: str, params: Mapping[str, Any]) -> Words:
    words = ["vol-create-as", f"--pool={key}", f"--name={params['name']}", f"--capacity={params['capacity']}B"]
    if params["allocation"] is not None:
        words.append(f"--allocation={params['allocation']}B")
    if params["volume_format"]:
        words.append(f"--format={params['volume_format']}")
    if params["backing"]:
        base = await find_volume(provider, params["backing"])
        words += [f"--backing-vol={base.get('path', '')}", f"--backing-vol-format={base.get('format', 'raw')}"]
    return words


def _clone(key: str, params: Mapping[str, Any]) -> Words:
    pool, name = split_volume(key)
    if params["pool"] not in ("", pool) or params["volume_format"]:
        target = params["pool"] or pool
        return ["vol-create-from", f"--pool={target}", f"--inputpool={pool}", f"--vol={name}", "--file=FILE.xml"]
    return ["vol-clone", *_named(key), f"--newname={params['name']}"]


def _named(key: str) -> Words:
    pool, name = split_volume(key)
    return [f"--pool={pool}", f"--vol={name}"]
