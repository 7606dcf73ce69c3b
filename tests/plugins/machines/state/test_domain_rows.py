import asyncio

import pytest

from bridge.protocol import JsonObject
from plugins.machines.provider import Domain, Kind
from plugins.machines.state.domain_rows import DomainRows
from plugins.machines.state.inventory import PIECE, Inventory


def domain(name: str, *, state: str = "shut off", memory: int = 0) -> Domain:
    return Domain(name, state, "", memory and 1, memory, memory, persistent=True, autostart=False, managed_save=False)


@pytest.fixture
def inventory() -> Inventory:
    return Inventory()


@pytest.fixture
def rows(inventory: Inventory) -> DomainRows:
    return DomainRows(inventory)


async def test_a_load_comes_in_pieces_in_the_order_of_names(inventory: Inventory, rows: DomainRows) -> None:
    names = [f"Web {number}" if number % 2 else f"web {number}" for number in range(PIECE + 50)]
    pieces: list[list[str]] = []

    def hear(patch: JsonObject) -> None:
        pieces.append([row["name"] for row in patch["domains"].values()])

    with inventory.follow(hear):
        await rows.replace({f"key-{name}": domain(name) for name in reversed(names)})
    assert pieces == [names[:PIECE], names[PIECE:]]


async def test_numbers_in_names_count_by_their_value_and_may_be_of_any_length(
    inventory: Inventory, rows: DomainRows
) -> None:
    names = ["vm", "vm 2", "vm 010", "vm 11 b", "vm 11 c", f"vm {'9' * 5000}", "vma"]
    heard: list[str] = []
    with inventory.follow(lambda patch: heard.extend(row["name"] for row in patch["domains"].values())):
        await rows.replace({name: domain(name) for name in reversed(names)})
    assert heard == names


async def test_an_outline_takes_no_figure_away_and_what_is_gone_goes_with_the_load(
    inventory: Inventory, rows: DomainRows
) -> None:
    await rows.replace({"a": domain("a", memory=7), "b": domain("b", memory=7)})
    await rows.outline({"a": domain("a", state="paused"), "c": domain("c")})
    known = inventory.rows(Kind.DOMAIN)
    assert (known["a"]["state"], known["a"]["memory"], known["a"]["vcpus"]) == ("paused", 7, 1)
    assert known["c"].keys() == {"name", "state", "persistent", "autostart", "managed_save"}
    await rows.replace({"a": domain("a", memory=8), "c": domain("c", memory=9)})
    known = inventory.rows(Kind.DOMAIN)
    assert {key: row["memory"] for key, row in known.items()} == {"a": 8, "c": 9}


async def test_those_that_run_are_found(inventory: Inventory, rows: DomainRows) -> None:
    rows.set({"a": domain("a", state="running"), "b": domain("b")})
    assert rows.running() == ["a"]
    assert rows.address_sources() == {}


class Describing:
    """Has the XML of every domain; what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def describe(self, _kind: Kind, keys: list[str]) -> dict[str, str]:
        await asyncio.sleep(0)
        self.asked.append(list(keys))
        return {key: f"<domain><title>{key}</title></domain>" for key in keys}


async def test_what_was_not_described_yet_is_and_what_is_looked_at_first(
    inventory: Inventory, rows: DomainRows
) -> None:
    rows.set({key: domain(key) for key in "abcd"})
    assert rows.to_describe(["c", "unknown"]) == ["c", "a", "b", "d"]
    provider = Describing()
    await rows.describe(provider, ["c", "a"])  # type: ignore[arg-type]
    assert inventory.rows(Kind.DOMAIN)["c"]["title"] == "c"
    assert rows.to_describe([]) == ["b", "d"]
    assert rows.to_describe([], also=["a"]) == ["a", "b", "d"]
    assert rows.described_longest_ago(1) == ["c"]
    rows.set({}, gone=["c"])
    assert rows.described_longest_ago(9) == ["a"]
    rows.forget()
    assert rows.described_longest_ago(9) == []
