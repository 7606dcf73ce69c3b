"""Match rules: how they are written and what they accept."""

from typing import Any

import pytest
from dbus_fast import Message, MessageType

from bridge.dbus.matches import Match, is_below, parse_match, parse_watch
from bridge.protocol import Problem


def signal(types: str = "", *body: Any, path: str = "/a/b") -> Message:
    return Message(
        None, path, "x.Y", "Z", MessageType.SIGNAL, sender=":1.1", signature=types, body=list(body), serial=1
    )


def test_a_rule() -> None:
    match = Match(name="x.y", path="/a", interface="x.Y", member="Z", arg0="it's")
    assert match.rule() == ("type='signal',sender='x.y',path='/a',interface='x.Y',member='Z',arg0='it'\\''s'")
    assert Match(path_namespace="/").rule() == "type='signal',path_namespace='/'"
    assert Match().rule() == "type='signal'"


def test_what_is_accepted() -> None:
    assert Match().accepts(signal(), None)
    assert Match(name="x.y", path="/a/b", interface="x.Y", member="Z").accepts(signal(), ":1.1")
    assert Match(path_namespace="/a", arg0="q").accepts(signal("si", "q", 1), None)
    for match, owner in (
        (Match(name="x.y"), ":1.2"),
        (Match(name="x.y"), None),
        (Match(path="/a"), None),
        (Match(path_namespace="/a/b/c"), None),
        (Match(interface="x.Z"), None),
        (Match(member="Y"), None),
        (Match(arg0=""), None),
    ):
        assert not match.accepts(signal(), owner)
    assert not Match(arg0="/q").accepts(signal("o", "/q"), None)


def test_namespaces() -> None:
    assert is_below("/a", "/")
    assert is_below("/a/b", "/a")
    assert is_below("/a", "/a")
    assert not is_below("/ab", "/a")


def test_the_name_is_the_channels_unless_said_otherwise() -> None:
    assert parse_match({}, "x.y").name == "x.y"
    assert parse_match({"name": None}, "x.y").name is None
    assert parse_match({"name": "z.z"}, "x.y").name == "z.z"


@pytest.mark.parametrize(
    "message",
    [
        7, {"path": 1}, {"path": "a"}, {"path": "/", "path_namespace": "/"}, {"interface": "a"}, {"member": "a.b"},
        {"name": "a"}, {"arg0": "\0"}, {"arg0": "\ud800"}, {"path_namespace": "/a/"},
    ],
)  # fmt: skip
def test_matches_that_are_none(message: Any) -> None:
    with pytest.raises(Problem) as caught:
        parse_match(message, None)
    assert caught.value.code == "protocol-error"


def test_watches() -> None:
    watch = parse_watch({"path": "/a", "interface": "x.Y", "member": "ignored"}, "x.y")
    assert watch == Match(name="x.y", path="/a", interface="x.Y")
    for message, name in (({}, "x.y"), ({"path": "/a"}, None)):
        with pytest.raises(Problem, match="required"):
            parse_watch(message, name)
