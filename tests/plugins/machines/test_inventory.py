from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import JsonObject
from manifests import merge
from plugins.machines.inventory import PIECE, Inventory, batches
from plugins.machines.provider import STATES, Domain

WEB = Domain("web", "running", "booted", 2, 1024, 2048, True, False, False)

domains = st.builds(
    Domain,
    name=st.text(max_size=5),
    state=st.sampled_from(STATES),
    reason=st.sampled_from(["", "booted", "crashed"]),
    vcpus=st.integers(1, 4),
    memory=st.integers(0, 2**50),
    max_memory=st.integers(0, 2**50),
    persistent=st.booleans(),
    autostart=st.booleans(),
    managed_save=st.booleans(),
    title=st.sampled_from([None, "", "a", "b"]),
)
keys = st.sampled_from("abcdef")
steps = st.lists(st.tuples(st.dictionaries(keys, domains), st.sets(keys)), max_size=10)


@given(steps)
def test_who_sees_the_patches_sees_the_state(changes: list[tuple[dict[str, Domain], set[str]]]) -> None:
    inventory = Inventory()
    seen: JsonObject = inventory.state
    titles: dict[str, str | None] = {}

    def follow(patch: JsonObject) -> None:
        nonlocal seen
        assert patch, "an empty patch was published"
        seen = merge.apply(seen, patch)

    with inventory.follow(follow):
        for found, gone in changes:
            gone = gone - found.keys()
            inventory.set_domains(found, gone)
            for key in gone:
                titles.pop(key, None)
            for key, domain in found.items():
                titles[key] = domain.title if domain.title is not None else titles.get(key)
            assert seen == inventory.state
            assert not _nulls(seen)
            assert {key: row.get("title", "") for key, row in seen["domains"].items()} == {
                key: title or "" for key, title in titles.items()
            }


@given(steps)
def test_the_pieces_make_up_the_state(changes: list[tuple[dict[str, Domain], set[str]]]) -> None:
    inventory = Inventory()
    for found, gone in changes:
        inventory.set_domains(found, gone - found.keys())
    seen: JsonObject = {}
    for piece in inventory.pieces():
        seen = merge.apply(seen, piece)
    assert {"domains": {}} | seen == inventory.state


def test_a_change_is_a_patch_of_what_changed() -> None:
    inventory = Inventory()
    inventory.set_domains({"k": WEB})
    patches: list[JsonObject] = []
    with inventory.follow(patches.append):
        inventory.set_domains({"k": WEB})
        inventory.set_domains({"k": replace(WEB, state="shut off", reason="")})
        inventory.set_titles({"k": "Website", "gone": "nobody"})
        inventory.set_domains({"k": replace(WEB, title="")})
        inventory.set_domains({}, gone=["k", "unknown"])
    assert patches == [
        {"domains": {"k": {"state": "shut off", "reason": None}}},
        {"domains": {"k": {"title": "Website"}}},
        {"domains": {"k": {"state": "running", "reason": "booted", "title": None}}},
        {"domains": {"k": None}},
    ]


def test_a_piece_is_as_the_state_is_when_it_is_taken() -> None:
    inventory = Inventory()
    inventory.set_domains({str(number): WEB for number in range(PIECE + 2)})
    pieces = inventory.pieces()
    next(pieces)
    assert len(next(pieces)["domains"]) == PIECE
    inventory.set_domains({str(PIECE): replace(WEB, name="renamed")}, gone=[str(PIECE + 1)])
    last = next(pieces)["domains"]
    assert {key: row["name"] for key, row in last.items()} == {str(PIECE): "renamed"}


def test_batches_keep_the_order() -> None:
    assert list(batches("abcde", 2)) == [["a", "b"], ["c", "d"], ["e"]]


def _nulls(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_nulls, value.values()))
    return value is None
