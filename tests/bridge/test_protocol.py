"""Bytes to messages to events and back."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import (
    CHANNEL_MAX,
    CONTROL_MAX,
    DEPTH_MAX,
    FRAME_MAX,
    Control,
    Data,
    Deframer,
    Problem,
    decode,
    decode_json,
    encode_control,
    encode_data,
    encode_json,
    frame,
)

MESSAGES = [b"\n" + b'{"command":"init"}', b"c1\n" + b"x" * 70_000, b"c1\n", b"1:2!3\n\n\0\xff\n"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 4096, 70_003, 1 << 20])
def test_a_stream_cut_anywhere_gives_the_same_messages(size: int) -> None:
    stream = b"".join(map(frame, MESSAGES))
    deframer = Deframer()
    found = [message for i in range(0, len(stream), size) for message in deframer.feed(stream[i : i + size])]
    assert found == MESSAGES
    assert deframer.pending == 0


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.lists(st.integers(0, 60), max_size=12))
def test_any_messages_survive_any_cuts(messages: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(frame, messages))
    points = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    deframer = Deframer()
    found = []
    for start, end in itertools.pairwise(points):
        found += deframer.feed(stream[start:end])
    assert found == messages


@pytest.mark.parametrize(
    "bad",
    [
        b"-5\nxxxxx", b"+5\nxxxxx", b"1_0\nxxxxxxxxxx", b" 5\nxxxxx", "٣\nxxx".encode(), b"0\n", b"03\nxxx", b"\nxxx",
        b"1000abc\n", b"100000000\n", b"1" + b"0" * 40, b"GET / HTTP/1.1\r\n", b"123456789", b"\0",
    ],
)  # fmt: skip
def test_a_stream_without_framing_is_refused(bad: bytes) -> None:
    with pytest.raises(Problem) as caught:
        Deframer().feed(bad)
    assert caught.value.code == "protocol-error"


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_messages_or_a_problem(data: bytes) -> None:
    try:
        messages = Deframer().feed(data)
    except Problem as problem:
        assert problem.code == "protocol-error"
    else:
        for message in messages:
            try:
                assert isinstance(decode(message), Data | Control)
            except Problem as problem:
                assert problem.code == "protocol-error"


def test_a_frame_is_bounded() -> None:
    assert Deframer(limit=4).feed(b"4\nabcd") == [b"abcd"]
    with pytest.raises(Problem, match="longer than 4"):
        Deframer(limit=4).feed(b"5\n")
    with pytest.raises(Problem):
        Deframer().feed(b"%d\n" % (FRAME_MAX + 1))


def test_a_frame_that_was_cut_off_is_pending() -> None:
    deframer = Deframer()
    assert deframer.feed(b"10\nabc") == []
    assert deframer.pending == 6


def test_data_and_control_round_trip() -> None:
    assert decode(encode_data("c1", b"a\nb")) == Data("c1", b"a\nb")
    message = {"command": "open", "channel": "c1", "payload": "echo"}
    assert decode(encode_control(message)) == Control("open", "c1", message)
    assert decode(encode_control({"command": "ping"})).channel is None


def test_control_messages_are_compact() -> None:
    assert encode_control({"command": "authorize", "cookie": "1"}) == b'\n{"command":"authorize","cookie":"1"}'


@pytest.mark.parametrize(
    "bad",
    [
        b"no newline", b"x" * (CHANNEL_MAX + 1) + b"\n", b"\xffc\nx", b"\n", b"\nnot json", b"\n[]", b"\n5", b"\nnull",
        b"\n{}", b'\n{"command":5}', b'\n{"command":""}', b'\n{"command":"x","channel":5}',
        b'\n{"command":"x","channel":""}', b'\n{"command":"x","channel":"a\\nb"}',
        b'\n{"command":"x","channel":"\\u0000"}',
        b'\n{"command":"x","channel":"\\ud800"}', b'\n{"command":"x","channel":"\xc3\xa9"}', b'\n{"command":"\xff"}',
        b'\n{"command":"x","y":NaN}', b'\n{"command":"x","y":1e999}', b'\n{"command":"x","y":' + b"9" * 5000 + b"}",
        b'\n{"command":"x","y":' + b"[" * 100_000, b'\n{"command":"x","y":' + b"[" * 101 + b"]" * 101 + b"}",
        b'\n{"command":"' + b"x" * CONTROL_MAX + b'"}',
    ],
)  # fmt: skip
def test_a_message_that_is_none_is_refused(bad: bytes) -> None:
    with pytest.raises(Problem) as caught:
        decode(bad)
    assert caught.value.code == "protocol-error"


def test_json_may_be_nested_up_to_the_bound() -> None:
    inner = DEPTH_MAX - 1
    assert decode_json(b'{"a":' + b"[" * inner + b"]" * inner + b"}")
    assert decode_json(b"[" + b"{}," * 500 + b"{}]")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=3), children, max_size=4),
    )
)  # fmt: skip
def test_json_round_trips(value: object) -> None:
    assert decode_json(encode_json(value)) == json.loads(json.dumps(value))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "\ud800"])
def test_what_json_cannot_say_is_a_problem(bad: object) -> None:
    with pytest.raises(Problem, match="internal-error"):
        encode_json({"value": bad})


def test_a_value_within_itself_is_a_problem_once() -> None:
    loop: list[object] = []
    loop.append(loop)
    for _ in range(2):
        with pytest.raises(Problem, match="internal-error"):
            encode_json(loop)
    loop.clear()
    assert encode_json([loop, loop]) == b"[[],[]]"


def test_a_problem_tells_code_message_and_more() -> None:
    problem = Problem("not-found", "gone", tag="-")
    assert problem.as_close() == {"problem": "not-found", "message": "gone", "tag": "-"}
    assert str(problem) == "not-found: gone"
    assert Problem("terminated").as_close() == {"problem": "terminated"}


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers() | st.booleans() | st.none(), max_size=4)
)
def test_control_messages_are_compact_json_whatever_is_in_them(message: dict[str, object]) -> None:
    assert encode_control(message) == b"\n" + json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("space", [" ", "\n\t", "\r\n"])
def test_space_around_json_is_no_fault(space: str) -> None:
    assert decode_json(f'{space}{{"a":1}}{space}'.encode()) == {"a": 1}
    with pytest.raises(Problem):
        decode_json(f'{{"a":1}}{space}x'.encode())


@given(st.text(min_size=1, max_size=300), st.integers(-10, 10**20), st.sampled_from([",", ", "]), st.booleans())
def test_a_pong_is_read_as_any_other_json(channel: str, sequence: int, comma: str, ascii_only: bool) -> None:
    """As clients write it, it is not put through the JSON parser; the result is what that would say."""
    message = {"command": "pong", "channel": channel, "sequence": sequence}
    text = json.dumps(message, separators=(comma, comma.replace(",", ":")), ensure_ascii=ascii_only)
    try:
        raw = b"\n" + text.encode()
    except UnicodeEncodeError:
        return
    other = raw.replace(b"\n{", b"\n{ ", 1)
    assert outcome(raw) == outcome(other)
    assert outcome(raw.replace(b"}", b',"x":1}')) != outcome(raw) or isinstance(outcome(raw), str)


def outcome(message: bytes) -> object:
    try:
        return decode(message)
    except Problem as problem:
        return problem.code
