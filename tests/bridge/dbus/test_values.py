"""JSON ⇄ D-Bus values: what fits comes back as it was, what does not is refused with its place."""

import json
import math
from typing import Any

import pytest
from dbus_fast import Message, Variant
from hypothesis import given
from hypothesis import strategies as st

from bridge.dbus.values import DEPTH_MAX, decode_content, decode_variant, signature
from bridge.protocol import Problem, encode_json

RANGES = {"y": (0, 8), "n": (1, 15), "q": (0, 16), "i": (1, 31), "u": (0, 32), "x": (1, 63), "t": (0, 64)}
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
PATHS = st.lists(st.from_regex(r"[A-Za-z0-9_]{1,4}", fullmatch=True), max_size=3).map(
    lambda names: "/" + "/".join(names)
)


def integers(code: str) -> st.SearchStrategy[int]:
    signed, bits = RANGES[code]
    return st.integers(-(2**bits) if signed else 0, 2**bits - 1)


KEYS: dict[str, st.SearchStrategy[str]] = {
    "s": TEXT,
    "o": PATHS,
    "b": st.sampled_from(["true", "false"]),
    **{code: integers(code).map(str) for code in RANGES},
}
BASICS: dict[str, st.SearchStrategy[Any]] = {
    "s": TEXT,
    "o": PATHS,
    "g": st.sampled_from(["", "a{sv}", "(i)s"]),
    "b": st.booleans(),
    "d": st.floats(allow_nan=False, allow_infinity=False),
    "ay": st.binary(max_size=8).map(lambda data: __import__("base64").b64encode(data).decode()),
    **{code: integers(code) for code in RANGES},
}
Typed = tuple[str, st.SearchStrategy[Any]]


def wider(types: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    def array(inner: Typed) -> Typed:
        return (f"a{inner[0]}", BASICS["ay"] if inner[0] == "y" else st.lists(inner[1], max_size=3))

    def struct(members: list[Typed]) -> Typed:
        return (f"({''.join(code for code, _ in members)})", st.tuples(*(each for _, each in members)).map(list))

    def dictionary(key: str, inner: Typed) -> Typed:
        return (f"a{{{key}{inner[0]}}}", st.dictionaries(KEYS[key], inner[1], max_size=3))

    def variant(inner: Typed) -> Typed:
        return ("v", inner[1].map(lambda value: {"t": inner[0], "v": value}))

    return st.one_of(
        types.map(array),
        st.lists(types, min_size=1, max_size=3).map(struct),
        st.builds(dictionary, st.sampled_from(sorted(KEYS)), types),
        types.map(variant),
    )


TYPES = st.recursive(st.sampled_from(sorted(BASICS)).map(lambda code: (code, BASICS[code])), wider, max_leaves=6)
TYPED_VALUES = TYPES.flatmap(lambda each: st.tuples(st.just(each[0]), each[1]))


@given(st.lists(TYPED_VALUES, max_size=3))
def test_what_fits_is_marshalled_and_comes_back(arguments: list[tuple[str, Any]]) -> None:
    types = signature("".join(code for code, _ in arguments))
    values = [value for _, value in arguments]
    body = types.encode(values)
    types.tree.verify(body)
    Message("a.b", "/", "a.b", "C", signature=types.tree, body=body, serial=1)._marshall(False)
    assert json.loads(encode_json(types.decode(body))) == values


@given(TYPES, st.recursive(st.none() | st.booleans() | st.integers() | TEXT, lambda each: st.lists(each, max_size=2)))
def test_anything_else_is_refused_not_bent(each: tuple[str, Any], value: Any) -> None:
    types = signature(each[0])
    try:
        body = types.encode([value])
    except Problem as problem:
        assert problem.code == "org.freedesktop.DBus.Error.InvalidArgs"
        assert problem.message.startswith("argument 1")
    else:
        types.tree.verify(body)


@pytest.mark.parametrize(("code", "low", "high"), [("y", 0, 255), ("n", -32768, 32767), ("x", -(2**63), 2**63 - 1)])
def test_the_bounds_of_integers(code: str, low: int, high: int) -> None:
    assert signature(code * 2).encode([low, high]) == [low, high]
    for wrong in (low - 1, high + 1, 1.0, True, "1", None):
        with pytest.raises(Problem):
            signature(code).encode([wrong])


@pytest.mark.parametrize(
    ("types", "value", "message"),
    [
        ("b", 1, "must be true or false (type b)"),
        ("d", 10**400, "must be a number (type d)"),
        ("s", "a\0b", "must have no NUL character (type s)"),
        ("s", "\ud800", "must have no lone surrogates (type s)"),
        ("o", "/a\n", "must be an object path (type o)"),
        ("g", "{sv}", "not a signature: '{sv}' (type g)"),
        ("ay", "!", "must be base64 (type ay)"),
        ("ay", [1], "must be base64 (type ay)"),
        ("(ii)", [1], "must be an array of 2 (a struct)"),
        ("as", {}, "must be an array (type a)"),
        ("a{sv}", [], "must be an object (type a{})"),
        ("v", 1, 'must be {"t": signature, "v": value} (type v)'),
        ("v", {"t": "ii", "v": 1}, "must have one type, not 'ii' (type v)"),
        ("h", 0, "file descriptors (type h) cannot be sent through this channel"),
    ],
)
def test_refusals_say_why(types: str, value: Any, message: str) -> None:
    with pytest.raises(Problem) as caught:
        signature(types).encode([value])
    assert caught.value.message == f"argument 1: {message}"


@pytest.mark.parametrize(
    ("types", "values", "where"),
    [
        ("sai", ["x", [1, "2"]], "argument 2[1]: "),
        ("a(ib)", [[[1, True], [2, 3]]], "argument 1[1][1]: "),
        ("a{sa{si}}", [{"a": {"b": 1, "c": None}}], "argument 1['a']['c']: "),
        ("a{ii}", [{"x": 1}], "argument 1['x']: the key must be JSON text"),
    ],
)
def test_refusals_say_where(types: str, values: list[Any], where: str) -> None:
    with pytest.raises(Problem) as caught:
        signature(types).encode(values)
    assert caught.value.message.startswith(where)


def test_the_number_of_arguments() -> None:
    for wrong in ([], ["a", "b"], "a", None):
        with pytest.raises(Problem, match="takes an array of 1"):
            signature("s").encode(wrong)


def test_what_json_cannot_say() -> None:
    assert signature("dad").decode([math.nan, [math.inf, 1.5]]) == [None, [None, 1.5]]
    assert json.loads(encode_json(signature("a{dd}").decode([{math.inf: math.nan, 0.5: 1.0}]))) == [
        {"null": None, "0.5": 1.0}
    ]


def test_descriptors_are_what_the_message_says_of_them() -> None:
    assert signature("ahv").decode([[1, 0], Variant("h", 1)], ["a", "b"]) == [["b", "a"], {"t": "h", "v": "b"}]
    for missing in ([], ["a"]):
        with pytest.raises(Problem, match="NotSupported: a file descriptor"):
            signature("ah").decode([[1]], missing)


def test_variants() -> None:
    value = Variant("a{sv}", {"a": Variant("ay", b"\x01")})
    assert decode_content(value) == {"a": {"t": "ay", "v": "AQ=="}}
    assert decode_variant(value) == {"t": "a{sv}", "v": {"a": {"t": "ay", "v": "AQ=="}}}


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"t": "s", "v": "core"}
    for _ in range(levels - 1):
        value = {"t": "v", "v": value}
    return value


def test_the_depth_of_variants() -> None:
    assert signature("v").decode(signature("v").encode([nested(DEPTH_MAX)])) == [nested(DEPTH_MAX)]
    with pytest.raises(Problem, match="nested deeper"):
        signature("v").encode([nested(DEPTH_MAX + 1)])
    with pytest.raises(Problem, match="nested deeper"):
        signature("av").encode([[nested(DEPTH_MAX)]])
    with pytest.raises(Problem, match="nested deeper"):
        signature("a{sv}").encode([{"a": nested(DEPTH_MAX - 1)}])
