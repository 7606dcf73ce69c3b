"""Every kind of channel ends in good order: opened, ready, done, closed, and no problem (reference section 7, 20).

`websocket-stream1` is in a file of its own: it is ready when its server has agreed.
"""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from compat.driver import Peer

MINIMAL: dict[str, dict[str, object]] = {
    "echo": {},
    "fsread1": {"path": "FOLDER/file"},
    "fsreplace1": {"path": "FOLDER/new"},
    "fsinfo": {"path": "FOLDER", "attrs": ["type"]},
    "fslist1": {"path": "FOLDER", "watch": False},
    "http-stream1": {"internal": "packages", "method": "GET", "path": "/manifests.js", "headers": {}},
    "info": {},
    "metrics1": {"source": "internal", "metrics": [{"name": "memory.free"}]},
    "stream": {"spawn": ["cat"]},
    "dbus-json3": {"bus": "internal"},
    "null": {},
    "fswatch1": {"path": "FOLDER/file"},
    "session-control": {},
}
ENDLESS = ("metrics1", "dbus-json3", "null", "fswatch1", "session-control")
CONNECTED: dict[str, dict[str, object]] = {
    "packet": {"unix": "FOLDER/packets"},
    "stream unix": {"unix": "FOLDER/stream"},
    "stream tcp": {"port": "PORT", "address": "127.0.0.1"},
    "http-stream2": {"port": "PORT", "address": "127.0.0.1", "method": "GET", "path": "/"},
}


@pytest.fixture
def servers(folder: Path) -> Iterator[int]:
    """Sockets that accept nothing: in the folder, and at the port."""
    kinds = {"packets": socket.SOCK_SEQPACKET, "stream": socket.SOCK_STREAM}
    sockets = [socket.socket(socket.AF_UNIX, kind) for kind in kinds.values()]
    for each, name in zip(sockets, kinds, strict=True):
        each.bind(str(folder / name))
    sockets.append(socket.socket())
    sockets[-1].bind(("127.0.0.1", 0))
    for each in sockets:
        each.listen()
    yield sockets[-1].getsockname()[1]
    for each in sockets:
        each.close()


@pytest.mark.parametrize("payload", [payload for payload in MINIMAL if payload not in ENDLESS])
def test_done_leads_to_done_and_close(peer: Peer, folder: Path, payload: str) -> None:
    _open(peer, folder, payload)
    peer.done("c")
    done = False
    while (event := peer.next("c"))[0] != "close":
        done = done or event[0] == "done"
    assert done
    assert "problem" not in event[1]


@pytest.mark.parametrize("payload", MINIMAL)
def test_close_leads_to_close(peer: Peer, folder: Path, payload: str) -> None:
    _open(peer, folder, payload)
    peer.close("c")
    while (event := peer.next("c"))[0] != "close":
        pass
    assert "problem" not in event[1]


@pytest.mark.parametrize("payload", [payload for payload in ENDLESS if payload != "session-control"])
def test_done_ends_what_has_no_end(peer: Peer, folder: Path, payload: str) -> None:
    _open(peer, folder, payload)
    peer.done("c")
    while (event := peer.next("c"))[0] != "close":
        pass
    assert "problem" not in event[1]


@pytest.mark.parametrize("kind", CONNECTED)
def test_close_leads_to_close_of_a_connection(peer: Peer, folder: Path, servers: int, kind: str) -> None:
    options = {name: servers if value == "PORT" else _here(value, folder) for name, value in CONNECTED[kind].items()}
    peer.opened("c", kind.partition(" ")[0], **options)
    peer.close("c")
    _, close = peer.until("close", "c")
    assert "problem" not in close


@pytest.mark.parametrize("payload", MINIMAL)
def test_data_at_any_time_ends_nothing_else(peer: Peer, folder: Path, payload: str) -> None:
    options = {name: _here(value, folder) for name, value in MINIMAL[payload].items()}
    peer.open("c", payload, **options)
    peer.send("c", b'{"surprise": true}')
    peer.send("c", b"[]")
    peer.send("c", b"no JSON")
    peer.done("c")
    peer.barrier()


def _open(peer: Peer, folder: Path, payload: str) -> None:
    (folder / "file").touch()
    peer.open("c", payload, **{name: _here(value, folder) for name, value in MINIMAL[payload].items()})
    if payload in ("metrics1", "fslist1"):
        # Some bridges send data before it.
        while peer.next("c")[0] != "ready":
            pass
    else:
        peer.expect("ready", "c")


def _here(value: object, folder: Path) -> object:
    return value.replace("FOLDER", str(folder)) if isinstance(value, str) else value
