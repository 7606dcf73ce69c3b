"""Options and parameters against their annotations."""

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from bridge.options import arguments, is_set, option, parse
from bridge.protocol import Problem


@dataclass(frozen=True, slots=True)
class Example:
    path: str
    size: int = 5
    ratio: float = 1.0
    words: list[str] = field(default_factory=list)
    headers: dict[str, str] | None = None
    err: Literal["out", "message"] = "message"
    send_acks: bool = option("send-acks", default=False)
    anything: Any = None


def test_what_is_there_is_taken_and_the_rest_defaulted() -> None:
    message = {"path": "/x", "words": ["a"], "headers": {"b": "c"}, "send-acks": True, "ratio": 2, "other": 1}
    assert parse(Example, message) == Example("/x", words=["a"], headers={"b": "c"}, send_acks=True, ratio=2.0)


def test_null_means_absent() -> None:
    assert parse(Example, {"path": "/x", "size": None}) == Example("/x")


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ({}, "attribute 'path' required"),
        ({"path": None}, "attribute 'path' required"),
        ({"path": 5}, "attribute 'path': must have type str"),
        ({"path": "/", "size": "5"}, "attribute 'size': must have type int"),
        ({"path": "/", "size": True}, "attribute 'size': must have type int"),
        ({"path": "/", "size": 5.0}, "attribute 'size': must have type int"),
        ({"path": "/", "words": "ab"}, "attribute 'words': must have type array"),
        ({"path": "/", "words": ["a", 5]}, "attribute 'words[1]': must have type str"),
        ({"path": "/", "headers": {"a": 5}}, "attribute 'headers.a': must have type str"),
        ({"path": "/", "headers": []}, "attribute 'headers': must have type object"),
        ({"path": "/", "err": "x"}, "attribute 'err': invalid value 'x' not in ['out', 'message']"),
        ({"path": "/", "send-acks": 1}, "attribute 'send-acks': must have type bool"),
    ],
)
def test_a_fault_is_named(message: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Problem) as caught:
        parse(Example, message)
    assert caught.value.code == "protocol-error"
    assert caught.value.message == sentence


class Methods:
    async def rename(self, key: str, name: str, force: bool = False) -> None:
        pass


def test_a_member_that_has_one_value() -> None:
    assert is_set({"binary": "raw"}, "binary", "raw")
    assert not is_set({"binary": None}, "binary", "raw")
    for value in ("", "base64", True, ["raw"]):
        with pytest.raises(Problem, match=r"attribute 'binary': invalid value .* not in \['raw'\]"):
            is_set({"binary": value}, "binary", "raw")


def test_arguments_of_a_function() -> None:
    assert arguments(Methods.rename, {"key": "k", "name": "n"}, skip=1) == {"key": "k", "name": "n"}


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"key": "k"}, "attribute 'name' required"),
        ({"key": "k", "name": 1}, "attribute 'name': must have type str"),
        ({"key": "k", "name": "n", "self": 1}, "attribute 'self' unknown"),
    ],
)
def test_wrong_arguments_are_named(params: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Problem) as caught:
        arguments(Methods.rename, params, skip=1)
    assert caught.value.message == sentence
