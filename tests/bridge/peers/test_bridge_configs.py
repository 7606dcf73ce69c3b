"""The entries of `bridges`: which channel each means, and what it runs (reference 3.5)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.peers.bridge_configs import OUR_COMMAND, command, in_order, matches
from bridge.protocol import Problem
from manifests.model import BridgeConfig, parse
from manifests.search import Package


def config(**members: Any) -> BridgeConfig:
    (parsed,) = parse({"version": 1, "bridges": [members]}, "test").bridges
    return parsed


def package(name: str, priority: float, *labels: str) -> Package:
    manifest = parse({"version": 1, "bridges": [{"label": label} for label in labels]}, name)
    return Package(name, "/x", manifest, priority, False, 0)


@pytest.mark.parametrize(
    ("match", "message", "expected"),
    [
        ({"payload": "x"}, {"payload": "x", "more": 1}, True),
        ({"payload": "x"}, {"payload": "y"}, False),
        ({"payload": "x", "key": None}, {"payload": "x"}, False),
        ({"key": None}, {"key": None}, True),
        ({"key": None}, {"key": [1]}, True),
        ({"key": True}, {"key": 1}, False),
        ({"key": {"a": [1]}}, {"key": {"a": [1]}}, True),
        ({}, {"payload": "anything"}, True),
    ],
)
def test_what_matches(match: dict[str, Any], message: dict[str, Any], expected: bool) -> None:
    assert matches(config(match=match), message) is expected


def test_the_order() -> None:
    packages = [package("b", 1, "b1", "b2"), package("a", 1, "a1"), package("c", 5, "c1")]
    assert [entry.label for _, entry in in_order(packages)] == ["c1", "a1", "b1", "b2"]


def test_members_of_the_message_are_put_in() -> None:
    entry = config(spawn=["run", "--name=${name}", "${other-key}", "$name"], environ=["A=${name}=${n}", "B=x"])
    made = command(entry, {"name": "me", "n": 7})
    assert made.argv == ("run", "--name=me", "", "$name")
    assert made.environ == (("A", "me=7"), ("B", "x"))


def test_our_own_command() -> None:
    assert command(config(spawn=["sudo", "pilothouse-bridge", "-x"]), {}).argv == ("sudo", *OUR_COMMAND, "-x")


@pytest.mark.parametrize("value", ["-oProxyCommand=x", "--", "a\0b", "x" * 5000, 1.5, True, [], {}])
def test_members_that_are_refused(value: Any) -> None:
    with pytest.raises(Problem, match="protocol-error"):
        command(config(spawn=["run", "${key}"]), {"key": value})


@given(st.text(max_size=20))
def test_what_is_put_in_is_one_argument_and_never_an_option(value: str) -> None:
    try:
        argv = command(config(spawn=["run", "${key}", "end"]), {"key": value}).argv
    except Problem:
        assert value.startswith("-") or "\0" in value
    else:
        assert argv == ("run", value, "end")
        assert not value.startswith("-")
