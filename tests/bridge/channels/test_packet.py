"""`packet` on the wire."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.testing import Wire


class Server:
    """A listening socket of packets."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(self.path)
        self._listener.listen()
        self._listener.setblocking(False)
        self._peers: list[socket.socket] = []

    async def accept(self) -> socket.socket:
        peer, _ = await asyncio.get_running_loop().sock_accept(self._listener)
        self._peers.append(peer)
        return peer

    def close(self) -> None:
        for sock in [self._listener, *self._peers]:
            sock.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "socket")
    yield server
    server.close()


async def receive(peer: socket.socket) -> bytes:
    async with asyncio.timeout(10):
        return await asyncio.get_running_loop().sock_recv(peer, 1 << 20)


async def opened(wire: Wire, server: Server, **options: Any) -> socket.socket:
    wire.open("c", "packet", unix=server.path, **options)
    peer = await server.accept()
    await wire.expect("ready", "c")
    return peer


async def test_borders_are_kept_both_ways(wire: Wire, server: Server) -> None:
    peer = await opened(wire, server)
    for packet in (b"one", b"two", b"x" * 65536):
        peer.send(packet)
        wire.send("c", packet)
    for packet in (b"one", b"two", b"x" * 65536):
        assert await wire.data("c") == packet
        assert await receive(peer) == packet


async def test_done_ends_one_direction(wire: Wire, server: Server) -> None:
    peer = await opened(wire, server)
    wire.control("done", "c")
    assert await receive(peer) == b""
    peer.send(b"last words")
    assert await wire.data("c") == b"last words"
    peer.close()
    await wire.expect("done", "c")
    assert "problem" not in await wire.expect("close", "c")


async def test_the_size_can_be_changed(wire: Wire, server: Server) -> None:
    peer = await opened(wire, server, **{"max-size": 10})
    wire.control("options", "c", **{"max-size": 131072})
    wire.open("e", "echo")
    await wire.expect("ready", "e")
    peer.send(b"x" * 131072)
    assert len(await wire.data("c")) == 131072
    peer.send(b"x" * 131073)
    await wire.expect("close", "c", problem="too-large")


async def test_a_packet_is_never_cut(wire: Wire, server: Server) -> None:
    peer = await opened(wire, server)
    peer.send(b"x" * 65536)
    assert len(await wire.data("c")) == 65536
    peer.send(b"x" * 65537)
    await wire.expect("close", "c", problem="too-large", message="a packet is longer than 65536 bytes")


async def test_what_the_socket_does_not_take_is_told(wire: Wire, server: Server) -> None:
    await opened(wire, server, binary="raw")
    wire.send("c", b"x" * (1 << 20))
    await wire.expect("close", "c", problem="too-large")


async def test_binary_packets(wire: Wire, server: Server) -> None:
    peer = await opened(wire, server, binary="raw")
    peer.send(b"\xff\xfe")
    assert await wire.data("c") == b"\xff\xfe"


async def test_much_input_waits_for_a_late_reader(wire: Wire, server: Server) -> None:
    peer = await opened(wire, server)
    for number in range(200):
        wire.send("c", b"%d " % number * 1000)
    for number in range(200):
        assert await receive(peer) == b"%d " % number * 1000


async def test_closing_the_channel_closes_the_socket(wire: Wire, server: Server) -> None:
    peer = await opened(wire, server)
    wire.control("close", "c")
    await wire.expect("close", "c")
    assert await receive(peer) == b""


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "protocol-error"),
        ({"unix": "/does/not/exist"}, "not-found"),
        ({"unix": "/x", "max-size": 0}, "protocol-error"),
        ({"unix": "/x", "max-size": 131073}, "protocol-error"),
        ({"unix": "/x", "max-size": "10"}, "protocol-error"),
        ({"unix": "/x\0"}, "protocol-error"),
    ],
)
async def test_what_cannot_be_opened_says_why(wire: Wire, options: dict[str, Any], problem: str) -> None:
    wire.open("c", "packet", **options)
    await wire.expect("close", "c", problem=problem)


@pytest.mark.parametrize("size", [0, "x", 131073])
async def test_a_wrong_size_closes_the_channel(wire: Wire, server: Server, size: Any) -> None:
    await opened(wire, server)
    wire.control("options", "c", **{"max-size": size})
    await wire.expect("close", "c", problem="protocol-error")
