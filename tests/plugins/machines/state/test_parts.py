from collections.abc import Callable
from typing import Any

import libvirt
import pytest

from bridge.protocol import Problem
from plugins.machines.provider import Kind
from plugins.machines.providers.choice import DEMO
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.state.inventory import Inventory
from plugins.machines.state.parts import NAMES, Parts


@pytest.fixture
async def demo(heard: Any) -> Any:
    provider = await LibvirtPython.open(DEMO, heard)
    yield provider
    await provider.close()


async def test_every_part_of_the_demo(demo: LibvirtPython) -> None:
    inventory = Inventory()
    parts = Parts(inventory)
    with parts.want(NAMES):
        await parts.read(demo)
        await parts.settled(NAMES)
        assert inventory.state["host"]["cpus"] > 0
        assert all(row["active"] in (True, False) for row in inventory.rows(Kind.POOL).values())
        assert {row["mode"] for row in inventory.rows(Kind.NETWORK).values()} >= {"nat"}
        assert "pci" in {row["type"] for row in inventory.rows(Kind.DEVICE).values()}
        for key, row in inventory.rows(Kind.VOLUME).items():
            assert key == f"{row['pool']}/{row['name']}"
            assert row["pool"] in inventory.rows(Kind.POOL)
            assert row["capacity"] > 0
    assert inventory.state == Inventory().state, "the last who wanted them took them away"
    assert parts.refusals == {}


async def test_only_what_is_wanted_is_read(demo: LibvirtPython) -> None:
    inventory = Inventory()
    parts = Parts(inventory)
    with parts.want(["pools"]):
        await parts.read(demo)
        assert inventory.rows(Kind.POOL)
        assert not inventory.rows(Kind.VOLUME)
        with parts.want(["pools", "volumes"]):
            await parts.read(demo, {Kind.POOL})
            assert inventory.rows(Kind.VOLUME)
        assert not inventory.rows(Kind.VOLUME)
        assert inventory.rows(Kind.POOL)


async def test_what_went_away_goes(provider: LibvirtPython) -> None:
    inventory = Inventory()
    parts = Parts(inventory)
    connection: Any = provider._connection
    with parts.want(["networks"]):
        await parts.read(provider)
        (key,) = inventory.rows(Kind.NETWORK)
        connection.networkLookupByUUIDString(key).destroy()
        await parts.read(provider, {Kind.NETWORK})
        assert inventory.rows(Kind.NETWORK)[key]["active"] is False
        connection.networkLookupByUUIDString(key).undefine()
        await parts.read(provider, {Kind.DOMAIN})
        assert key in inventory.rows(Kind.NETWORK), "nothing said that networks changed"
        await parts.read(provider, {Kind.NETWORK})
        assert not inventory.rows(Kind.NETWORK)


async def test_a_part_that_cannot_be_read_says_why_and_settles(
    provider: LibvirtPython, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(kind: Kind) -> Any:
        raise Problem(code, "node devices: not here")

    parts = Parts(Inventory())
    monkeypatch.setattr(provider, "listing", refuse)
    with parts.want(["node_devices"]):
        code = "not-supported"
        await parts.read(provider)
        await parts.settled(["node_devices"])
        assert parts.refusals == {"node_devices": "node devices: not here"}
        code = "disconnected"
        with pytest.raises(Problem, match="disconnected"):
            await parts.read(provider)


async def test_without_a_connection_nobody_waits() -> None:
    parts = Parts(Inventory())
    with parts.want(["pools"]):
        parts.settle()
        await parts.settled(["pools"])


def test_the_filters_are_libvirts(make_domain: Callable[..., Any]) -> None:
    for family in ("NETWORKS", "STORAGE_POOLS"):
        flags = [
            getattr(libvirt, f"VIR_CONNECT_LIST_{family}_{name}") for name in ("ACTIVE", "PERSISTENT", "AUTOSTART")
        ]
        assert flags == [2, 4, 16]
