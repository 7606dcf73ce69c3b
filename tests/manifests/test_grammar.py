"""schema.json and the grammar say the same: what one accepts the other accepts."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import manifests
from manifests.grammar import MANIFEST
from manifests.search import BUILT_IN

SCHEMA = json.loads((Path(manifests.__file__).parent / "schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

GOOD: list[dict[str, Any]] = [
    {},
    {"unknown": {"anything": None}},
    {"$schema": "https://example.org/schema.json", ".checksum": "abc"},
    {"name": "a-b_C9", "version": 0, "priority": 1.5},
    {"version": "1.2-rc1", "requires": {"cockpit": "330.1", "other": "2"}},
    {"conditions": [{"path-exists": "/x"}, {"any": [{"path-not-exists": "/y"}, {"later": [1]}]}]},
    {"content-security-policy": "img-src 'self' data:; frame-src 'self' data:"},
    {"bridges": [{"match": {"payload": None}, "spawn": ["a", "-b\nc"], "environ": ["A=b=c", "D="], "timeout": 5}]},
    {"bridges": [{"privileged": True, "label": "Sudo", "problem": "access-denied", "extra": 1}]},
    {"backend": {"module": "a.b_c", "payloads": ["libvirt1"], "memory": 64}},
    {"backend": {"module": "a", "payloads": ["a"], "memory": 128.0}},
    {"menu": {"index": {}}, "tools": {"t": {"label": "T", "path": "t/x.html", "order": -1}}, "dashboard": {}},
    {"menu": {"i": {"docs": [{"label": "D", "url": "https://example.org"}]}}},
    {"menu": {"i": {"keywords": [{"matches": ["a"], "goto": "/x", "weight": 1, "translate": False}]}}},
    {"preload": ["index"], "parent": {"component": "system", "docs": []}, "locales": {"de-de": "Deutsch"}},
    {"prestart": []},
    {"prestart": ["libvirt1", "a-b_C9"]},
    {"docs": [{"label": "", "url": ""}], "config": {"a": [1]}},
]

BAD: list[Any] = [
    None,
    [],
    "manifest",
    {"name": 5},
    {"name": ""},
    {"name": "../../etc"},
    {"name": "a\n"},
    {"name": "ä"},
    {"name": "x" * 65},
    {"version": None},
    {"version": True},
    {"priority": "1"},
    {"priority": True},
    {"priority": None},
    {"requires": []},
    {"requires": {"cockpit": 330}},
    {"requires": {"cockpit": "new"}},
    {"requires": {"cockpit": "1."}},
    {"requires": {"cockpit": "1\n"}},
    {"conditions": {"path-exists": "/x"}},
    {"conditions": ["/x"]},
    {"conditions": [{}]},
    {"conditions": [{"path-exists": "/x", "path-not-exists": "/y"}]},
    {"conditions": [{"path-exists": ["/x"]}]},
    {"conditions": [{"path-exists": "a\0"}]},
    {"conditions": [{"any": {"path-exists": "/x"}}]},
    {"conditions": [{"any": [{"path-exists": 1}]}]},
    {"content-security-policy": "img-src 'self'\nX-Header: 1"},
    {"content-security-policy": "img-src 'self'\n"},
    {"content-security-policy": ["img-src"]},
    {"content-security-policy": "img-src ä"},
    {"bridges": "sudo"},
    {"bridges": ["sudo"]},
    {"bridges": [{"spawn": "sudo"}]},
    {"bridges": [{"spawn": []}]},
    {"bridges": [{"spawn": ["a", 1]}]},
    {"bridges": [{"spawn": ["a\0"]}]},
    {"bridges": [{"environ": ["A"]}]},
    {"bridges": [{"environ": ["=b"]}]},
    {"bridges": [{"environ": {"A": "b"}}]},
    {"bridges": [{"match": [], "spawn": ["a"]}]},
    {"bridges": [{"privileged": "yes"}]},
    {"bridges": [{"label": 1}]},
    {"bridges": [{"timeout": "5"}]},
    {"backend": "backend"},
    {"backend": {}},
    {"backend": {"module": "backend"}},
    {"backend": {"module": "backend", "payloads": []}},
    {"backend": {"module": "backend", "payloads": ["a b"]}},
    {"backend": {"module": "../backend", "payloads": ["a"]}},
    {"backend": {"module": "a..b", "payloads": ["a"]}},
    {"backend": {"module": "1a", "payloads": ["a"]}},
    {"backend": {"module": "a\n", "payloads": ["a"]}},
    {"backend": {"module": "a", "payloads": ["a"], "memory": 63}},
    {"backend": {"module": "a", "payloads": ["a"], "memory": 64.5}},
    {"backend": {"module": "a", "payloads": ["a"], "memory": "512M"}},
    {"menu": []},
    {"menu": {"a/b": {}}},
    {"menu": {"index": "Index"}},
    {"tools": {"index": {"label": 5}}},
    {"tools": {"index": {"order": "1"}}},
    {"dashboard": {"index": {"docs": [{"label": "x"}]}}},
    {"menu": {"index": {"keywords": [{}]}}},
    {"menu": {"index": {"keywords": [{"matches": "a"}]}}},
    {"preload": "index"},
    {"prestart": "libvirt1"},
    {"prestart": ["a b"]},
    {"parent": "system"},
    {"parent": {"component": 1}},
    {"locales": {"de": 1}},
    {"docs": {}},
    {"config": []},
]


def grammar_accepts(manifest: Any) -> bool:
    mistakes: list[str] = []
    MANIFEST.check(manifest, "", mistakes)
    return not mistakes


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("manifest", GOOD, ids=json.dumps)
def test_both_accept(manifest: dict[str, Any]) -> None:
    assert grammar_accepts(manifest)
    assert VALIDATOR.is_valid(manifest)


@pytest.mark.parametrize("manifest", BAD, ids=json.dumps)
def test_both_refuse(manifest: Any) -> None:
    assert not grammar_accepts(manifest)
    assert not VALIDATOR.is_valid(manifest)


def test_every_member_that_the_grammar_knows_is_in_the_schema_and_has_a_bad_example() -> None:
    known = {name for name in SCHEMA["properties"] if not grammar_accepts({name: None})}
    assert known == set(SCHEMA["properties"])
    tried = {name for manifest in BAD if isinstance(manifest, dict) for name in manifest}
    assert known - {"$schema", ".checksum"} <= tried


pieces = st.sampled_from(
    [value for manifest in [*GOOD, *BAD] if isinstance(manifest, dict) for value in manifest.items()]
)
words = st.text(alphabet="aZ0-_./=\n\0 äб", max_size=4)
odd = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=5,
)
entries = st.fixed_dictionaries({}, optional={"label": odd, "path": odd, "order": odd, "docs": odd, "keywords": odd})
bridges = st.fixed_dictionaries({}, optional={"match": odd, "spawn": st.lists(odd), "environ": st.lists(words)})
manifests_of_all_kinds = (
    st.lists(pieces, max_size=6).map(dict)
    | st.dictionaries(st.sampled_from(sorted(SCHEMA["properties"])), odd, max_size=4)
    | st.fixed_dictionaries({}, optional={"menu": st.dictionaries(words, entries), "bridges": st.lists(bridges)})
    | st.fixed_dictionaries(
        {"name": words, "backend": st.fixed_dictionaries({"module": words, "payloads": st.just(["x"])})}
    )
)


@settings(max_examples=300)
@given(manifests_of_all_kinds)
def test_the_two_agree_on_anything(manifest: dict[str, Any]) -> None:
    assert grammar_accepts(manifest) == VALIDATOR.is_valid(manifest)


@pytest.mark.parametrize("file", sorted(Path(BUILT_IN).glob("*/manifest.json")), ids=lambda file: file.parent.name)
def test_our_own_manifests_are_valid_and_leave_their_priority_to_the_search_path(file: Path) -> None:
    manifest = json.loads(file.read_text())
    VALIDATOR.validate(manifest)
    assert "priority" not in manifest
    assert manifest["$schema"] == "../../manifests/schema.json"
