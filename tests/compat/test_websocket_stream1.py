"""`websocket-stream1` (reference 2.18)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from compat.driver import JsonObject, Peer
from testbed.processes import wait_until


@pytest.fixture
def unix(folder: Path) -> Iterator[str]:
    """A server on a Unix socket."""
    path = folder / "socket"
    server = Path(__file__).with_name("websocket_server.py")
    process = subprocess.Popen([sys.executable, "-I", str(server), str(path)])
    try:
        wait_until(path.is_socket, "the server listens")
        yield str(path)
    finally:
        process.kill()
        process.wait()


def connect(peer: Peer, unix: str, path: str = "/echo", **options: object) -> JsonObject:
    """Opens a connection: the server's answer."""
    peer.open("w", "websocket-stream1", unix=unix, path=path, **options)
    if (event := peer.next("w"))[0] == "ready":
        event = peer.next("w")
    assert event[0] == "response", event
    return event[1]


def test_text(peer: Peer, unix: str) -> None:
    connect(peer, unix)
    for payload in ("one", "zweitens: ü", "x" * 50_000):
        peer.send("w", payload.encode())
        assert _skip_ready(peer) == payload.encode()


def test_the_answer(peer: Peer, unix: str) -> None:
    response = connect(peer, unix, protocols=["first", "second"])
    headers = {name.lower(): value for name, value in response["headers"].items()}
    assert headers["sec-websocket-protocol"] == "second"


def test_closing(peer: Peer, unix: str) -> None:
    connect(peer, unix)
    peer.close("w")
    peer.until("close", "w")


def test_done(peer: Peer, unix: str) -> None:
    connect(peer, unix)
    peer.done("w")
    _, close = peer.until("close", "w")
    assert "problem" not in close


def test_the_server_closes(peer: Peer, unix: str) -> None:
    connect(peer, unix, path="/close")
    _, close = peer.until("close", "w")
    assert close["problem"]


def test_there_is_no_such_path(peer: Peer, unix: str) -> None:
    peer.open("w", "websocket-stream1", unix=unix, path="/missing")
    while (event := peer.next("w"))[0] != "close":
        pass
    assert event[1]["problem"]


def test_there_is_no_socket(peer: Peer, folder: Path) -> None:
    peer.open("w", "websocket-stream1", unix=str(folder / "missing"), path="/")
    while (event := peer.next("w"))[0] != "close":
        pass
    assert event[1]["problem"] == "not-found"


@pytest.mark.parametrize("options", [{"unix": "/x"}, {"path": "/"}], ids=["path", "address"])
def test_what_is_required(peer: Peer, options: dict[str, str]) -> None:
    peer.open("w", "websocket-stream1", **options)
    peer.refused("w", "protocol-error")


def _skip_ready(peer: Peer) -> bytes:
    event = peer.next("w")
    if event[0] == "ready":
        event = peer.next("w")
    assert isinstance(event[0], bytes), event
    return event[0]
