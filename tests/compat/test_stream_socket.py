"""`stream` to sockets (reference 2.5)."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from compat.driver import Peer

Serve = Callable[..., str | int]
REFUSING = "127.0.0.99"


@pytest.fixture
def listener(folder: Path, patience: float) -> Iterator[Callable[[str], socket.socket]]:
    """Makes listening sockets: `listener("unix")`, `listener("port")`."""
    with contextlib.ExitStack() as stack:

        def listen(kind: str) -> socket.socket:
            sock = stack.enter_context(socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET))
            sock.bind(str(folder / "socket") if kind == "unix" else ("127.0.0.1", 0))
            sock.listen()
            sock.settimeout(patience)
            return sock

        yield listen


def address_of(sock: socket.socket) -> dict[str, object]:
    name = sock.getsockname()
    return {"unix": name} if isinstance(name, str) else {"port": name[1], "address": "127.0.0.1"}


@pytest.mark.parametrize("kind", ["unix", "port"])
def test_bytes_both_ways(peer: Peer, listener: Callable[[str], socket.socket], kind: str) -> None:
    server = listener(kind)
    peer.open("s", "stream", binary="raw", **address_of(server))
    connection, _ = server.accept()
    with connection:
        peer.expect("ready", "s")
        peer.send("s", b"question\0\xff")
        assert connection.recv(100) == b"question\0\xff"
        connection.sendall(b"answer\0\xff")
        assert peer.data("s") == b"answer\0\xff"


def test_the_address_is_localhost_by_default(peer: Peer, listener: Callable[[str], socket.socket]) -> None:
    server = listener("port")
    peer.open("s", "stream", port=server.getsockname()[1])
    connection, _ = server.accept()
    with connection:
        peer.expect("ready", "s")


@pytest.mark.parametrize("kind", ["unix", "port"])
def test_done_closes_one_half(peer: Peer, listener: Callable[[str], socket.socket], kind: str) -> None:
    server = listener(kind)
    peer.open("s", "stream", **address_of(server))
    connection, _ = server.accept()
    with connection:
        peer.expect("ready", "s")
        peer.send("s", b"question")
        peer.done("s")
        assert _read_all(connection) == b"question"
        connection.sendall(b"answer")
        assert peer.data("s") == b"answer"
    peer.expect("done", "s")
    assert "problem" not in peer.expect("close", "s")


def test_the_servers_end_closes_the_channel(peer: Peer, listener: Callable[[str], socket.socket]) -> None:
    server = listener("unix")
    peer.open("s", "stream", **address_of(server))
    connection, _ = server.accept()
    with connection:
        peer.expect("ready", "s")
        connection.sendall(b"bye")
    data, close = peer.until("close", "s")
    assert data == b"bye"
    assert "problem" not in close


def test_closing_the_channel_closes_the_socket(peer: Peer, listener: Callable[[str], socket.socket]) -> None:
    server = listener("unix")
    peer.open("s", "stream", **address_of(server))
    connection, _ = server.accept()
    with connection:
        peer.expect("ready", "s")
        peer.close("s")
        assert "problem" not in peer.expect("close", "s")
        connection.settimeout(10)
        assert connection.recv(1) == b""


def test_a_large_transfer(peer: Peer, listener: Callable[[str], socket.socket]) -> None:
    server = listener("unix")
    total = 3_000_000
    received: list[bytes] = []
    peer.open("s", "stream", binary="raw", **address_of(server))
    connection, _ = server.accept()
    with connection:
        reader = threading.Thread(target=lambda: received.append(_read_all(connection)))
        reader.start()
        peer.expect("ready", "s")
        for _ in range(total // 60_000):
            peer.send("s", b"z" * 60_000)
        peer.done("s")
        reader.join(10)
    assert len(received[0]) == total
    peer.until("close", "s")


def test_nobody_listens_at_a_port(peer: Peer) -> None:
    peer.open("s", "stream", port=2222, address=REFUSING)
    peer.refused("s", "not-found")


def test_the_message_says_what_failed(peer: Peer) -> None:
    peer.open("s", "stream", port=2222, address=REFUSING)
    close = peer.refused("s", "not-found")
    assert close["message"] == f"[Errno 111] Connect call failed ('{REFUSING}', 2222)"


def test_there_is_no_socket(peer: Peer, folder: Path) -> None:
    peer.open("s", "stream", unix=str(folder / "missing"))
    peer.refused("s", "not-found")


def test_nobody_listens_at_a_socket(peer: Peer, folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(folder / "deaf"))
    peer.open("s", "stream", unix=str(folder / "deaf"))
    peer.refused("s", "not-found")


def test_two_addresses(peer: Peer) -> None:
    peer.open("s", "stream", port=2222, unix="/nonexistent")
    peer.refused("s", "protocol-error", message='cannot specify both "port" and "unix" options')


def test_no_address(peer: Peer) -> None:
    peer.open("s", "stream")
    peer.refused("s", "protocol-error", message='no "port" or "unix" or other address option for channel')


@pytest.mark.parametrize("port", ["ssh", -1, 70000, 1.5, True])
def test_a_port_is_a_number(peer: Peer, port: object) -> None:
    peer.open("s", "stream", port=port)
    peer.refused("s", "protocol-error")


def test_old_options_are_ignored(peer: Peer, listener: Callable[[str], socket.socket]) -> None:
    server = listener("unix")
    peer.open("s", "stream", batch=10, latency=5, **address_of(server))
    connection, _ = server.accept()
    with connection:
        peer.expect("ready", "s")
        connection.sendall(b"0123456789")
        assert peer.data("s") == b"0123456789"


def test_a_server_that_accepts_nothing_stops_no_one_else(peer: Peer, folder: Path) -> None:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket(socket.AF_UNIX))
        server.bind(str(folder / "full"))
        server.listen(0)
        for number in range(5):
            peer.open(f"s{number}", "stream", unix=str(folder / "full"))
        peer.barrier()
        for number in range(5):
            peer.close(f"s{number}")
        for number in range(5):
            peer.until("close", f"s{number}")


def _read_all(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)
