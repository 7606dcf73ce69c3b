from typing import Any

import pytest

from manifests import shapes
from manifests.shapes import MISTAKES_MAX, Shape, flag, list_of, map_of, number, record, text


def mistakes_of(shape: Shape, value: Any, path: str = "key") -> list[str]:
    mistakes: list[str] = []
    shape.check(value, path, mistakes)
    return mistakes


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (text(), ""),
        (text("a+"), "aaa"),
        (number, 0),
        (number, -1.5),
        (flag, False),
        (list_of(text()), []),
        (list_of(list_of(number)), [[1], []]),
        (map_of(flag), {"x": True}),
        (record({"a": text()}), {"unknown": 5}),
        (shapes.anything, None),
        (shapes.any_object, {"a": None}),
    ],
)
def test_what_fits_has_no_mistakes(shape: Shape, value: Any) -> None:
    assert mistakes_of(shape, value) == []


@pytest.mark.parametrize(
    ("shape", "value", "mistake"),
    [
        (text(), 5, "key: must be a string"),
        (text("a+", "some a"), "aa\n", "key: must be some a"),
        (number, True, "key: must be a number"),
        (number, float("nan"), "key: must be a number"),
        (number, float("inf"), "key: must be a number"),
        (number, "1", "key: must be a number"),
        (flag, 1, "key: must be true or false"),
        (list_of(text()), "abc", "key: must be a list of strings"),
        (list_of(text()), ["a", 1], "key[1]: must be a string"),
        (list_of(text(), least=1), [], "key: must not be empty"),
        (list_of(list_of(number)), [[], 3], "key[1]: must be a list of numbers"),
        (map_of(number), [], "key: must be an object of numbers"),
        (map_of(number), {"a": None}, "key.a: must be a number"),
        (map_of(number, key=text("[a-z]")), {"A": 1}, "key.A: must be a string"),
        (record({}), [], "key: must be an object"),
        (record({"a": text()}, required=("a",)), {}, "key.a: is missing"),
    ],
)
def test_a_mistake_names_the_key_and_what_it_must_be(shape: Shape, value: Any, mistake: str) -> None:
    assert mistakes_of(shape, value) == [mistake]


def test_all_mistakes_are_named_at_once() -> None:
    shape = record({"a": text(), "b": list_of(number), "c": flag}, required=("d",))
    assert mistakes_of(shape, {"a": 1, "b": ["x", 2, "y"], "c": None}, "") == [
        "d: is missing",
        "a: must be a string",
        "b[0]: must be a number",
        "b[2]: must be a number",
        "c: must be true or false",
    ]


def test_the_number_of_mistakes_is_bounded() -> None:
    assert len(mistakes_of(list_of(text()), [1] * 100_000)) == MISTAKES_MAX


def test_an_odd_key_cannot_disturb_the_message() -> None:
    (mistake,) = mistakes_of(map_of(number), {"a\x1b[2J\n": None})
    assert mistake == "key.'a\\x1b[2J\\n': must be a number"
