from typing import Any

import pytest

from bridge.protocol import Problem
from plugins.machines.networks.network_xml import changed, details, interface_of, made, parent_of, settings_of
from plugins.machines.networks.settings import checked
from plugins.machines.state.libvirt_xml import parse

STORED = """
<network>
  <name>lab</name><uuid>00000000-0000-4000-8000-000000000001</uuid>
  <forward mode="nat" dev="eth0"><nat><port start="1024" end="65535"/></nat><interface dev="eth0"/></forward>
  <bridge name="virbr5" stp="on" delay="0"/>
  <domain name="lab.example" localOnly="yes"/>
  <dns><forwarder domain="corp.example" addr="10.9.9.9"/><forwarder addr="9.9.9.9"/>
    <host ip="10.1.0.9"><hostname>db</hostname></host></dns>
  <ip address="10.1.0.1" netmask="255.255.255.0">
    <dhcp><range start="10.1.0.10" end="10.1.0.20"/><host mac="52:54:00:00:00:01" name="db" ip="10.1.0.9"/>
      <host mac="52:54:00:00:00:02" ip="10.1.0.200"/></dhcp>
  </ip>
  <ip family="ipv6" address="fd00::1" prefix="64"/>
  <portgroup name="slow"><bandwidth><inbound average="100"/></bandwidth></portgroup>
</network>
"""

MADE: list[dict[str, Any]] = [
    {"mode": "nat", "device": "eth0", "ipv4": "10.1.0.1/24", "dns": True},
    {"mode": "route", "bridge": "virbr7", "ipv6": "fd00::1/64", "mtu": 9000, "dns": True},
    {"mode": "open", "ipv4": "10.1.0.1/24", "ipv6": "fd00::1/64", "dns": False},
    {"mode": "isolated", "domain": "lab", "domain_local": True, "forwarders": ["9.9.9.9"], "dns": True},
    {"mode": "bridge", "bridge": "br0", "dns": True},
    {"mode": "macvtap", "sharing": "vepa", "device": "eth0", "dns": True},
    {"mode": "hostdev", "device": "eth0", "dns": True},
]


@pytest.mark.parametrize("settings", MADE, ids=lambda settings: str(settings["mode"]))
def test_what_is_made_says_what_was_asked(settings: dict[str, Any]) -> None:
    root = parse(made("00000000-0000-4000-8000-000000000001", "<b>&", checked(settings)))
    assert root.findtext("name") == "<b>&"
    assert settings_of(root) == settings


def test_unchanged_settings_change_nothing() -> None:
    root = parse(STORED)
    again = parse(changed(parse(STORED), checked(settings_of(root))))
    assert details(again) == details(root)
    for path in ("forward/nat/port", "dns/forwarder[@domain]", "portgroup/bandwidth/inbound", "bridge[@delay]"):
        assert again.find(path) is not None, path


def test_what_no_setting_is_about_stays_when_others_change() -> None:
    settings = settings_of(parse(STORED)) | {"mode": "route", "domain": "", "forwarders": ["1.1.1.1"], "ipv6": ""}
    root = parse(changed(parse(STORED), checked(settings)))
    assert root.find("portgroup/bandwidth/inbound") is not None
    assert [each.get("addr") for each in root.iterfind("dns/forwarder")] == ["1.1.1.1", "10.9.9.9"]
    assert root.find("dns/host") is not None
    assert root.find("domain") is None
    assert [each.get("address") for each in root.iterfind("ip")] == ["10.1.0.1"]


def test_hosts_go_where_their_subnet_goes() -> None:
    settings = settings_of(parse(STORED)) | {"ipv4": "10.1.0.1/25", "ipv4_start": "10.1.0.30", "ipv4_end": "10.1.0.40"}
    found = details(parse(changed(parse(STORED), checked(settings))))
    assert found["hosts"].keys() == {"10.1.0.9"}
    assert found["ranges"].keys() == {"10.1.0.30-10.1.0.40"}


def test_a_network_without_addresses_of_its_own_has_none() -> None:
    root = parse(changed(parse(STORED), checked({"mode": "bridge", "bridge": "br0"})))
    assert {child.tag for child in root} == {"name", "uuid", "forward", "bridge", "portgroup"}
    assert root.find("bridge").attrib == {"name": "br0"}  # type: ignore[union-attr]


def test_which_subnet_has_an_address() -> None:
    root = parse(STORED)
    assert [parent_of(root, each) for each in ("10.1.0.7", "fd00::7", "10.2.0.7", "x")] == [0, 1, None, None]
    assert str(interface_of(root, "fd00::7")) == "fd00::1/64"
    with pytest.raises(Problem, match="is in no subnet"):
        interface_of(root, "10.2.0.7")
    with pytest.raises(Problem, match="internal-error"):
        parent_of(parse("<network><ip address='x'/></network>"), "10.0.0.1")
