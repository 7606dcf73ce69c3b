import asyncio
import socket
from collections.abc import Awaitable
from typing import Any

import pytest

from bridge.protocol import Problem, frame
from ws_gateway.relay.bridge_stream import BridgeStream


class Stream(BridgeStream):
    killed = False

    def kill(self) -> None:
        self.killed = True


async def pair() -> tuple[Stream, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    _, stream = await asyncio.get_running_loop().create_connection(Stream, sock=ours)
    return stream, theirs


async def test_messages_both_ways() -> None:
    stream, bridge = await pair()
    stream.post(b"a\nhello")
    assert bridge.recv(100) == frame(b"a\nhello")
    bridge.sendall(frame(b"b\none") + frame(b"c\ntwo")[:3])
    assert await stream.receive() == [b"b\none"]
    bridge.sendall(frame(b"c\ntwo")[3:])
    assert await stream.receive() == [b"c\ntwo"]
    bridge.close()
    assert await stream.receive() == []
    stream._transport.close()


async def test_what_is_no_frame() -> None:
    stream, bridge = await pair()
    bridge.sendall(b"nonsense\n")
    with pytest.raises(Problem, match="protocol-error"):
        await stream.receive()
    bridge.close()
    stream._transport.close()


async def test_one_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_gateway.relay.bridge_stream.UNSENT_MAX", 100_000)
    stream, bridge = await pair()
    for _ in range(40):
        stream.post(b"x" * 50_000)
    assert stream.killed
    bridge.close()
    stream._transport.abort()


async def test_nobody_hears_after_the_end() -> None:
    stream, bridge = await pair()
    stream._end_input()
    stream._transport.abort()
    stream.post(b"a\nb")
    stream._end_input()
    bridge.close()


async def test_what_is_sent_together_goes_in_one_piece() -> None:
    stream, bridge = await pair()
    with stream.batch():
        stream.post(b"a\none")
        stream.post(b"a\ntwo")
        with pytest.raises(BlockingIOError):
            bridge.recv(100)
    assert bridge.recv(100) == frame(b"a\none") + frame(b"a\ntwo")
    bridge.close()
    stream._transport.close()


async def test_a_relay_pauses_for_who_cannot_take_more() -> None:
    stream, bridge = await pair()
    taken: list[bytes] = []
    gate = asyncio.Event()

    def sink(messages: list[bytes]) -> Awaitable[Any] | None:
        taken.extend(messages)
        return gate.wait() if messages[-1] == b"a\nstop" else None

    relay = asyncio.gather(stream.relay(sink))
    for message in (b"a\none", b"a\nstop", b"a\nlast"):
        await asyncio.to_thread(bridge.sendall, frame(message))
        while message != b"a\nlast" and message not in taken:
            await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    assert taken == [b"a\none", b"a\nstop"]
    gate.set()
    bridge.close()
    await asyncio.wait_for(relay, 5)
    assert taken[-1] == b"a\nlast"
    stream._transport.close()


async def test_a_sink_that_fails_ends_the_relay() -> None:
    stream, bridge = await pair()

    def sink(messages: list[bytes]) -> None:
        raise RuntimeError(messages[0])

    relay = asyncio.gather(stream.relay(sink))
    bridge.sendall(frame(b"a\nb"))
    with pytest.raises(RuntimeError):
        await asyncio.wait_for(relay, 5)
    bridge.close()
    stream._transport.close()
