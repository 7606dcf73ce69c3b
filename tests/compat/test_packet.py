"""`packet`: Unix sockets that keep the borders of messages (reference 2.18)."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from compat.driver import Peer


@pytest.fixture
def server(folder: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        sock.bind(str(folder / "socket"))
        sock.listen()
        sock.settimeout(10)
        yield sock


def test_borders_are_kept(peer: Peer, server: socket.socket) -> None:
    peer.open("p", "packet", unix=server.getsockname(), binary="raw")
    connection, _ = server.accept()
    with connection:
        peer.expect("ready", "p")
        for payload in (b"one", b"two", b"x" * 60_000):
            peer.send("p", payload)
        assert [connection.recv(100_000) for _ in range(3)] == [b"one", b"two", b"x" * 60_000]
        connection.send(b"three")
        connection.send(b"four")
        assert [peer.data("p"), peer.data("p")] == [b"three", b"four"]


def test_the_servers_end(peer: Peer, server: socket.socket) -> None:
    peer.open("p", "packet", unix=server.getsockname())
    connection, _ = server.accept()
    with connection:
        peer.expect("ready", "p")
        connection.send(b"bye")
    data, close = peer.until("close", "p")
    assert data == b"bye"
    assert "problem" not in close


def test_larger_messages(peer: Peer, server: socket.socket) -> None:
    peer.open("p", "packet", unix=server.getsockname(), binary="raw", **{"max-size": 128 * 1024})
    connection, _ = server.accept()
    with connection:
        peer.expect("ready", "p")
        connection.send(b"x" * 100_000)
        assert peer.data("p") == b"x" * 100_000


def test_there_is_no_socket(peer: Peer, folder: Path) -> None:
    peer.open("p", "packet", unix=str(folder / "missing"))
    peer.refused("p", "not-found")


def test_no_address(peer: Peer) -> None:
    peer.open("p", "packet")
    peer.refused("p", "protocol-error")
