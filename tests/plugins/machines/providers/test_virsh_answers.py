import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.machines.providers.virsh_answers import (
    addresses,
    changed_domain,
    host,
    info_stats,
    names,
    pairs,
    stats,
    uuids,
    volume_names,
)

ONE, TWO = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
any_name = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(any_name, any_name)
def test_names_are_whatever_follows_the_uuid(one: str, two: str) -> None:
    found = names(f"{ONE} {one}\n{TWO} {two}\n\n")
    assert found == {one: ONE} | {two: TWO}


def test_only_uuids_are_uuids() -> None:
    assert uuids(f"{ONE}\n\nerror: {TWO}\n {TWO} \n") == {ONE, TWO}


@given(any_name)
def test_statistics_are_by_name(name: str) -> None:
    told = f"Domain: '{name}'\n  state.state=5\n  state.reason=0\n  vcpu.0.state=1\n  balloon.rss=7\n  x=text\n"
    told += "  block.0.rd.bytes=8\n  block.0.path=9\n\n"
    assert list(stats(told + "Domain: 'other'\n")) == [
        (name, {"state.state": 5, "state.reason": 0, "balloon.rss": 7, "block.0.rd.bytes": 8}),
        ("other", {}),
    ]


RUNNING = (
    "Domain: 'victim'\n  state.state=1\n  cpu.time=5\n  block.count=1\n  block.0.path=/a\n  block.0.rd.bytes=8\n\n"
)


def attacker(path: str) -> str:
    """What virsh prints of another domain, whose one disk is at `path`."""
    return f"Domain: 'attacker'\n  cpu.time=7\n  block.count=1\n  block.0.path={path}\n  block.0.rd.bytes=1\n\n"


FORGED = [
    "/b\n\nDomain: 'victim'\n  cpu.time=999",
    "/b\n  block.0.rd.bytes=1\n\nDomain: 'victim'\n  state.state=1\n  cpu.time=999\n\nDomain: 'attacker'",
    "/b\n\nDomain: 'victim'\n  cpu.time=999\n\nDomain: 'third'\n  cpu.time=1",
]


@pytest.mark.parametrize("path", FORGED)
@pytest.mark.parametrize("first", [True, False])
def test_a_disk_whose_path_looks_like_another_domain_changes_no_figure_of_that(path: str, first: bool) -> None:
    parts = [attacker(path), RUNNING]
    assert "victim" not in dict(stats("".join(parts if first else parts[::-1])))


@pytest.mark.parametrize(
    "path", ["/b\nc", "/b\n", "/b\n\n  cpu.time=9", "/b\n  cpu.time=9", "/b\nDomain: x", "/b\n\n\nc"]
)
def test_a_disk_with_a_line_break_in_its_path_costs_the_figures_of_its_own_domain_alone(path: str) -> None:
    assert dict(stats(attacker(path) + RUNNING)) == {"victim": {"state.state": 1, "cpu.time": 5, "block.0.rd.bytes": 8}}


def test_dominfo_has_what_a_driver_tells_no_statistics_of() -> None:
    told = "Id: -\nName: a: b\nState:  in shutdown\nCPU(s): 2\nCPU time: 1.5s\nMax memory: 8 KiB\nUsed memory: 4 KiB\n"
    assert info_stats(pairs(told)) == {
        "state.state": 4,
        "state.reason": 0,
        "vcpu.current": 2,
        "balloon.maximum": 8,
        "balloon.current": 4,
        "cpu.time": 1_500_000_000,
    }
    assert info_stats({})["state.state"] == 0


def test_nodeinfo() -> None:
    assert host(pairs("CPU model: x86_64\nCPU(s): 16\nMemory size: 2048 KiB\n")) == {
        "cpus": 16,
        "memory": 2 << 20,
        "model": "x86_64",
    }
    assert host({}) == {}


def test_addresses_of_interfaces() -> None:
    told = " vnet0  52:54:00:00:00:01  ipv4  192.0.2.3/24\n -  -  ipv6  2001:db8::1/64\n\nrubbish\n"
    assert addresses(told) == ["192.0.2.3", "2001:db8::1"]


@pytest.mark.parametrize("name", ["a", "a b", "a   b", "-rf", "a  b   c"])
def test_a_volumes_name_ends_where_its_path_begins(name: str) -> None:
    assert volume_names(f" {name}   /pool/{name}\n\n") == [name]


def test_a_volume_whose_path_has_another_end() -> None:
    assert volume_names(" unit:0:0:1   /dev/disk/by-path/ip-lun-1\n") == ["unit:0:0:1"]


def test_an_event_is_about_the_domain_of_that_name() -> None:
    known = {"a": ONE, "a': b": TWO}
    assert changed_domain("event 'lifecycle' for domain 'a': Started Booted", known) == ONE
    assert changed_domain("event 'reboot' for domain 'a'", known) == ONE
    assert changed_domain("event 'lifecycle' for domain 'new': Defined Added", known) == ""
    assert changed_domain("event 'lifecycle' for domain 'a': b': Started Booted", known) == "", "it may be either"
    assert changed_domain("events received: 3", known) is None
