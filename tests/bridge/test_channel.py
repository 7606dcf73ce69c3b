"""The base class: flow control, text, acks, ends. A plugin of the test brings the channels."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pluggy
import pytest

from bridge import hookimpl
from bridge.channel import BLOCK_SIZE, INPUT_MAX, SEND_WINDOW, Channel, NoOptions
from bridge.plugins import BUILT_IN_CHANNELS, new_manager
from bridge.protocol import Problem
from bridge.testing import Wire, open_wire

HALF = "ü".encode()[:1]


class Speaker(Channel):
    payload = "test-speaker"

    async def run(self, options: NoOptions) -> None:
        self.ready(extra=1)
        async for payload in self.read():
            match payload:
                case b"raise":
                    raise KeyError("inside")
                case b"problem":
                    raise Problem("timeout", "too late", tries=3)
                case b"oserror":
                    raise FileNotFoundError(2, "gone")
                case b"half":
                    await self.write(HALF)
                case b"fill":
                    await self.write_stream(bytes(SEND_WINDOW))
                case b"end":
                    self.close_with(tag="t")
                    return
        self.done()


class Cleaner(Channel):
    payload = "test-cleaner"

    async def run(self, options: NoOptions) -> None:
        self.ready()
        try:
            await self.wait_done()
        finally:
            await asyncio.sleep(0.05)
            self.close_with(cleaned=True)


class Sleeper(Channel):
    payload = "test-sleeper"

    async def run(self, options: NoOptions) -> None:
        self.ready()
        await asyncio.Event().wait()


class Counter(Channel):
    payload = "test-counter"

    async def run(self, options: NoOptions) -> None:
        self.ready()
        while True:
            await self.write(b"x" * BLOCK_SIZE)


class TestChannels:
    __test__ = False

    @hookimpl
    def channels(self) -> list[type[Channel]]:
        return [Speaker, Cleaner, Sleeper, Counter]


def hooks() -> pluggy.PluginManager:
    manager = new_manager()
    manager.register(TestChannels())
    return manager


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with open_wire(built_in=BUILT_IN_CHANNELS, load_hooks=hooks) as opened:
        yield opened


@pytest.mark.parametrize(
    ("say", "members"),
    [
        (b"problem", {"problem": "timeout", "message": "too late", "tries": 3}),
        (b"oserror", {"problem": "not-found", "message": "[Errno 2] gone"}),
        (b"raise", {"problem": "internal-error", "message": "the test-speaker channel failed: KeyError"}),
        (b"end", {"tag": "t"}),
    ],
)
async def test_how_run_ends_is_how_the_channel_closes(wire: Wire, say: bytes, members: dict[str, Any]) -> None:
    wire.open("c", "test-speaker")
    await wire.expect("ready", "c", extra=1)
    wire.send("c", say)
    await wire.expect("close", "c", **members)


async def test_text_is_sent_in_whole_characters(wire: Wire) -> None:
    wire.open("c", "test-speaker")
    await wire.expect("ready", "c")
    wire.send("c", b"half")
    assert await wire.data("c") == b""
    wire.control("done", "c")
    await wire.expect("close", "c", problem="protocol-error")


async def test_a_close_waits_for_the_clean_up_and_a_second_changes_nothing(wire: Wire) -> None:
    wire.open("c", "test-cleaner")
    await wire.expect("ready", "c")
    wire.control("close", "c", problem="cancelled")
    wire.control("close", "c")
    await wire.expect("close", "c", cleaned=True)
    assert wire.is_quiet("c")


async def test_data_where_none_is_taken(wire: Wire) -> None:
    wire.open("c", "test-cleaner")
    await wire.expect("ready", "c")
    wire.send("c", b"x")
    await wire.expect("close", "c", problem="protocol-error")


async def test_acks_are_sent_for_frames_taken(wire: Wire) -> None:
    wire.open("c", "test-speaker", **{"send-acks": "bytes"})
    wire.open("s", "test-sleeper", **{"send-acks": "bytes"})
    await wire.expect("ready", "c")
    await wire.expect("ready", "s")
    wire.send("s", b"never taken")
    for size in (5, 0, 70_000):
        wire.send("c", b"x" * size)
        await wire.expect("ack", "c", bytes=size)
    assert wire.is_quiet("s")


async def test_pings_of_the_client_are_answered_in_their_turn(wire: Wire) -> None:
    wire.open("c", "test-speaker", **{"send-acks": "bytes"})
    await wire.expect("ready", "c")
    wire.send("c", b"abc")
    wire.control("ping", "c", sequence=3)
    await wire.expect("ack", "c", bytes=3)
    await wire.expect("pong", "c", sequence=3)


async def test_a_ping_waits_for_the_frame_that_is_being_worked_on(wire: Wire) -> None:
    wire.open("c", "test-speaker", binary="raw", **{"flow-control": True})
    await wire.expect("ready", "c")
    wire.send("c", b"fill")
    for i in range(1, SEND_WINDOW // BLOCK_SIZE + 1):
        await wire.data("c")
        await wire.expect("ping", "c", sequence=i * BLOCK_SIZE)
    wire.control("ping", "c", sequence=4)
    wire.open("barrier", "echo")
    await wire.expect("ready", "barrier")
    assert wire.is_quiet("c")
    wire.control("pong", "c", sequence=SEND_WINDOW)
    await wire.expect("pong", "c", sequence=4)


async def test_the_window_of_flow_control(wire: Wire) -> None:
    wire.open("c", "test-counter", binary="raw", **{"flow-control": True})
    await wire.expect("ready", "c")
    for i in range(1, SEND_WINDOW // BLOCK_SIZE + 1):
        assert len(await wire.data("c")) == BLOCK_SIZE
        await wire.expect("ping", "c", sequence=i * BLOCK_SIZE)
    await asyncio.sleep(0.02)
    assert wire.is_quiet("c")
    for i in range(1, 4):
        wire.control("pong", "c", sequence=i * BLOCK_SIZE)
        assert len(await wire.data("c")) == BLOCK_SIZE
        await wire.expect("ping", "c")
        assert wire.is_quiet("c")
    wire.control("pong", "c", sequence=10**15)
    await asyncio.sleep(0.02)
    assert wire.is_quiet("c")
    wire.control("close", "c")
    await wire.expect("close", "c")


async def test_unread_input_stops_the_reading_and_a_close_of_it_starts_again(wire: Wire) -> None:
    wire.open("s", "test-sleeper")
    wire.open("e", "echo")
    await wire.expect("ready", "s")
    await wire.expect("ready", "e")
    for _ in range(INPUT_MAX // 65536):
        wire.send("s", b"x" * 65536)
    wire.send("e", b"still read")
    assert await wire.data("e") == b"still read"
