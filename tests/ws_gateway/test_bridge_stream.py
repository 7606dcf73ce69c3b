import asyncio
import socket

import pytest

from bridge.protocol import Problem, frame
from ws_gateway.bridge_stream import BridgeStream


class Stream(BridgeStream):
    killed = False

    def kill(self) -> None:
        self.killed = True


async def pair() -> tuple[Stream, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    return Stream(*await asyncio.open_connection(sock=ours)), theirs


async def test_messages_both_ways() -> None:
    stream, bridge = await pair()
    await stream.send(b"a\nhello")
    assert bridge.recv(100) == frame(b"a\nhello")
    bridge.sendall(frame(b"b\none") + frame(b"c\ntwo")[:3])
    assert await stream.receive() == [b"b\none"]
    bridge.sendall(frame(b"c\ntwo")[3:])
    assert await stream.receive() == [b"c\ntwo"]
    bridge.close()
    assert await stream.receive() == []
    stream._writer.close()


async def test_what_is_no_frame() -> None:
    stream, bridge = await pair()
    bridge.sendall(b"nonsense\n")
    with pytest.raises(Problem, match="protocol-error"):
        await stream.receive()
    bridge.close()
    stream._writer.close()


async def test_one_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_gateway.bridge_stream.UNSENT_MAX", 100_000)
    stream, bridge = await pair()
    for _ in range(40):
        stream.post(b"x" * 50_000)
    assert stream.killed
    bridge.close()
    stream._writer.transport.abort()


async def test_nobody_hears_after_the_end() -> None:
    stream, bridge = await pair()
    stream._end_input()
    stream._writer.transport.abort()
    stream.post(b"a\nb")
    stream._end_input()
    bridge.close()
