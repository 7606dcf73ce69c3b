"""Parsers of what clients say on D-Bus and metrics channels, and of what servers answer."""

import asyncio
import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from testbed.http_server import get, serving

from bridge.channels import metrics1
from bridge.dbus import introspection, matches, requests
from bridge.dbus.syntax import is_bus_name, is_interface, is_path, parse_signature
from bridge.dbus.values import signature
from bridge.http.headers import request_headers, response_headers
from bridge.protocol import Problem, encode_control
from bridge.testing import open_wire

NUMBERS = st.booleans() | st.integers(-3, 300) | st.just(10**400) | st.floats(allow_nan=False)
SCALARS = st.none() | NUMBERS | st.sampled_from(
    ["", "/", "/a", "a.b", "/a/", "\ud800", "\0", "s", "a{sv}", "ay", "(", "AA==", ":1.5", "x" * 300, "t", "v"]
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["t", "v", "a", "", "\ud800"]), inner),
    max_leaves=8,
)
TYPES = ["s", "u", "b", "d", "o", "g", "v", "ay", "as", "a{sv}", "(si)", "aa{sv}", "av", "h", "a{oa{sa{sv}}}", "x", "t"]


def refused_with(parse: Any, *arguments: Any) -> Any:
    """What `parse` makes of it; None where it refuses, which can then be said on the wire."""
    try:
        return parse(*arguments)
    except Problem as problem:
        encode_control(problem.as_close())
        return None


CALLS = st.lists(st.sampled_from(["/a", "/", "a.b.c", "Member", ["x"], []]) | JSON, min_size=3, max_size=5) | JSON
MEMBERS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "type", "timeout", "flags", "name", "destination"), JSON)
)


@given(CALLS, MEMBERS)
def test_calls(call: Any, members: dict[str, Any]) -> None:
    parsed = refused_with(requests.parse_call, {"call": call, **members}, "a.b")
    if parsed:
        assert is_path(parsed.path)
        assert is_bus_name(parsed.name)
    refused_with(requests.parse_cookie, members)


@given(CALLS, MEMBERS)
def test_signals(signal: Any, members: dict[str, Any]) -> None:
    parsed = refused_with(requests.parse_signal, {"signal": signal, **members})
    if parsed:
        assert is_path(parsed.path)
        assert is_interface(parsed.interface)


@given(JSON)
def test_keys_and_interfaces(value: Any) -> None:
    refused_with(requests.parse_key, value, "publish")
    refused_with(requests.parse_interfaces, value)
    refused_with(requests.parse_interfaces, {"a.b": value})
    refused_with(requests.parse_interfaces, {"a.b": {"methods": {"M": value}, "signals": {"S": {"in": value}}}})


MATCH = ["name", "path", "path_namespace", "interface", "member", "signal", "arg0", "other"]


@given(st.dictionaries(st.sampled_from(MATCH), JSON) | JSON)
@example({"path": "/a'b"})
@example({"arg0": "a'b,\\"})
def test_matches(message: Any) -> None:
    for parse in (matches.parse_match, matches.parse_watch):
        parsed = refused_with(parse, message, None)
        if parsed:
            hash(parsed)


@given(st.text("asvuybdoghqxtni(){}", max_size=40) | st.text(max_size=10))
@example("a" * 255 + "s")
@example("(" * 300)
def test_signatures(text: str) -> None:
    refused_with(parse_signature, text)


@given(st.sampled_from(TYPES), JSON)
def test_values(types: str, value: Any) -> None:
    """What is taken can be marshalled, which is tested in dbus/test_values.py."""
    refused_with(signature(types).encode, [value])


@given(st.text(st.characters(codec="utf-8"), max_size=30) | st.lists(
    st.sampled_from(["<node>", "</node>", "<interface name='a.b'>", "<method name='M'>", "<arg type='s'/>",
                     "<!DOCTYPE x [", "<!ENTITY a 'b'>", "]>", "&a;", "<node name='x'/>", "\0", "<" * 50])
).map("".join))  # fmt: skip
def test_introspection_data(xml: str) -> None:
    refused_with(introspection.parse, xml)


@given(st.fixed_dictionaries({}, optional={
    "metrics": st.lists(st.fixed_dictionaries({}, optional={
        "name": st.sampled_from(["cpu.basic.user", "x"]) | JSON, "units": JSON, "derive": st.just("rate") | JSON,
    }) | JSON, max_size=3) | JSON,
    "interval": JSON, "instances": JSON, "omit-instances": JSON, "source": JSON,
}))  # fmt: skip
def test_metrics(message: dict[str, Any]) -> None:
    refused_with(metrics1._wanted, message.get("metrics"))
    refused_with(metrics1._interval, message.get("interval"))


FIELDS = st.text("abc-X :\r\n\0é\ud800", max_size=12)


@given(st.dictionaries(FIELDS, FIELDS))
def test_headers(fields: dict[str, str]) -> None:
    for name, value in refused_with(request_headers, fields) or []:
        assert not set(name + value) & set(b"\r\n\0")
    raw = [(name.encode(errors="replace"), value.encode(errors="replace")) for name, value in fields.items()]
    json.dumps(refused_with(lambda: response_headers(raw, binary=True)))


RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
PIECES = st.sampled_from(
    [b"\r\n", b"\n", b"\0", b"\xff", b"HTTP/1.1 100 C\r\n\r\n", b"Content-Length: 7\r\n", b"-1", b"0x5"]
)
RESPONSES = st.binary(max_size=80) | st.builds(
    lambda base, at, piece, cut: (base[:at] + piece + base[at + cut :]),
    st.sampled_from([RESPONSE, CHUNKED]), st.integers(0, 70), PIECES | st.binary(max_size=4), st.integers(0, 6),
)  # fmt: skip


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.lists(RESPONSES, min_size=1, max_size=8))
def test_responses(responses: list[bytes]) -> None:
    """A server that answers anything: the channel ends in good order, with or without a problem, and soon."""

    async def check() -> None:
        waiting = list(responses)

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(waiting.pop())

        async with open_wire() as wire, serving(answer) as server:
            for _ in responses:
                get(wire, server)
                while getattr(event := await wire.next("c"), "command", None) != "close":
                    pass
                assert event.message.get("problem") in (None, "protocol-error", "terminated", "too-large")

    asyncio.run(check())
