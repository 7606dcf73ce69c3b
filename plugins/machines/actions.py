"""What an action takes besides its one call: checks, what it means for storage, our metadata."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from bridge.protocol import Problem
from plugins.machines.domains.cloning import clone
from plugins.machines.domains.definitions import checked_name, redefine, start_with_menu
from plugins.machines.domains.metadata import Labels, checked_line, checked_text
from plugins.machines.domains.snapshots import create_external, snapshot_xml, take
from plugins.machines.networks.actions import act_on_network
from plugins.machines.provider import Domain, Kind, Metadata, Method, Provider
from plugins.machines.providers.libvirt_errors import OPERATION_INVALID, UNSUPPORTED, gone
from plugins.machines.providers.long_calls import Report, ignored
from plugins.machines.state.libvirt_xml import parse
from plugins.machines.storage.actions import perform_on_storage
from plugins.machines.storage.use import volumes_to_delete

TITLE_MAX = 255


async def perform(
    provider: Provider, method: Method, key: str, params: Mapping[str, Any], report: Report = ignored
) -> str:
    """Do `method`; its parameters are those of the wire. The key of what was made, empty where nothing was.

    What takes long is told of through `report`, and can be cancelled.
    """
    match method:
        case Method.START_PAUSED:
            await provider.act(Method.START, key, paused=True)
        case Method.START_BOOT_MENU:
            await start_with_menu(provider, key)
        case Method.DEFINE:
            await redefine(provider, key, params["xml"])
        case Method.CLONE:
            return await clone(provider, key, checked_name(params["name"]), params["storage"], report)
        case Method.DELETE:
            await _delete(provider, key, params["storage"])
        case Method.SET_TITLE:
            await _set_text(provider, key, Metadata.TITLE, checked_line(params["text"], "text", TITLE_MAX))
        case Method.SET_DESCRIPTION:
            await _set_text(provider, key, Metadata.DESCRIPTION, checked_text(params["text"], "text"))
        case Method.SET_TAGS | Method.SET_NOTES:
            labels = await new_labels(provider, method, key, params)
            await _set_text(provider, key, Metadata.ELEMENT, labels.as_xml())
        case Method.RENAME:
            await provider.act(method, key, name=checked_name(params["name"]))
        case Method.SNAPSHOT_CREATE:
            xml = snapshot_xml(params["name"], params["description"])
            await take(provider, key, xml, report)
        case Method.SNAPSHOT_CREATE_EXTERNAL:
            named = (params["name"], params["description"])
            await create_external(provider, key, *named, memory=params["memory"], report=report)
        case _ if method.kind in (Kind.POOL, Kind.VOLUME):
            return await perform_on_storage(provider, method, key, params, report)
        case _ if method.kind is Kind.NETWORK:
            await act_on_network(provider, method, key, params)
        case _:
            await provider.act(method, key, **params)
    return ""


async def new_labels(provider: Provider, method: Method, key: str, params: Mapping[str, Any]) -> Labels:
    """What SET_NOTES (`text`) or SET_TAGS (`tags`, or what to `add` and `remove`) makes of a domain's labels."""
    labels = await _labels(provider, key)
    if method is Method.SET_NOTES:
        return labels.with_notes(params["text"])
    if "tags" in params:
        return labels.with_tags(params["tags"])
    removed = {tag.strip() for tag in params["remove"]}
    return labels.with_tags([*(tag for tag in labels.tags if tag not in removed), *params["add"]])


async def find_domain(provider: Provider, key: str) -> Domain:
    """The domain; Problem `not-found` where there is none."""
    found = (await provider.domains([key])).get(key)
    if found is None:
        raise gone(Kind.DOMAIN, key)
    return found


async def _xml(provider: Provider, key: str, *, inactive: bool) -> Element:
    found = (await provider.describe(Kind.DOMAIN, [key], inactive=inactive)).get(key)
    if found is None:
        raise gone(Kind.DOMAIN, key)
    return parse(found)


async def _labels(provider: Provider, key: str) -> Labels:
    return Labels.of(await _xml(provider, key, inactive=False))


async def _set_text(provider: Provider, key: str, what: Metadata, text: str) -> None:
    domain = await find_domain(provider, key)
    live = domain.state != "shut off"
    try:
        await provider.set_metadata(key, what, text, live=live, config=domain.persistent)
    except Problem as problem:
        # It may have stopped in between, and a crashed one is running or not as its driver sees it.
        if not (live and domain.persistent and _code(problem) == OPERATION_INVALID):
            raise
        await provider.set_metadata(key, what, text, live=False, config=True)


async def _delete(provider: Provider, key: str, storage: Sequence[str]) -> None:
    domain = await find_domain(provider, key)
    volumes = await volumes_to_delete(provider, key, domain, storage) if storage else {}
    if domain.state != "shut off":
        await _force_off(provider, key)
    if domain.persistent:
        await _undefine(provider, key)
    failures = []
    for target, volume in volumes.items():
        try:
            await provider.act(Method.VOLUME_DELETE, volume)
        except Problem as problem:
            failures.append(f"{target}: {problem.message}")
    if failures:
        raise Problem("internal-error", f"The virtual machine was deleted, its storage was not: {'; '.join(failures)}")


async def _force_off(provider: Provider, key: str) -> None:
    try:
        await provider.act(Method.DESTROY, key)
    except Problem as problem:
        if _code(problem) != OPERATION_INVALID:
            raise


async def _undefine(provider: Provider, key: str) -> None:
    for extent in ("everything", "state"):
        try:
            await provider.act(Method.DELETE, key, **{extent: True})
            return
        except Problem as problem:
            if _code(problem) not in UNSUPPORTED:
                raise
    await provider.act(Method.DELETE, key)


def _code(problem: Problem) -> int:
    return problem.extra.get("libvirt", {}).get("code", 0)  # type: ignore[no-any-return]
