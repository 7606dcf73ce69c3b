"""The worlds that every provider is tried on: libvirt's test driver and a real QEMU, three ways to each."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from testbed import cgroups, libvirt_dbus, libvirtd
from testbed.libvirt_dbus import LibvirtDbus
from testbed.libvirtd import Libvirtd
from testbed.machine_worlds import KINDS, WAYS, World, open_way

DRIVER = (
    "<node><device><name>computer</name><capability type='system'><hardware>"
    "<uuid>11111111-2222-3333-4444-555555555555</uuid></hardware></capability></device></node>"
)
"""What the test driver begins with, as far as these tests look."""

SYSTEMS = {
    "qemu": ("libvirtd", "dbus_of_libvirtd", "qemu:///system"),
    "lxc": ("containers", "dbus_of_containers", "lxc:///"),
}
"""The fixtures of a kind, and the URI that libvirt-dbus has for it."""


@pytest.fixture(autouse=True, scope="session")
def beds(request: pytest.FixtureRequest) -> None:
    """What all tests share is there before the first: otherwise that would seem to leave it behind."""
    if libvirtd.missing() is None and libvirt_dbus.missing() is None:
        request.getfixturevalue("dbus_of_libvirtd")
        if cgroups.missing() is None:
            request.getfixturevalue("dbus_of_containers")


@pytest.fixture(scope="session")
def dbus_of_libvirtd(libvirtd_session: Libvirtd) -> Iterator[LibvirtDbus]:
    """libvirt-dbus on the system bus of the private libvirtd."""
    _need_dbus()
    with libvirt_dbus.private_libvirt_dbus(libvirtd_session) as service:
        yield service


@pytest.fixture(scope="session")
def dbus_of_containers(containers_session: Libvirtd) -> Iterator[LibvirtDbus]:
    """libvirt-dbus on the system bus of the private libvirtd that runs containers."""
    _need_dbus()
    with libvirt_dbus.private_libvirt_dbus(containers_session) as service:
        yield service


@pytest.fixture
def dbus_of_tests() -> Iterator[LibvirtDbus]:
    """libvirt-dbus on a session bus, with a test driver of its own."""
    _need_dbus()
    with libvirt_dbus.private_libvirt_dbus() as service:
        yield service


def _need_dbus() -> None:
    if reason := libvirt_dbus.missing():
        pytest.skip(reason)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """The name of a provider."""
    return str(request.param)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of hypervisor."""
    return str(request.param)


@pytest.fixture
async def world(
    way: str, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, heard: Any, tmp_path: Path
) -> AsyncIterator[World]:
    """Each provider on each kind of hypervisor, without domains but what the test driver begins with."""
    partition = ""
    if kind in SYSTEMS:
        bed, bus, plain = SYSTEMS[kind]
        daemon: Libvirtd = request.getfixturevalue(bed)
        uri = daemon.uri
        partition = daemon.partition.name if daemon.partition else ""
        if way == "libvirt-dbus":
            uri = plain
            _set(monkeypatch, request.getfixturevalue(bus))
    else:
        uri = "test:///default"
        if way == "libvirt-python":
            # A state of its own: the default one lives on in this process as long as anything refers to it.
            (tmp_path / "driver.xml").write_text(DRIVER)
            uri = f"test://{tmp_path}/driver.xml"
        if way == "libvirt-dbus":
            _set(monkeypatch, request.getfixturevalue("dbus_of_tests"))
    provider = await open_way(way, uri, heard)
    try:
        yield World(way, kind, provider, heard, tmp_path, partition=partition)
    finally:
        await provider.close()


def _set(monkeypatch: pytest.MonkeyPatch, service: LibvirtDbus) -> None:
    for name, value in service.environ.items():
        monkeypatch.setenv(name, value)
