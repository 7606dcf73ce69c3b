from typing import Any

import pytest

from bridge.protocol import Problem
from plugins.machines.networks.updates import Update, updates
from plugins.machines.state.libvirt_xml import parse

V4 = '<ip address="10.1.0.1" prefix="24"><dhcp><range start="10.1.0.10" end="10.1.0.20"/></dhcp></ip>'
V6 = '<ip family="ipv6" address="fd00::1" prefix="64"/>'
LIVE = parse(f"<network>{V4}</network>")
STORED = parse(f"<network>{V6}{V4}</network>")
HOST = {"mac": "52:54:00:00:00:01", "address": "10.1.0.5"}


def test_what_both_have_alike_takes_one_call() -> None:
    (found,) = updates(LIVE, LIVE, "range", {}, {"start": "10.1.0.30", "end": "10.1.0.40"})
    assert found == Update("add", "range", 0, '<range start="10.1.0.30" end="10.1.0.40" />', True, True)
    assert found.undone().command == "delete"
    assert found.undone().undone() == found


def test_another_place_takes_another_call() -> None:
    found = updates(LIVE, STORED, "host", {}, HOST)
    assert [(each.parent, each.live, each.config) for each in found] == [(0, True, False), (1, False, True)]
    (found6,) = updates(LIVE, STORED, "host", {}, {"duid": "00:01", "address": "fd00::5"})
    assert (found6.parent, found6.live, found6.config) == (0, False, True)


def test_names_are_of_no_subnet() -> None:
    (found,) = updates(None, STORED, "dns_host", {}, {"address": "10.9.9.9", "hostnames": ["a", "b.c"]})
    assert (found.parent, found.live, found.config) == (-1, False, True)
    assert found.xml == '<host ip="10.9.9.9"><hostname>a</hostname><hostname>b.c</hostname></host>'


def test_what_is_removed_is_what_is_there() -> None:
    (found,) = updates(LIVE, LIVE, "range", {"start": "10.1.0.10", "end": "10.1.0.20"}, {})
    assert found.command == "delete"
    with pytest.raises(Problem, match="not-found"):
        updates(LIVE, STORED, "range", {"start": "10.1.0.10", "end": "10.1.0.21"}, {})
    with pytest.raises(Problem, match="not-found"):
        updates(None, None, "host", {}, HOST)


@pytest.mark.parametrize(
    ("section", "entry", "sentence"),
    [
        ("host", HOST | {"address": "10.2.0.5"}, "10.2.0.5 is in no subnet"),
        ("host", HOST | {"address": "10.1.0.1"}, "the host's own address"),
        ("host", HOST | {"mac": ""}, "not a MAC address"),
        ("host", HOST | {"name": "-rf"}, "not a name that DNS takes"),
        ("host", {"address": "fd00::5"}, "needs the DUID or the name"),
        ("range", {"start": "10.1.0.30", "end": "10.1.1.40"}, "10.1.1.40 is not in 10.1.0.0/24"),
        ("range", {"start": "x", "end": "y"}, "“x” is not an IP address"),
        ("dns_host", {"address": "10.1.0.5"}, "1 to 32 names"),
        ("dns_host", {"address": "10.1.0.5", "hostnames": ["a"] * 33}, "1 to 32 names"),
        ("host", {"mac": 1}, "attribute 'mac': must have type str"),
    ],
)
def test_what_makes_no_sense_is_refused_before_libvirt_hears_of_it(section: Any, entry: Any, sentence: str) -> None:
    with pytest.raises(Problem) as caught:
        updates(LIVE, STORED, section, {}, entry)
    assert caught.value.code == "protocol-error"
    assert sentence in caught.value.message
