import json

import pytest
from testbed.domain_xml import domain_xml

from plugins.machines.domains.domain_xml import (
    DESCRIPTION_MAX,
    INTERFACES_MAX,
    TEXTS,
    configured_stats,
    details,
    disk_sources,
    snapshot_row,
    texts,
    vnc_password,
)
from plugins.machines.state.libvirt_xml import parse

DOMAIN = """<domain><title>t</title><description>{description}</description>
<metadata><p:machine xmlns:p='urn:pilothouse:machine:1'><p:tag>web</p:tag><p:notes>n</p:notes></p:machine></metadata>
<memory unit='KiB'>4096</memory><currentMemory unit='KiB'>2048</currentMemory><vcpu current='2'>4</vcpu>
<devices><emulator>/usr/bin/qemu</emulator>
<disk type='file' device='disk'><driver type='qcow2'/><source file='/d/a'/><target dev='vda' bus='virtio'/></disk>
<disk type='volume' device='disk'><source pool='p' volume='v'/><target dev='vdb'/><readonly/></disk>
<disk type='file' device='cdrom'><target dev='sda'/></disk>
<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/>
<model type='virtio'/></interface>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='{agent}'/></channel>
<serial type='pty'><target port='0'/></serial><console type='pty'><target port='0'/></console>
<input type='mouse'/><input type='mouse'/><graphics type='vnc' port='5900'/></devices></domain>"""


def test_the_texts_of_a_row() -> None:
    read = texts(DOMAIN.format(description="x" * 1000, agent="disconnected"))
    assert read.members == {
        "title": "t",
        "description": "x" * DESCRIPTION_MAX,
        "tags": ["web"],
        "sources": ["/d/a", "p/v"],
        "interfaces": {"52:54:00:00:00:01": {"type": "network", "source": "default"}},
    }
    assert read.members.keys() == TEXTS
    assert texts("<domain/>").members == {}


@pytest.mark.parametrize(("agent", "source"), [("connected", "agent"), ("disconnected", "lease")])
def test_a_connected_agent_is_asked_for_addresses(agent: str, source: str) -> None:
    assert texts(DOMAIN.format(description="", agent=agent)).address_source == source
    assert texts("<domain/>").address_source is None


def test_disks_are_told_by_target_and_source() -> None:
    root = parse(DOMAIN.format(description="", agent=""))
    assert dict(disk_sources(root)) == {"vda": "/d/a", "vdb": "p/v"}


def test_devices_are_a_map_without_arrays_of_objects() -> None:
    found = details(parse(DOMAIN.format(description="long", agent="")))
    assert (found["description"], found["notes"]) == ("long", "n")
    devices = found["devices"]
    assert list(devices) == [
        "disk:vda",
        "disk:vdb",
        "disk:sda",
        "interface:52:54:00:00:00:01",
        "channel:org.qemu.guest_agent.0",
        "serial:0",
        "console:0",
        "input:mouse",
        "input:mouse#2",
        "graphics:vnc",
    ]
    assert devices["disk:vda"] == {
        "order": 1,
        "kind": "disk",
        "type": "file",
        "device": "disk",
        "target": "vda",
        "bus": "virtio",
        "source": "/d/a",
        "format": "qcow2",
    }
    assert devices["disk:vdb"]["readonly"] is True
    assert devices["interface:52:54:00:00:00:01"]["source"] == "default"
    assert "null" not in json.dumps(found)


def test_figures_that_are_only_configured() -> None:
    assert configured_stats(DOMAIN.format(description="", agent="")) == {
        "balloon.maximum": 4096,
        "balloon.current": 2048,
        "vcpu.current": 2,
    }
    assert configured_stats(domain_xml("x", memory_mib=64))["balloon.current"] == 65536


def test_a_snapshot() -> None:
    xml = """<domainsnapshot><name>s</name><description>d</description><state>running</state>
    <parent><name>p</name></parent>
    <creationTime>1700000000</creationTime><memory snapshot='{0}'/><disks><disk name='vda' snapshot='internal'/></disks>
    </domainsnapshot>"""
    assert snapshot_row(xml.format("internal")) == {
        "description": "d",
        "created": 1700000000,
        "state": "running",
        "parent": "p",
        "external": False,
    }
    assert snapshot_row(xml.format("external"))["external"] is True


def test_interfaces_are_told_by_mac_address_and_not_without_end() -> None:
    one = "<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/></interface>"
    found = texts(f"<domain><devices>{one * (INTERFACES_MAX + 1)}</devices></domain>").members["interfaces"]
    assert len(found) == INTERFACES_MAX
    assert found["52:54:00:00:00:01"] == found["52:54:00:00:00:01#1"] == {"type": "bridge", "source": "br0"}


def test_the_password_of_the_vnc_screen_is_found() -> None:
    screens = "<graphics type='spice' passwd='other'/><graphics type='vnc' passwd='s3 \"ü'/>"
    assert vnc_password(f"<domain><devices>{screens}</devices></domain>") == 's3 "ü'
    assert vnc_password("<domain><devices><graphics type='vnc'/></devices></domain>") == ""
    assert vnc_password("<domain/>") == ""
