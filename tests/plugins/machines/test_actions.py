from collections.abc import Callable
from xml.etree.ElementTree import fromstring

import pytest

from bridge.protocol import Problem
from plugins.machines.actions import NAME_MAX, checked_name, perform, snapshot_xml
from plugins.machines.libvirt_python import LibvirtPython
from plugins.machines.libvirt_xml import parse
from plugins.machines.metadata import Labels
from plugins.machines.provider import Kind, Method

Uuid = Callable[[int], str]


@pytest.mark.parametrize("name", ["1", "-rf", "$(id)", " ", "ü", "x" * NAME_MAX])
def test_a_name_is_any_printable_text(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", "a/b", "a\nb", "\0", "\ud800", "x" * (NAME_MAX + 1)])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Problem, match="protocol-error: attribute 'name'"):
        checked_name(name)


def test_a_snapshots_xml_is_built_and_not_written() -> None:
    root = fromstring(snapshot_xml("<x> & 'y'", "</description><z/>"))
    assert [element.text for element in root] == ["<x> & 'y'", "</description><z/>"]
    assert snapshot_xml("", "") == "<domainsnapshot />"


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
        (Method.SNAPSHOT_CREATE, {"name": "\n", "description": "", "disk_only": False}),
    ],
)
async def test_what_cannot_be_is_refused_before_libvirt_is_asked(
    provider: LibvirtPython, uuid: Uuid, method: Method, params: dict[str, object]
) -> None:
    with pytest.raises(Problem, match="protocol-error: attribute"):
        await perform(provider, method, uuid(2), params)
