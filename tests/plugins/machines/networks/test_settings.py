from typing import Any

import pytest

from bridge.protocol import Problem
from plugins.machines.networks.settings import (
    checked,
    checked_address,
    checked_duid,
    checked_host_name,
    checked_interface,
    checked_mac,
    checked_range,
)

NAT = {"mode": "nat", "ipv4": "192.168.100.1/24", "ipv4_start": "192.168.100.10", "ipv4_end": "192.168.100.99"}


def test_settings_that_make_sense() -> None:
    found = checked(NAT | {"ipv6": "fd00::1/64", "domain": "lab.example", "forwarders": ["9.9.9.9"], "mtu": 9000})
    assert (found.mode, found.ipv6, found.forwarders) == ("nat", "fd00::1/64", ["9.9.9.9"])
    assert checked({"mode": "isolated"}).dns is True


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"mode": "bogus"}, "attribute 'mode'"),
        ({"mode": "bridge"}, "Choose the host's bridge"),
        ({"mode": "macvtap"}, "Choose a device"),
        ({"mode": "hostdev"}, "Choose a device"),
        ({"device": "-rf"}, "cannot be the name of a network device"),
        ({"bridge": "a/b"}, "cannot be the name of a network device"),
        ({"bridge": "x" * 16}, "cannot be the name of a network device"),
        ({"bridge": "br0\n"}, "cannot be the name of a network device"),
        ({"mtu": 67}, "The MTU must be 68 to 65535"),
        ({"domain": "a b"}, "not a name that DNS takes"),
        ({"domain": "a\nserver=6.6.6.6"}, "not a name that DNS takes"),
        ({"domain": "x" * 64}, "not a name that DNS takes"),
        ({"forwarders": ["9.9.9.9"] * 17}, "More than 16 name servers"),
        ({"forwarders": ["dns"]}, "“dns” is not an IP address"),
        ({"ipv4_start": "10.0.0.1", "ipv4_end": "10.0.0.2"}, "needs an IPv4 address"),
        (NAT | {"ipv4_end": ""}, "“” is not an IP address"),
        (NAT | {"ipv4": "192.168.100.0/24"}, "192.168.100.0 is not an address of a host"),
        (NAT | {"ipv4": "192.168.100.1"}, "with a prefix"),
        (NAT | {"ipv4": "192.168.100.1/31"}, "leaves no room"),
        (NAT | {"ipv4": "fd00::1/64"}, "is not an IPv4 address"),
        (NAT | {"ipv4": "1.2.3.4/bogus"}, "is not an address with a prefix"),
    ],
)
def test_settings_that_make_none(told: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Problem, match="protocol-error") as caught:
        checked(told)
    assert sentence in caught.value.message


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("10.1.0.2", "10.2.0.5", "10.2.0.5 is not in 10.1.0.0/16"),
        ("10.1.0.9", "10.1.0.5", "must begin with its lowest"),
        ("10.1.0.0", "10.1.0.5", "10.1.0.0 is not an address of a host"),
        ("10.1.0.9", "10.1.255.255", "10.1.255.255 is not an address of a host"),
        ("10.1.0.1", "10.1.0.9", "leave out 10.1.0.1"),
        ("fd00::1", "fd00::2", "fd00::1 is not in"),
    ],
)
def test_ranges_that_make_no_sense(start: str, end: str, sentence: str) -> None:
    with pytest.raises(Problem) as caught:
        checked_range(start, end, checked_interface("10.1.0.1/16", 4))
    assert sentence in caught.value.message


def test_ranges_are_bounded() -> None:
    with pytest.raises(Problem, match="65535 addresses at most"):
        checked_range("10.0.0.2", "10.1.0.9", checked_interface("10.0.0.1/8", 4))
    with pytest.raises(Problem, match="prefix of 64 or more"):
        checked_range("fd00::2", "fd00::9", checked_interface("fd00::1/48", 6))
    assert checked_range("FD00::2", "fd00:0::9", checked_interface("fd00::1/64", 6)) == ("fd00::2", "fd00::9")


def test_single_values() -> None:
    assert checked_mac("52-54-00-AB-CD-EF") == "52:54:00:ab:cd:ef"
    for wrong in ("", "52:54:00", "01:00:5e:00:00:01", "00:00:00:00:00:00", "52:54:00:ab:cd:eg"):
        with pytest.raises(Problem, match="MAC address"):
            checked_mac(wrong)
    assert checked_duid("00:01:00:01:AA") == "00:01:00:01:aa"
    with pytest.raises(Problem, match="DUID"):
        checked_duid("-rf")
    for wrong in ("0.0.0.0", "224.0.0.1", "fe80::1%eth0", "::", "010.1.1.1", "1"):
        with pytest.raises(Problem):
            checked_address(wrong)
    assert checked_host_name("db_1.lab.example")
    for wrong in ("-rf", "a..b", ".", "a" * 254, "ü"):
        with pytest.raises(Problem):
            checked_host_name(wrong)
