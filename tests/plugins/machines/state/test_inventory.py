from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import JsonObject
from manifests import merge
from plugins.machines.provider import Kind
from plugins.machines.state.inventory import PARTS, PIECE, Inventory, batches

TEXTS = ("title", "tags")
Rows = dict[str, JsonObject]

keys = st.sampled_from("abcdef")
figures = st.fixed_dictionaries(
    {"name": st.text(max_size=3), "vcpus": st.integers(1, 3)},
    optional={"reason": st.sampled_from(["booted", "crashed"])},
)
texts = st.fixed_dictionaries(
    {}, optional={"title": st.sampled_from("xy"), "tags": st.lists(st.sampled_from("uv"), max_size=2)}
)
steps = st.lists(
    st.tuples(st.sampled_from(Kind), st.dictionaries(keys, figures), st.sets(keys), st.dictionaries(keys, texts)),
    max_size=10,
)


@given(steps)
def test_who_sees_the_patches_sees_the_state(changes: list[tuple[Kind, Rows, set[str], Rows]]) -> None:
    inventory = Inventory()
    seen: JsonObject = inventory.state
    model: dict[Kind, Rows] = {kind: {} for kind in Kind}

    def follow(patch: JsonObject) -> None:
        nonlocal seen
        assert patch, "an empty patch was published"
        seen = merge.apply(seen, patch)

    with inventory.follow(follow):
        for kind, found, removed, read in changes:
            gone = removed - found.keys()
            inventory.set_rows(kind, found, gone, keep=TEXTS)
            inventory.set_members(kind, read, TEXTS)
            expect(model[kind], found, gone, read)
            assert seen == inventory.state
            assert not has_null(seen)
            assert inventory.rows(kind) == model[kind]


def expect(rows: Rows, found: Rows, gone: set[str], read: Rows) -> None:
    """What shall become of `rows`: figures come and go with the row, texts are of another hand."""
    for key in gone:
        rows.pop(key, None)
    for key, row in found.items():
        rows[key] = row | {name: value for name, value in rows.get(key, {}).items() if name in TEXTS}
    for key, members in read.items():
        if key in rows:
            rows[key] = {name: value for name, value in rows[key].items() if name not in TEXTS} | members


@given(steps)
def test_the_pieces_make_up_the_state(changes: list[tuple[Kind, Rows, set[str], Rows]]) -> None:
    inventory = Inventory()
    for kind, found, removed, _ in changes:
        inventory.set_rows(kind, found, removed - found.keys())
    seen: JsonObject = {}
    for piece in inventory.pieces():
        seen = merge.apply(seen, piece)
    assert seen == inventory.state


def test_a_change_is_a_patch_of_what_changed() -> None:
    inventory = Inventory()
    web = {"name": "web", "state": "running", "reason": "booted"}
    inventory.set_rows(Kind.DOMAIN, {"k": web})
    patches: list[JsonObject] = []
    with inventory.follow(patches.append):
        inventory.set_rows(Kind.DOMAIN, {"k": web})
        inventory.set_rows(Kind.DOMAIN, {"k": {"name": "web", "state": "shut off"}})
        inventory.set_members(Kind.DOMAIN, {"k": {"title": "Website"}, "gone": {"title": "nobody"}}, TEXTS)
        inventory.set_rows(Kind.DOMAIN, {"k": web}, keep=TEXTS)
        inventory.set_members(Kind.DOMAIN, {"k": {}}, TEXTS)
        inventory.set_rows(Kind.DOMAIN, {}, gone=["k", "unknown"])
        inventory.set_member("host", {"cpus": 2})
        inventory.set_member("host", {"cpus": 2})
    assert patches == [
        {"domains": {"k": {"state": "shut off", "reason": None}}},
        {"domains": {"k": {"title": "Website"}}},
        {"domains": {"k": {"state": "running", "reason": "booted"}}},
        {"domains": {"k": {"title": None}}},
        {"domains": {"k": None}},
        {"host": {"cpus": 2}},
    ]


def test_a_piece_is_as_the_state_is_when_it_is_taken() -> None:
    inventory = Inventory()
    inventory.set_rows(Kind.DOMAIN, {str(number): {"name": "web"} for number in range(PIECE + 2)})
    pieces = inventory.pieces()
    next(pieces)
    assert len(next(pieces)["domains"]) == PIECE
    inventory.set_rows(Kind.DOMAIN, {str(PIECE): {"name": "renamed"}}, gone=[str(PIECE + 1)])
    last = next(pieces)["domains"]
    assert {key: row["name"] for key, row in last.items()} == {str(PIECE): "renamed"}


def test_each_kind_has_a_part() -> None:
    assert PARTS.keys() == set(Kind)
    assert Inventory().state.keys() >= set(PARTS.values())


def test_batches_keep_the_order() -> None:
    assert list(batches("abcde", 2)) == [["a", "b"], ["c", "d"], ["e"]]


def has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    return value is None
