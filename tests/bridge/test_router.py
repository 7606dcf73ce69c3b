"""Messages reach the channels they are for, and a bad one costs nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.protocol import DEPTH_MAX, decode_json
from bridge.testing import Wire, open_wire

POISON = [
    b"no newline",
    b"\xffchannel\nx",
    b"\nnot json",
    b"\n[]",
    b'\n{"command":5}',
    b'\n{"command":"open"}',
    b'\n{"command":"open","channel":""}',
    b'\n{"command":"open","channel":"p","payload":5}',
    b'\n{"command":"open","channel":"p","payload":"echo","binary":false}',
    b'\n{"command":"open","channel":"p","payload":"echo","send-acks":true}',
    b'\n{"command":"open","channel":"p","payload":"echo","host":5}',
    b'\n{"command":"open","channel":"p","payload":"echo","superuser":"maybe"}',
    b'\n{"command":"open","channel":"p","payload":"stream","spawn":["a\\u0000b"]}',
    b'\n{"command":"open","channel":"p","payload":"stream","spawn":["\\ud800"]}',
    b'\n{"command":"open","channel":"p","payload":"fsread1","path":"/\\ud800"}',
    b'\n{"command":"open","channel":"p","payload":"stream","port":' + b"9" * 4000 + b"}",
    b'\n{"command":"open","channel":"p","payload":"echo","x":' + b"[" * (DEPTH_MAX + 5) + b"]" * (DEPTH_MAX + 5) + b"}",
    b'\n{"command":"pong","channel":"e"}',
    b'\n{"command":"pong","channel":"e","sequence":"x"}',
    b'\n{"command":"close","channel":"unknown"}',
    b'\n{"command":"kill","group":5,"host":5}',
    b'\n{"command":"authorize","cookie":5}',
    b'\n{"command":"nonsense"}',
    b'\n{"command":"nonsense","channel":"e"}',
    b"unknown\ndata",
]


@pytest.mark.parametrize("poison", POISON, ids=range(len(POISON)))
async def test_a_poison_message_never_stops_the_next_one(wire: Wire, poison: bytes) -> None:
    wire.open("e", "echo")
    await wire.expect("ready", "e")
    wire.send_raw(poison)
    wire.send("e", b"alive")
    assert await wire.data("e") == b"alive"


async def test_options_fault_closes_only_its_channel(wire: Wire) -> None:
    wire.open("e", "echo")
    wire.control("options", "e", x=1)
    await wire.expect("ready", "e")
    await wire.expect("close", "e", problem="not-supported")


async def test_an_unknown_payload_and_host(wire: Wire) -> None:
    wire.open("a", "nonsense")
    await wire.expect("close", "a", problem="not-supported")
    wire.open("b", "echo", host="elsewhere", superuser="require")
    await wire.expect("close", "b", problem="no-host")
    wire.open("c", "echo", host="localhost")
    await wire.expect("ready", "c")


async def test_a_second_open_of_an_open_channel_is_ignored(wire: Wire) -> None:
    wire.open("c", "echo")
    wire.open("c", "null")
    await wire.expect("ready", "c")
    wire.send("c", b"x")
    assert await wire.data("c") == b"x"


async def test_kill_ends_a_group(wire: Wire) -> None:
    wire.open("a", "echo", group="g")
    wire.open("b", "echo")
    wire.control("kill", group="g")
    await wire.expect("ready", "a")
    await wire.expect("close", "a", problem="terminated")
    wire.control("kill", host="elsewhere")
    wire.send("b", b"x")
    await wire.expect("ready", "b")
    assert await wire.data("b") == b"x"
    wire.control("kill")
    await wire.expect("close", "b", problem="terminated")


async def test_a_ping_without_channel_is_answered(wire: Wire) -> None:
    wire.control("ping", cookie="x")
    await wire.expect("pong", cookie="x")


async def test_many_channels_and_one_too_many(wire: Wire) -> None:
    for i in range(16384):
        wire.open(f"c{i}", "echo")
    wire.open("last", "echo")
    await wire.expect("close", "last", problem="too-many-channels")
    wire.control("close", "c0")
    await wire.expect("ready", "c0")
    await wire.expect("close", "c0")
    wire.open("last", "echo")
    await wire.expect("ready", "last")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
OPTIONS = ["payload", "binary", "host", "superuser", "group", "flow-control", "send-acks", "path", "internal", "method"]


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(OPTIONS), JSON | st.sampled_from(["echo", "null", "fsread1", "info"]), max_size=6)
)
async def test_any_open_gets_ready_or_one_close(options: dict[str, object]) -> None:
    async with open_wire() as wire:
        wire.control("open", "c", **options)
        wire.control("close", "c")
        wire.open("e", "echo")
        await wire.expect("ready", "e")
        await wire.until("close", "c")
        assert wire.is_quiet("c")


def test_the_depth_of_poison_is_above_the_bound() -> None:
    assert decode_json(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX)
