import re
from pathlib import Path

import pytest
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd

from plugins.machines.domains import pending as module
from plugins.machines.domains.pending import pending
from plugins.machines.state.libvirt_xml import parse

KEY = "00000000-0000-4000-8000-0000000000aa"
RICH = """<domain type='qemu'><name>rich</name><uuid>00000000-0000-4000-8000-0000000000aa</uuid>
<memory unit='MiB'>128</memory>
<currentMemory unit='MiB'>96</currentMemory><vcpu current='1'>2</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os><features><acpi/><apic/></features>
<cpu mode='host-model'/><clock offset='utc'><timer name='rtc' tickpolicy='catchup'/></clock>
<devices>
<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
<disk type='file' device='disk'><driver name='qemu' type='raw' cache='unsafe'/><source file='DISK'/>
<target dev='vda' bus='virtio'/></disk>
<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>
<interface type='user'><mac address='52:54:00:00:00:02'/><model type='e1000'/></interface>
<serial type='pty'/><serial type='pty'/><console type='pty'/>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<input type='tablet' bus='usb'/><graphics type='vnc' port='-1' autoport='yes'/>
<video><model type='vga'/></video><memballoon model='virtio'/>
<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
<watchdog model='i6300esb' action='reset'/>
</devices></domain>"""


@pytest.fixture
def rich(tmp_path: Path) -> str:
    """A domain with many devices, and a disk."""
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(1 << 20))
    return RICH.replace("DISK", str(image))


def both(libvirtd: Libvirtd) -> dict[str, dict[str, object]]:
    live, config = libvirtd.virsh("dumpxml", KEY), libvirtd.virsh("dumpxml", KEY, "--inactive")
    assert live != config
    return pending(parse(live), parse(config))


def test_a_machine_that_was_just_started_has_nothing_pending(libvirtd: Libvirtd, rich: str) -> None:
    libvirtd.define(rich)
    libvirtd.virsh("start", KEY)
    assert both(libvirtd) == {}


def test_a_machine_with_the_default_processor_has_nothing_pending(libvirtd: Libvirtd) -> None:
    libvirtd.define(domain_xml("plain", uuid=KEY))
    libvirtd.virsh("start", KEY)
    assert both(libvirtd) == {}


def test_what_was_changed_in_the_definition_of_a_running_one_is_told(libvirtd: Libvirtd, rich: str) -> None:
    libvirtd.define(rich)
    libvirtd.virsh("start", KEY)
    stored = libvirtd.virsh("dumpxml", KEY, "--inactive")
    changed = stored.replace(">131072<", ">262144<").replace("cache='unsafe'", "cache='writeback'")
    changed = changed.replace(">2</vcpu>", ">4</vcpu>").replace("<model type='e1000'/>", "<model type='rtl8139'/>")
    changed = re.sub(r"<watchdog.*?</watchdog>|<watchdog[^>]*/>", "", changed, flags=re.DOTALL)
    changed = changed.replace("</devices>", "<sound model='ich9'/></devices>")
    libvirtd.define(changed)
    found = both(libvirtd)
    assert found.pop("devices/sound")["config"].startswith('<sound model="ich9">')  # type: ignore[attr-defined]
    assert found.pop("devices/watchdog")["live"].startswith("<watchdog")  # type: ignore[attr-defined]
    assert {place: (row.get("live"), row.get("config")) for place, row in found.items()} == {
        "memory": ("131072", "262144"),
        "vcpu": ("2", "4"),
        "devices/disk vda/driver@cache": ("unsafe", "writeback"),
        "devices/interface 52:54:00:00:00:02/model@type": ("e1000", "rtl8139"),
    }
    libvirtd.virsh("destroy", KEY)
    libvirtd.virsh("start", KEY)
    assert both(libvirtd) == {}, "it was restarted"


def test_texts_need_no_restart() -> None:
    live = parse("<domain id='3'><name>a</name><title>old</title><memory>1</memory></domain>")
    assert pending(live, parse("<domain><name>a</name><title>new</title><memory>1</memory></domain>")) == {}


def test_there_is_a_bound() -> None:
    devices = "".join(f"<disk><target dev='vd{n}'/></disk>" for n in range(module.PENDING_MAX + 50))
    found = pending(parse("<domain><devices/></domain>"), parse(f"<domain><devices>{devices}</devices></domain>"))
    assert len(found) == module.PENDING_MAX
    long = parse(f"<domain><x>{'y' * 1000}</x></domain>")
    assert len(str(pending(parse("<domain/>"), long)["x"]["config"])) == module.SHOWN_MAX + 1


def test_of_a_network_its_connections_are_no_change() -> None:
    live = "<network connections='2'><forward mode='bridge'><interface dev='eth0' connections='2'/></forward></network>"
    stored = "<network><forward mode='bridge'><interface dev='eth0'/></forward></network>"
    assert pending(parse(live), parse(stored)) == {}
    pool = "<network><forward mode='hostdev'><pf dev='eth0' connections='1'/>{}</forward></network>"
    address = "<address type='pci' domain='0' bus='1' slot='0' function='1'/>"
    assert pending(parse(pool.format(address)), parse(pool.format(""))) == {}
    found = pending(parse("<network><domain name='a'/></network>"), parse("<network><domain name='b'/></network>"))
    assert found == {"domain@name": {"order": 0, "live": "a", "config": "b"}}
