from collections.abc import Callable

import pytest

from bridge.protocol import Problem
from plugins.machines.actions import perform
from plugins.machines.domains.metadata import Labels
from plugins.machines.provider import Kind, Method
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.state.libvirt_xml import parse

Uuid = Callable[[int], str]


async def labels(provider: LibvirtPython, key: str) -> Labels:
    return Labels.of(parse((await provider.describe(Kind.DOMAIN, [key]))[key]))


async def test_tags_leave_the_notes_and_notes_the_tags(provider: LibvirtPython, uuid: Uuid) -> None:
    await perform(provider, Method.SET_TAGS, uuid(2), {"tags": ["web"]})
    await perform(provider, Method.SET_NOTES, uuid(2), {"text": "one\ntwo"})
    await perform(provider, Method.SET_TAGS, uuid(2), {"tags": ["db"]})
    assert await labels(provider, uuid(2)) == Labels(("db",), "one\ntwo")


async def test_a_crashed_domain_can_be_described(provider: LibvirtPython, uuid: Uuid) -> None:
    await perform(provider, Method.SET_NOTES, uuid(4), {"text": "it crashed"})
    assert (await labels(provider, uuid(4))).notes == "it crashed"


@pytest.mark.parametrize("number", [1, 2, 3, 4], ids=["running", "off", "paused", "crashed"])
async def test_a_domain_in_any_state_is_deleted(provider: LibvirtPython, uuid: Uuid, number: int) -> None:
    await perform(provider, Method.DELETE, uuid(number), {"storage": []})
    assert uuid(number) not in await provider.domains()
    with pytest.raises(Problem, match=f"not-found: There is no virtual machine with the UUID {uuid(number)}"):
        await perform(provider, Method.DELETE, uuid(number), {"storage": []})


@pytest.mark.parametrize(
    ("method", "params"),
    [
        (Method.SET_TITLE, {"text": "a\nb"}),
        (Method.SET_DESCRIPTION, {"text": "\0"}),
        (Method.SET_TAGS, {"tags": [""]}),
        (Method.RENAME, {"name": "a/b"}),
        (Method.SNAPSHOT_CREATE, {"name": "\n", "description": ""}),
    ],
)
async def test_what_cannot_be_is_refused_before_libvirt_is_asked(
    provider: LibvirtPython, uuid: Uuid, method: Method, params: dict[str, object]
) -> None:
    with pytest.raises(Problem, match="protocol-error: attribute"):
        await perform(provider, method, uuid(2), params)
