"""Blocks: what a stream becomes on the wire, whatever its length and wherever it goes on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.blocks import BLOCK_SIZE, WIDE_BLOCK, encode_blocks
from bridge.protocol import Control, Data, Deframer, Event, decode


def events(channel: str, data: bytes, sent: int | None) -> list[Event]:
    return [decode(message) for message in Deframer().feed(b"".join(encode_blocks(channel, memoryview(data), sent)))]


def test_each_full_block_is_followed_by_its_ping() -> None:
    assert events("c", b"x" * (2 * BLOCK_SIZE + 1), 0) == [
        Data("c", b"x" * BLOCK_SIZE),
        Control("ping", "c", {"command": "ping", "channel": "c", "sequence": BLOCK_SIZE}),
        Data("c", b"x" * BLOCK_SIZE),
        Control("ping", "c", {"command": "ping", "channel": "c", "sequence": 2 * BLOCK_SIZE}),
        Data("c", b"x"),
    ]


def test_without_flow_control_there_is_no_ping() -> None:
    assert events("c", b"x" * (BLOCK_SIZE + 1), None) == [Data("c", b"x" * BLOCK_SIZE), Data("c", b"x")]


def test_nothing_is_nothing() -> None:
    assert encode_blocks("c", memoryview(b""), 5) == []


@pytest.mark.parametrize("channel", ["1:2!3", 'quo"te', "100%d%%", "back\\slash"])
def test_a_channel_of_any_name_has_its_ping(channel: str) -> None:
    assert events(channel, b"x", BLOCK_SIZE - 1)[1] == Control(
        "ping", channel, {"command": "ping", "channel": channel, "sequence": BLOCK_SIZE}
    )


@given(st.integers(0, 3 * BLOCK_SIZE), st.integers(0, 1 << 40))
def test_the_data_is_whole_and_every_border_that_is_crossed_has_one_ping(size: int, sent: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    found = events("c", data[:size], sent)
    blocks = [event.payload for event in found if isinstance(event, Data)]
    assert b"".join(blocks) == data[:size]
    assert all(0 < len(block) <= BLOCK_SIZE for block in blocks)
    sequences = [event.message["sequence"] for event in found if isinstance(event, Control)]
    assert len(sequences) == (sent + size) // BLOCK_SIZE - sent // BLOCK_SIZE
    position = sent
    for event in found:
        position += len(event.payload) if isinstance(event, Data) else 0
        assert isinstance(event, Data) or event.message["sequence"] == position


def test_a_wide_block_is_followed_by_one_ping() -> None:
    data = memoryview(b"x" * (WIDE_BLOCK + 1))
    frames = [decode(message) for message in Deframer().feed(b"".join(encode_blocks("c", data, 0, WIDE_BLOCK)))]
    assert frames == [
        Data("c", b"x" * WIDE_BLOCK),
        Control("ping", "c", {"command": "ping", "channel": "c", "sequence": WIDE_BLOCK}),
        Data("c", b"x"),
    ]
