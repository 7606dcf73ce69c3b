from collections.abc import Callable

import pytest

from bridge.protocol import Problem
from plugins.machines.domains.cloning import clone
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.state.libvirt_xml import parse

Uuid = Callable[[int], str]

DEFINITION = """<domain type='test'><name>web</name><uuid>{uuid}</uuid><memory>65536</memory>
<os><type>hvm</type></os><devices>
<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
<disk type='file' device='cdrom'><source file='/cd.iso'/><target dev='sda'/><readonly/></disk>
<graphics type='vnc' port='5901'/></devices></domain>"""


async def test_a_clone_has_nothing_that_must_not_be_twice(provider: LibvirtPython, uuid: Uuid) -> None:
    await provider.define(DEFINITION.format(uuid=uuid(2)).replace(">web<", ">db<"), validate=False)
    key = await clone(provider, uuid(2), "--all", "full")
    root = parse(await provider.definition(key))
    assert root.findtext("name") == "--all"
    assert root.findtext("uuid") == key != uuid(2)
    mac = root.find("devices/interface/mac")
    assert mac is not None
    assert mac.get("address") != "52:54:00:00:00:01"
    graphics = root.find("devices/graphics")
    assert graphics is not None
    assert graphics.get("port") == "-1"
    assert root.find("devices/disk/source[@file='/cd.iso']") is not None, "a read-only disk is used by both"


async def test_who_is_gone_cannot_be_cloned(provider: LibvirtPython, uuid: Uuid) -> None:
    with pytest.raises(Problem, match="not-found"):
        await clone(provider, uuid(99), "other", "full")
