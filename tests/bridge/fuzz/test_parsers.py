"""Every parser of the bridge with whatever comes: it answers, or refuses in the one way it documents."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge import options as options_of
from bridge import send
from bridge.channels.stream import StreamChannel, _parse_window
from bridge.options import option
from bridge.os_release import parse as parse_os_release
from bridge.protocol import (
    CHANNEL_MAX,
    DEPTH_MAX,
    Control,
    Data,
    Deframer,
    Problem,
    decode,
    decode_json,
    encode_control,
    encode_json,
    frame,
)
from bridge.rpc import _parse_request, _RequestError
from manifests import model

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=8) | st.sampled_from([10**400, -(10**400), 2**63, "\ud800", "\0", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
OBJECTS = st.dictionaries(st.text(max_size=6), JSON, max_size=6)
NEARLY_JSON = st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode()) | st.builds(
    lambda value, at, byte: (text := json.dumps(value).encode())[: at % len(text)] + byte + text[at % len(text) :],
    JSON, st.integers(0, 1000), st.binary(max_size=2),
)  # fmt: skip


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    borders = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(borders) if a < b]


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=12), st.lists(st.integers(0, 5000), max_size=12))
def test_a_deframer_gives_back_what_was_framed_however_it_is_cut(messages: list[bytes], cuts: list[int]) -> None:
    deframer = Deframer()
    got = [message for piece in _cut(b"".join(map(frame, messages)), cuts) for message in deframer.feed(piece)]
    assert got == messages
    assert deframer.pending == 0


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"3\n", b"ab\n", b"\n", b"12", b"0", b"99999999\n"])))
@example([b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9"])
def test_a_deframer_takes_the_same_from_pieces_as_from_the_whole(pieces: list[bytes]) -> None:
    def fed(parts: list[bytes]) -> tuple[list[bytes], str | None]:
        deframer, messages = Deframer(limit=1000), []
        for part in parts:
            try:
                messages += deframer.feed(part)
            except Problem as problem:
                assert problem.code == "protocol-error"
                return messages, problem.code
            assert deframer.pending <= 1010 + len(part)
        return messages, None

    in_pieces, in_one = fed([piece for piece in pieces if piece]), fed([b"".join(pieces)] if any(pieces) else [])
    assert in_pieces[1] == in_one[1]
    assert in_one[1] is not None or in_pieces[0] == in_one[0]


@given(st.binary(max_size=400) | NEARLY_JSON.map(lambda text: b"\n" + text))
def test_decode(message: bytes) -> None:
    try:
        event = decode(message)
    except Problem as problem:
        assert problem.code == "protocol-error"
        encode_control(problem.as_close())
        return
    if isinstance(event, Data):
        assert message == event.channel.encode("ascii") + b"\n" + event.payload
        assert 0 < len(event.channel) <= CHANNEL_MAX
    else:
        assert isinstance(event, Control)
        assert event.message["command"] == event.command
        assert decode(encode_control(event.message)) == event


@given(NEARLY_JSON)
@example(b"[" * 100_000)
@example(b'{"a":' * 5000)
@example(b"9" * 5000)
@example(b"1e999")
@example(b"NaN")
@example(b"\xef\xbb\xbf{}")
def test_decode_json(text: bytes) -> None:
    try:
        value = decode_json(text)
    except Problem as problem:
        assert problem.code == "protocol-error"
        encode_control(problem.as_close())
        return
    assert decode_json(encode_control({"value": value})[1:]) == {"value": value}


@given(st.integers(0, 3), st.integers(DEPTH_MAX - 2, DEPTH_MAX + 2))
def test_the_bound_of_depth_is_exact(siblings: int, depth: int) -> None:
    text = b"[" * depth + b"]" * depth
    text = b"[" + b"[]," * siblings + text[1:]
    if depth <= DEPTH_MAX:
        assert decode_json(text) is not None
    else:
        with pytest.raises(Problem):
            decode_json(text)


@given(JSON)
def test_what_is_encoded_is_json_or_a_problem(value: Any) -> None:
    assert json.loads(encode_control({"value": value})) == {"value": value}
    try:
        assert json.loads(encode_json(value)) == value
    except Problem as problem:
        assert problem.code == "internal-error"


@dataclass(frozen=True, slots=True)
class Everything:
    text: str
    number: int = 0
    share: float = 0.0
    flag: bool = False
    words: list[str] = field(default_factory=list)
    table: dict[str, int] = field(default_factory=dict)
    nested: dict[str, list[float]] | None = None
    free: Any = None
    mode: Literal["out", "ignore"] = "out"
    dashed: str | None = option("with-dash", default=None)


NAMES = ["text", "number", "share", "flag", "words", "table", "nested", "free", "mode", "with-dash", "dashed", "x"]


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8))
@example({"text": "x", "share": 10**400})
@example({"text": "x", "table": {"\ud800": "y"}})
def test_options(message: dict[str, Any]) -> None:
    try:
        parsed = options_of.parse(Everything, message)
    except Problem as problem:
        assert problem.code == "protocol-error"
        assert problem.message.startswith("attribute '")
        encode_control(problem.as_close())
        return
    assert type(parsed.text) is str
    assert type(parsed.number) is int
    assert type(parsed.share) is float
    assert type(parsed.flag) is bool
    assert all(type(word) is str for word in parsed.words)
    assert all(type(value) is int for value in parsed.table.values())
    assert parsed.mode in ("out", "ignore")


STREAM = ["spawn", "directory", "environ", "err", "pty", "window", "unix", "port", "address"]


@given(st.dictionaries(st.sampled_from(STREAM), JSON, max_size=9))
def test_the_options_of_a_stream(message: dict[str, Any]) -> None:
    try:
        options_of.parse(StreamChannel.Options, message)
    except Problem as problem:
        assert problem.code == "protocol-error"
        encode_control(problem.as_close())


@given(JSON | st.fixed_dictionaries({"rows": JSON, "cols": JSON}))
@example({"rows": -(10**400), "cols": 10**400})
def test_the_window_of_a_stream(window: Any) -> None:
    try:
        size = _parse_window(window)
    except Problem as problem:
        assert problem.code == "protocol-error"
        return
    assert all(0 <= each <= 65535 for each in size)


@given(NEARLY_JSON | st.fixed_dictionaries(
    {}, optional={"id": JSON, "method": JSON, "params": JSON | OBJECTS, "jsonrpc": JSON}
).map(lambda message: json.dumps(message).encode()))  # fmt: skip
def test_requests_of_back_ends(text: bytes) -> None:
    try:
        request, name, params = _parse_request(text)
    except _RequestError as exc:
        assert exc.code in (-32700, -32600, -32602)
        assert exc.request is None or type(exc.request) in (str, int)
        return
    assert request is None or type(request) in (str, int)
    assert (type(name), type(params)) == (str, dict)


@given(st.text() | st.lists(st.sampled_from(
    ["NAME", "=", "\n", '"', "'", "\\", "$(x)", "`", "#", " ", "a b", "\0", "é", "\u2028", "_A", "1"]
)).map("".join))  # fmt: skip
@example('A="' + "\\" * 5000)
@example("A=" + "\"'" * 5000)
def test_os_release(text: str) -> None:
    fields = parse_os_release(text)
    assert all(name.isidentifier() and type(value) is str for name, value in fields.items())


@given(st.lists(st.text(max_size=12) | st.sampled_from(
    ["--bridge", "x:=", "x:=5", "x:=[", "a=b", "=", ":=", "payload=x", "echo", "'", "x:=NaN"]
), max_size=5))  # fmt: skip
@example(["echo", "x:=" + "[" * 500])
def test_the_arguments_of_send(arguments: list[str]) -> None:
    try:
        request = send.parse(arguments)
    except (ValueError, IndexError):
        return
    assert "payload" in request.message
    assert all(type(word) is str for word in request.bridge)


KEYS = ["version", "name", "priority", "backend", "menu", "tools", "dashboard", "requires", "conditions", "bridges",
        "content-security-policy", "parent", "preload", "config", "locales", "base1"]  # fmt: skip


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), JSON, max_size=8))
def test_manifests(content: dict[str, Any]) -> None:
    try:
        manifest = model.parse(content, "a-folder")
    except model.ManifestError:
        return
    assert isinstance(manifest, model.Manifest)
