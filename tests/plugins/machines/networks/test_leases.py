import time

import pytest

from plugins.machines.networks.leases import LEASES_MAX, Lease, of_output, told

VIRSH = """\
 Expiry Time           MAC address         Protocol   IP address           Hostname   Client ID or DUID
------------------------------------------------------------------------------------------------------------
 2026-08-01 12:00:00   52:54:00:00:00:01   ipv4       192.168.122.5/24     db         ff:00:01
 2026-08-01 12:30:00   52:54:00:00:00:02   ipv6       fd00::5/64           -          -
 nonsense
"""


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()


def test_three_ways_tell_the_same() -> None:
    expiry = 1785578400
    wanted = Lease("192.168.122.5", "52:54:00:00:00:01", "db", "ff:00:01", expiry)
    binding = {"iface": "virbr0", "expirytime": expiry, "type": 0, "mac": wanted.mac, "iaid": None}
    binding |= {"ipaddr": wanted.address, "prefix": 24, "hostname": "db", "clientid": "ff:00:01"}
    assert Lease.of_binding(binding) == wanted
    struct = ["virbr0", expiry, 0, wanted.mac, "", wanted.address, 24, "db", "ff:00:01"]
    assert Lease.of_struct(struct) == wanted
    first, second = of_output(VIRSH)
    assert first == wanted
    assert second == Lease("fd00::5", "52:54:00:00:00:02", "", "", expiry + 1800)
    assert Lease.of_binding({"ipaddr": "10.0.0.1", "mac": None, "hostname": None}).as_answer() == {
        "address": "10.0.0.1"
    }


def test_they_are_told_by_address_and_not_without_end() -> None:
    found = told([Lease(each, "", "", "", 1) for each in ("fd00::1", "10.0.0.10", "10.0.0.9")])
    assert [each["address"] for each in found] == ["10.0.0.9", "10.0.0.10", "fd00::1"]
    many = [Lease(f"10.0.{number >> 8}.{number & 255}", "", "", "", number) for number in range(LEASES_MAX + 5)]
    assert len(told(many)) == LEASES_MAX
    assert told(many)[0]["address"] == "10.0.0.5", "those that end last are kept"
