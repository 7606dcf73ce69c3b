import asyncio
import shlex
from collections.abc import Callable
from typing import Any

import pytest
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd

from bridge.protocol import Problem
from plugins.machines.domains.metadata import NAMESPACE, Labels
from plugins.machines.equivalent import equivalent
from plugins.machines.provider import Kind, Method
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.state.libvirt_xml import parse

Uuid = Callable[[int], str]

NOTHING: dict[Method, dict[str, Any]] = {
    Method.SEND_KEYS: {"keys": [29, 56, 111], "hold": 10},
    Method.SET_AUTOSTART: {"on": False},
    Method.RENAME: {"name": "$(id) -rf"},
    Method.DELETE: {"storage": []},
    Method.SET_TITLE: {"text": "-rf"},
    Method.SET_DESCRIPTION: {"text": "two\nlines"},
    Method.SET_NOTES: {"text": "x"},
    Method.SET_TAGS: {"tags": ["a b"]},
    Method.SNAPSHOT_CREATE: {"name": "-rf", "description": ""},
    Method.SNAPSHOT_CREATE_EXTERNAL: {"name": "-rf", "description": "$(id)", "memory": False},
    Method.SNAPSHOT_REVERT: {"snapshot": "$(id)", "force": True},
    Method.SNAPSHOT_DELETE: {"snapshot": "--all", "children": False},
    Method.POOL_DEFINE: {"name": "-rf", "pool_type": "dir", "target": "/00000000-0000-4000-8000-000000000001"},
    Method.POOL_SET_AUTOSTART: {"on": False},
    Method.POOL_DELETE: {"contents": True},
    Method.VOLUME_CREATE: {"name": "$(id)", "capacity": 1, "allocation": 0, "volume_format": "--all", "backing": ""},
    Method.VOLUME_CLONE: {"name": "$(id) -rf", "pool": "", "volume_format": ""},
    Method.VOLUME_RESIZE: {"capacity": 1, "shrink": True},
    Method.NETWORK_SET_AUTOSTART: {"on": True},
}
"""The parameters that a method needs."""


WITHOUT = {Method.CLONE, Method.START_BOOT_MENU}
"""What virsh has no command for."""
OF_A_NETWORK = {Method.NETWORK_DEFINE, Method.NETWORK_EDIT, Method.NETWORK_UPDATE, Method.NETWORK_DELETE}
"""What looks at the network first, or makes it."""


@pytest.mark.parametrize("method", sorted(set(Method) - WITHOUT - OF_A_NETWORK))
async def test_every_method_has_its_command(provider: LibvirtPython, uuid: Uuid, method: Method) -> None:
    key = f"{uuid(1)}/-rf" if method.kind is Kind.VOLUME else uuid(1)
    found = await equivalent(provider, "qemu:///system", method, key, NOTHING.get(method, {}))
    assert found
    for words in found:
        assert words[:2] == ["virsh", "--connect=qemu:///system"]
        assert any(uuid(1) in word for word in words) or method is Method.POOL_TYPES
        for text in ("-rf", "$(id)", "--all", "$(id) -rf"):
            assert text not in words, "a text stands where an option could"


@pytest.mark.parametrize("method", sorted(WITHOUT))
async def test_what_takes_more_than_commands_is_said_to(provider: LibvirtPython, uuid: Uuid, method: Method) -> None:
    with pytest.raises(Problem, match="not-supported: virsh has no command for this"):
        await equivalent(provider, "qemu:///system", method, uuid(1), {})


async def test_a_running_one_is_forced_off_before_it_is_deleted(provider: LibvirtPython, uuid: Uuid) -> None:
    async def verbs(number: int) -> list[str]:
        found = await equivalent(provider, "x:///", Method.DELETE, uuid(number), {"storage": []})
        return [words[2] for words in found]

    assert await verbs(1) == ["destroy", "undefine"]
    assert await verbs(2) == ["undefine"]
    with pytest.raises(Problem, match="not-found"):
        await verbs(99)


async def test_tags_keep_what_else_there_is(provider: LibvirtPython, uuid: Uuid) -> None:
    ((*_, change, reach),) = await equivalent(
        provider, "x:///", Method.SET_TAGS, uuid(2), {"add": ["a'b"], "remove": ["none"]}
    )
    assert (NAMESPACE in change, reach) == (False, "--config")
    assert change == "--set=<machine><tag>a'b</tag></machine>"


async def test_virsh_takes_them_as_a_shell_quotes_them(libvirtd: Libvirtd, heard: Any) -> None:
    key = libvirtd.define(domain_xml("$(id)"))
    provider = await LibvirtPython.open(libvirtd.uri, heard)
    try:
        for method, params in (
            (Method.SET_TITLE, {"text": "-rf 'x' $(id)"}),
            (Method.SET_TAGS, {"tags": ["-rf", "a'b ü"]}),
            (Method.RENAME, {"name": "--all"}),
        ):
            for words in await equivalent(provider, libvirtd.uri, method, key, params):
                line = libvirtd.enter(["sh", "-c", shlex.join(words)])
                process = await asyncio.create_subprocess_exec(*line, stdout=asyncio.subprocess.DEVNULL)
                assert await process.wait() == 0
        root = parse(libvirtd.virsh("dumpxml", key))
    finally:
        await provider.close()
    assert (root.findtext("name"), root.findtext("title")) == ("--all", "-rf 'x' $(id)")
    assert Labels.of(root).tags == ("-rf", "a'b ü")


async def test_what_changes_a_network_is_written_as_virsh_takes_it(provider: LibvirtPython) -> None:
    (key,) = await provider.listing(Kind.NETWORK)
    host = {"mac": "52:54:00:00:00:09", "address": "192.0.2.9", "name": "db"}
    params = {"section": "host", "remove": {}, "add": host}
    (words,) = await equivalent(provider, "test:///default", Method.NETWORK_UPDATE, key, params)
    assert words[2:] == [
        "net-update",
        key,
        "add-last",
        "ip-dhcp-host",
        '--xml=<host mac="52:54:00:00:00:09" name="db" ip="192.0.2.9" />',
        "--parent-index=0",
        "--live",
        "--config",
    ]
    params = {"name": "-rf", "settings": {"mode": "nat"}}
    found = await equivalent(provider, "test:///default", Method.NETWORK_DEFINE, "", params)
    assert found[0][2:] == ["net-define", "--file=network.xml"]
    assert (await equivalent(provider, "test:///default", Method.NETWORK_EDIT, key, params))[0][2] == "net-define"
    found = await equivalent(provider, "test:///default", Method.NETWORK_DELETE, key, {})
    assert [words[2] for words in found] == ["net-destroy", "net-undefine"]
