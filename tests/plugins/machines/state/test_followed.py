from collections.abc import Callable

import pytest

from bridge.protocol import Problem
from plugins.machines.provider import Kind, Metadata, Method
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.state import followed as module
from plugins.machines.state.followed import Followed
from plugins.machines.state.inventory import Inventory

Uuid = Callable[[int], str]


async def test_a_domain_comes_with_xml_devices_and_snapshots(provider: LibvirtPython, uuid: Uuid) -> None:
    inventory = Inventory()
    followed = Followed(inventory)
    for name in ("first", "second"):
        await provider.act(Method.SNAPSHOT_CREATE, uuid(1), xml=f"<domainsnapshot><name>{name}</name></domainsnapshot>")
    with followed.follow(Kind.DOMAIN, uuid(1)):
        await followed.read(provider)
        row = inventory.state["followed"]["domain"][uuid(1)]
        assert row["xml"].startswith("<domain")
        assert row["snapshots"]["second"].items() >= {"parent": "first", "state": "running", "external": False}.items()
        assert row["current_snapshot"] == "second"
        await provider.set_metadata(uuid(1), Metadata.DESCRIPTION, "long", live=True, config=False)
        await followed.read(provider, {(Kind.DOMAIN, uuid(2))})
        assert "description" not in inventory.state["followed"]["domain"][uuid(1)], "another one changed"
        await followed.read(provider, {(Kind.DOMAIN, uuid(1))})
        row = inventory.state["followed"]["domain"][uuid(1)]
        assert row["description"] == "long"
        assert "<description>long" not in row["inactive_xml"], "what the next start will use is another"
    assert inventory.state["followed"] == {}


async def test_who_is_gone_has_no_row(provider: LibvirtPython, uuid: Uuid) -> None:
    inventory = Inventory()
    followed = Followed(inventory)
    with followed.follow(Kind.DOMAIN, uuid(2)), followed.follow(Kind.DOMAIN, uuid(99)):
        await followed.read(provider)
        assert inventory.state["followed"]["domain"].keys() == {uuid(2)}
        await provider.act(Method.DELETE, uuid(2))
        await followed.read(provider, {(Kind.DOMAIN, "")})
        assert inventory.state["followed"] == {}


async def test_the_last_who_follows_takes_it_away(provider: LibvirtPython, uuid: Uuid) -> None:
    inventory = Inventory()
    followed = Followed(inventory)
    with followed.follow(Kind.DOMAIN, uuid(1)):
        with followed.follow(Kind.DOMAIN, uuid(1)):
            await followed.read(provider)
        assert inventory.state["followed"]["domain"].keys() == {uuid(1)}
    assert inventory.state["followed"] == {}


async def test_every_kind_can_be_followed(provider: LibvirtPython) -> None:
    inventory = Inventory()
    followed = Followed(inventory)
    (network,) = await provider.listing(Kind.NETWORK)
    with followed.follow(Kind.NETWORK, network), followed.follow(Kind.DEVICE, "computer"):
        await followed.read(provider)
        assert inventory.state["followed"]["network"][network]["xml"].startswith("<network")


def test_not_too_many_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FOLLOWED_MAX", 1)
    followed = Followed(Inventory())
    with (
        followed.follow(Kind.DEVICE, "a"),
        followed.follow(Kind.DEVICE, "a"),
        pytest.raises(Problem, match="too-large"),
        followed.follow(Kind.DEVICE, "b"),
    ):
        pass
