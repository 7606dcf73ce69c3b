"""What a client may ask for. That each malformed call is answered is in test_client.py."""

from typing import Any

import pytest

from bridge.dbus.requests import Call, parse_call, parse_cookie, parse_interfaces
from bridge.protocol import Problem


def test_a_call() -> None:
    message = {"call": ["/a", "a.B", "M", None], "type": "", "flags": "i", "timeout": 1500, "name": "c.d"}
    call = parse_call(message, "x.y")
    assert (call.name, call.path, call.interface, call.member) == ("c.d", "/a", "a.B", "M")
    assert (call.arguments, call.flags, call.timeout) == ([], "i", 1.5)
    assert call.types is not None
    assert call.types.text == ""


def test_a_call_that_says_little() -> None:
    assert parse_call({"call": ["/a", "a.B", "M", [1]]}, "x.y") == Call("x.y", "/a", "a.B", "M", [1], None, None, None)


@pytest.mark.parametrize("timeout", [-1, 1e300, None])
def test_timeouts_that_are_for_ever(timeout: Any) -> None:
    assert parse_call({"call": ["/a", "a.B", "M", []], "timeout": timeout}, "x.y").timeout is None


@pytest.mark.parametrize("timeout", ["x", True, [], {}])
def test_timeouts_that_are_none(timeout: Any) -> None:
    with pytest.raises(Problem, match="milliseconds"):
        parse_call({"call": ["/a", "a.B", "M", []], "timeout": timeout}, "x.y")


def test_cookies() -> None:
    assert [parse_cookie(message) for message in ({"id": "a"}, {"id": 0}, {"id": None}, {})] == ["a", 0, None, None]
    for wrong in (True, 1.5, [], {}):
        with pytest.raises(Problem, match="attribute 'id'"):
            parse_cookie({"id": wrong})


def test_interfaces() -> None:
    told = {"a.B": {"methods": {"M": {"in": ["s"], "out": ["u"]}, "N": {}}, "signals": {"S": {}}}, "c.D": {}}
    nothing: dict[str, list[str]] = {"in": [], "out": []}
    assert parse_interfaces(told) == {
        "a.B": {"methods": {"M": {"in": ["s"], "out": ["u"]}, "N": nothing}, "signals": {"S": nothing}},
        "c.D": {"methods": {}, "signals": {}},
    }
    for wrong in (7, {"a.B": {"methods": 7}}, {"a.B": {"methods": {"M": 7}}}, {"a.B": {"methods": {"M": {"in": [7]}}}}):
        with pytest.raises(Problem):
            parse_interfaces(wrong)
