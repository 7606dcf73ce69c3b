from collections.abc import Callable

import pytest

from bridge.protocol import Problem
from plugins.machines.domains.definitions import NAME_MAX, checked_name, redefine, start_with_menu
from plugins.machines.provider import Kind, Method
from plugins.machines.providers.libvirt_python import LibvirtPython

Uuid = Callable[[int], str]


@pytest.mark.parametrize("name", ["1", "-rf", "$(id)", " ", "ü", "x" * NAME_MAX])
def test_a_name_is_any_printable_text(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", "a/b", "a\nb", "\0", "\ud800", "x" * (NAME_MAX + 1)])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Problem, match="protocol-error: attribute 'name'"):
        checked_name(name)


async def test_a_definition_is_replaced_and_what_runs_is_not(provider: LibvirtPython, uuid: Uuid) -> None:
    stored = await provider.definition(uuid(1))
    await redefine(provider, uuid(1), stored.replace("</name>", "</name><description>new</description>", 1))
    assert "<description>new" in await provider.definition(uuid(1))
    assert "<description>new" not in (await provider.describe(Kind.DOMAIN, [uuid(1)]))[uuid(1)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda xml: "<domain", "The XML cannot be read: .*line 1"),
        (lambda xml: "<network/>", "not of a domain but of “network”"),
        (lambda xml: xml.replace("-000000000001<", "-000000000002<"), "must keep the UUID"),
        (lambda xml: "<!DOCTYPE x [<!ENTITY a 'b'>]>" + xml, "has a document type"),
    ],
)
async def test_what_is_no_definition_of_this_domain_is_refused(
    provider: LibvirtPython, uuid: Uuid, change: Callable[[str], str], sentence: str
) -> None:
    before = {key: await provider.definition(key) for key in await provider.domains()}
    with pytest.raises(Problem, match=f"protocol-error: .*{sentence}"):
        await redefine(provider, uuid(1), change(before[uuid(1)]))
    assert {key: await provider.definition(key) for key in await provider.domains()} == before


async def test_libvirt_validates(provider: LibvirtPython, uuid: Uuid) -> None:
    stored = await provider.definition(uuid(2))
    with pytest.raises(Problem, match="XML document failed to validate against schema"):
        await redefine(provider, uuid(2), stored.replace("</name>", "</name><nonsense/>", 1))


async def test_what_was_deleted_is_not_made_again(provider: LibvirtPython, uuid: Uuid) -> None:
    stored = await provider.definition(uuid(2))
    await provider.act(Method.DELETE, uuid(2))
    with pytest.raises(Problem, match="not-found"):
        await redefine(provider, uuid(2), stored)
    assert uuid(2) not in await provider.domains()


async def test_the_boot_menu_is_of_one_start(provider: LibvirtPython, uuid: Uuid) -> None:
    before = await provider.definition(uuid(2))
    await start_with_menu(provider, uuid(2))
    assert "<bootmenu enable='yes' timeout='10000'/>" in (await provider.describe(Kind.DOMAIN, [uuid(2)]))[uuid(2)]
    assert await provider.definition(uuid(2)) == before
    with pytest.raises(Problem, match="already running"):
        await start_with_menu(provider, uuid(2))
    assert await provider.definition(uuid(2)) == before
