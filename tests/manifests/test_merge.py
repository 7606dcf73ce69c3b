import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests import merge

names = st.text(max_size=3)
scalars = st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | st.text(max_size=3)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
nullable = st.recursive(
    scalars | st.none(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4)
)

RFC_7396_APPENDIX_A = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


def exactly(one: Any, other: Any) -> bool:
    """Equality that, unlike Python's, tells `1` from `true`."""
    return repr(one) == repr(other) if type(one) is not dict else _same_members(one, other)


def _same_members(one: dict[str, Any], other: Any) -> bool:
    return type(other) is dict and one.keys() == other.keys() and all(exactly(one[key], other[key]) for key in one)


@pytest.mark.parametrize(("target", "patch", "result"), RFC_7396_APPENDIX_A)
def test_apply_gives_the_results_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    assert merge.apply(target, patch) == result


@given(values, values)
def test_a_difference_applied_gives_the_new_value(old: Any, new: Any) -> None:
    assert merge.apply(old, merge.diff(old, new)) == new


@given(st.dictionaries(names, values), st.dictionaries(names, values))
def test_neither_function_changes_its_arguments(old: Any, new: Any) -> None:
    before = copy.deepcopy((old, new))
    patch = merge.diff(old, new)
    kept = copy.deepcopy(patch)
    merge.apply(old, patch)
    assert (old, new, patch) == (*before, kept)


@given(nullable, nullable)
def test_apply_never_changes_its_arguments_even_with_nulls(target: Any, patch: Any) -> None:
    before = copy.deepcopy((target, patch))
    merge.apply(target, patch)
    assert (target, patch) == before


@given(st.dictionaries(names, values))
def test_between_equal_objects_there_is_nothing(value: dict[str, Any]) -> None:
    assert merge.diff(value, copy.deepcopy(value)) == {}


@given(values, nullable)
def test_applying_a_patch_twice_is_applying_it_once(target: Any, patch: Any) -> None:
    once = merge.apply(target, patch)
    assert merge.apply(once, patch) == once


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        ({"a": 1}, {"a": True}, {"a": True}),
        ({"a": [0]}, {"a": [False]}, {"a": [False]}),
        ({"a": [{"b": 1}]}, {"a": [{"b": True}]}, {"a": [{"b": True}]}),
        ({"a": 5}, {"a": {}}, {"a": {}}),
        ({"a": {}}, {"a": 5}, {"a": 5}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": None}}),
        ({"a": {"b": {"c": 1, "d": 2}}, "e": 3}, {"a": {"b": {"c": 1, "d": 4}}, "e": 3}, {"a": {"b": {"d": 4}}}),
    ],
)
def test_a_difference_is_small_and_exact(old: Any, new: Any, patch: Any) -> None:
    assert exactly(merge.diff(old, new), patch)
    assert exactly(merge.apply(old, patch), new)


def test_what_did_not_change_is_shared() -> None:
    target = {"same": {"a": 1}, "other": {"b": 2}}
    assert merge.apply(target, {"other": {"b": 3}})["same"] is target["same"]
