"""What one would type to do the same with virsh: for people to read and copy, never run by us.

A command is a list of words, as a program gets them; whoever shows it quotes them for a shell. Objects are named by
UUID, and any text stands behind `--option=`, so that no name is taken for an option or for another object.
"""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.protocol import Problem
from plugins.machines.actions import find_domain, new_labels
from plugins.machines.domains.metadata import NAMESPACE, PREFIX
from plugins.machines.domains.snapshots import memory_file
from plugins.machines.networks.actions import deletion, new_definition, new_settings, planned, update_params
from plugins.machines.networks.updates import Update
from plugins.machines.provider import Domain, Kind, Method, Provider
from plugins.machines.providers.virsh_commands import built
from plugins.machines.state.libvirt_xml import parse
from plugins.machines.storage.equivalent import storage_commands
from plugins.machines.storage.use import volumes_to_delete

Words = list[str]

_TEXTS = {Method.SET_TITLE: ["--title"], Method.SET_DESCRIPTION: []}


async def equivalent(provider: Provider, uri: str, method: Method, key: str, params: Mapping[str, Any]) -> list[Words]:
    """The commands that do `method`, whose parameters are those of the wire, one after the other.

    Problem `not-found` where there is no such domain, and what the method itself would refuse without trying.
    """
    virsh = ["virsh", f"--connect={uri}"]
    return [[*virsh, *words] for words in await _commands(provider, method, key, params)]


async def _commands(provider: Provider, method: Method, key: str, params: Mapping[str, Any]) -> list[Words]:
    match method:
        case Method.DELETE:
            return await _delete(provider, key, params["storage"])
        case Method.SET_TITLE | Method.SET_DESCRIPTION:
            reach = _reach(await find_domain(provider, key))
            return [["desc", key, *_TEXTS[method], *reach, f"--new-desc={params['text']}"]]
        case Method.SET_TAGS | Method.SET_NOTES:
            xml = (await new_labels(provider, method, key, params)).as_xml()
            change = [f"--key={PREFIX}", f"--set={xml}"] if xml else ["--remove"]
            reach = _reach(await find_domain(provider, key))
            return [["metadata", key, f"--uri={NAMESPACE}", *change, *reach]]
        case Method.SNAPSHOT_CREATE:
            return [["snapshot-create-as", key, *_named(params)]]
        case Method.SNAPSHOT_CREATE_EXTERNAL:
            return [["snapshot-create-as", key, *_named(params), *await _external(provider, key, params)]]
        case Method.START_PAUSED:
            return [built(Method.START, key, {"paused": True})]
        case Method.DEFINE:
            return [["define", "--validate", f"--file={key}.xml"]]
        case _ if method.kind in (Kind.POOL, Kind.VOLUME):
            return await storage_commands(provider, method, key, params)
        case Method.NETWORK_DEFINE:
            new_definition(key, params)
            return [["net-define", "--file=network.xml"]]
        case Method.NETWORK_EDIT:
            await new_settings(provider, key, params)
            return [["net-define", f"--file={key}.xml"]]
        case Method.NETWORK_UPDATE:
            return [_update(key, update) for update in await planned(provider, key, params)]
        case Method.NETWORK_DELETE:
            return [built(step, key, {}) for step in await deletion(provider, key)]
        case Method.CLONE | Method.START_BOOT_MENU:
            raise Problem("not-supported", "virsh has no command for this: it takes several and changed XML")
        case _:
            return [built(method, key, params)]


async def _delete(provider: Provider, key: str, storage: Sequence[str]) -> list[Words]:
    domain = await find_domain(provider, key)
    volumes = await volumes_to_delete(provider, key, domain, storage) if storage else {}
    found = [built(Method.DESTROY, key, {})] if domain.state != "shut off" else []
    extent = {"everything": provider.info.hypervisor != "LXC"}
    found += [built(Method.DELETE, key, extent)] if domain.persistent else []
    return found + [built(Method.VOLUME_DELETE, volume, {}) for volume in volumes.values()]


def _update(key: str, update: Update) -> Words:
    return built(Method.NETWORK_UPDATE, key, update_params(update) | {"xmlfile": shlex.quote(update.xml)})


def _named(params: Mapping[str, Any]) -> Words:
    return [f"--{name}={params[name]}" for name in ("name", "description") if params[name]]


async def _external(provider: Provider, key: str, params: Mapping[str, Any]) -> Words:
    domain = await find_domain(provider, key)
    if not params["memory"] or domain.state == "shut off":
        return ["--disk-only"]
    xml = (await provider.describe(Kind.DOMAIN, [key])).get(key, "<domain/>")
    return [f"--memspec=file={memory_file(parse(xml), key, params['name'])},snapshot=external"]


def _reach(domain: Domain) -> Words:
    return [*["--live"] * (domain.state != "shut off"), *["--config"] * domain.persistent]
