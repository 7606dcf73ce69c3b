from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import libvirt
import pytest

from plugins.machines.provider import FIGURES
from plugins.machines.providers.choice import DEMO
from plugins.machines.providers.libvirt_domains import (
    read_addresses,
    read_counters,
    read_domains,
    read_outlines,
    read_some_domains,
)

GIB = 1024**3


@pytest.fixture
def connection(world: str) -> Iterator[Any]:
    opened = libvirt.open(world)
    yield opened
    opened.close()


@pytest.fixture
def demo() -> Iterator[Any]:
    opened = libvirt.open(DEMO)
    yield opened
    opened.close()


class Counting:
    """A connection that counts its calls, as round trips would cost."""

    def __init__(self, connection: Any, *unsupported: str) -> None:
        self.connection = connection
        self.unsupported = unsupported
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        if name in self.unsupported:
            return lambda *_: self.connection.setKeepAlive(5, 3)  # fails with libvirt's own NO_SUPPORT
        return getattr(self.connection, name)


def test_all_domains_from_four_calls(connection: Any, uuid: Callable[[int], str]) -> None:
    counting = Counting(connection)
    domains = read_domains(counting)
    assert len(counting.calls) == 4
    assert {domain.name: domain.state for domain in domains.values()} == {
        "web": "running",
        "db": "shut off",
        "mail": "paused",
        "old": "crashed",
    }
    web = domains[uuid(1)]
    assert (web.vcpus, web.memory, web.max_memory, web.persistent) == (1, 64 << 20, 64 << 20, True)


def test_a_driver_without_bulk_statistics_gives_the_same(connection: Any) -> None:
    assert read_domains(Counting(connection, "getAllDomainStats")) == read_domains(connection)


def test_outlines_are_all_but_the_figures_from_four_calls(connection: Any) -> None:
    counting = Counting(connection)
    outlines = read_outlines(counting)
    assert len(counting.calls) == 4
    domains = read_domains(connection)
    assert outlines == {key: replace(row, vcpus=0, memory=0, max_memory=0) for key, row in domains.items()}
    assert all(row.as_state().keys().isdisjoint(FIGURES) for row in outlines.values())
    assert all(row.as_state().keys() > FIGURES for row in domains.values())


def test_a_driver_without_bulk_statistics_has_no_outlines(connection: Any) -> None:
    assert read_outlines(Counting(connection, "getAllDomainStats")) == {}


def test_autostart_and_managed_save_are_seen(connection: Any, uuid: Callable[[int], str]) -> None:
    connection.lookupByUUIDString(uuid(2)).setAutostart(True)
    connection.lookupByUUIDString(uuid(1)).managedSave()
    domains = read_domains(connection)
    assert domains[uuid(2)].autostart
    assert domains[uuid(1)].managed_save
    assert not domains[uuid(1)].autostart
    assert not domains[uuid(2)].managed_save


def test_of_some_domains_the_absent_do_not_come(connection: Any, uuid: Callable[[int], str]) -> None:
    domains = read_some_domains(connection, [uuid(1), uuid(2), uuid(99)])
    assert {key: domain.name for key, domain in domains.items()} == {uuid(1): "web", uuid(2): "db"}


def test_addresses_of_one_that_does_not_run_are_none(connection: Any, uuid: Callable[[int], str]) -> None:
    assert read_addresses(connection, uuid(2), libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE) == []


def test_one_and_all_agree(demo: Any) -> None:
    everything = read_domains(demo)
    one_by_one = read_some_domains(demo, everything)
    assert one_by_one == everything


def test_counters_are_of_running_domains_only(connection: Any, uuid: Callable[[int], str]) -> None:
    readings = read_counters(connection)
    assert readings.keys() == {uuid(1)}
    assert readings[uuid(1)].vcpus == 1
    assert readings[uuid(1)].cpu_time > 0


def test_the_demo_shows_every_kind_of_machine(demo: Any) -> None:
    domains = read_domains(demo).values()
    assert len(domains) >= 8
    assert {domain.state for domain in domains} == {"running", "paused", "shut off", "crashed"}
    assert any(domain.managed_save for domain in domains)
    assert any(not domain.persistent for domain in domains)
    assert any(domain.memory < domain.max_memory for domain in domains)
    assert len(demo.listAllNetworks()) >= 3
    assert all(pool.listAllVolumes() for pool in demo.listAllStoragePools())
    assert {"pci_0000_41_00_0", "usb_1_4"} <= {device.name() for device in demo.listAllDevices()}


def test_every_disk_of_the_demo_is_a_volume_of_it(demo: Any) -> None:
    from xml.etree import ElementTree as ET

    volumes = {(pool.name(), volume.name()) for pool in demo.listAllStoragePools() for volume in pool.listAllVolumes()}
    networks = {network.name() for network in demo.listAllNetworks()}
    for domain in demo.listAllDomains():
        devices = ET.fromstring(domain.XMLDesc())
        for source in devices.iterfind("devices/disk/source"):
            assert (source.get("pool"), source.get("volume")) in volumes
        for source in devices.iterfind("devices/interface/source"):
            assert source.get("network") in networks
