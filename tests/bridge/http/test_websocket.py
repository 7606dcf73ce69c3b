"""The protocol of a WebSocket, without a socket."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.http.websocket import Accepted, Closed, Reply, WebSocket
from bridge.protocol import Problem

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def handshake(socket: WebSocket) -> bytes:
    """The response of a server that accepts."""
    request = socket.handshake("host:1", "/path", ["one"], [(b"X-A", b"b")])
    assert request.startswith(b"GET /path HTTP/1.1\r\nHost: host:1\r\n")
    assert b"\r\nX-A: b\r\n" in request
    key = request.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\nX-B: c\r\n"
        b"Sec-WebSocket-Protocol: one\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def opened(*, binary: bool = True) -> WebSocket:
    socket = WebSocket(binary=binary)
    (accepted,) = socket.receive(handshake(socket))
    assert accepted == Accepted({"x-b": "c", "Sec-WebSocket-Protocol": "one"})
    return socket


def unmasked(frame: bytes) -> tuple[int, bytes]:
    """First byte and payload of a short frame of the client, which must be masked."""
    assert frame[1] & 0x80
    return frame[0], bytes(byte ^ frame[2 + index % 4] for index, byte in enumerate(frame[6:]))


def test_messages_out() -> None:
    assert unmasked(opened().message(b"\xff")) == (0x82, b"\xff")
    text = opened(binary=False)
    assert unmasked(text.message("é".encode())) == (0x81, "é".encode())
    with pytest.raises(Problem, match="not UTF-8"):
        text.message(b"\xff")


def test_the_client_closes() -> None:
    socket = opened()
    assert unmasked(socket.close()) == (0x88, b"\x03\xe8")
    assert socket.close() == b""
    assert socket.message(b"late") == b""
    assert list(socket.receive(b"\x88\x02\x03\xe8")) == [Closed(b"", None)]


def test_the_server_closes() -> None:
    socket = opened()
    (closed,) = socket.receive(b"\x88\x05\x0f\xa0bye")
    assert isinstance(closed, Closed)
    assert unmasked(closed.reply)[0] == 0x88
    assert str(closed.problem) == "disconnected: the server closed the WebSocket with code 4000: bye"
    (closed,) = opened().receive(b"\x88\x00")
    assert isinstance(closed, Closed)
    assert closed.problem is None


def test_nothing_is_closed_before_it_is_open() -> None:
    assert WebSocket(binary=True).close() == b""


def test_a_ping_is_answered() -> None:
    (reply,) = opened().receive(b"\x89\x02hi")
    assert isinstance(reply, Reply)
    assert unmasked(reply.data) == (0x8A, b"hi")


def test_the_end_without_a_word() -> None:
    with pytest.raises(Problem) as caught:
        list(opened().receive(b""))
    assert caught.value.code == "terminated"


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 101 OK\r\nX: " + b"x" * 70_000,
    ],
)
def test_what_is_no_acceptance(response: bytes) -> None:
    socket = WebSocket(binary=True)
    socket.handshake("host", "/", [], [])
    with pytest.raises(Problem) as caught:
        list(socket.receive(response))
    assert caught.value.code == "protocol-error"


@given(st.lists(st.binary(max_size=200)), st.lists(st.integers(1, 300)))
def test_messages_survive_any_cut(messages: list[bytes], cuts: list[int]) -> None:
    socket = WebSocket(binary=True)
    stream = handshake(socket)
    for message in messages:
        size = bytes([len(message)]) if len(message) < 126 else b"\x7e" + len(message).to_bytes(2, "big")
        stream += b"\x82" + size + message
    events = []
    for cut in [*cuts, len(stream)]:
        piece, stream = stream[:cut], stream[cut:]
        if piece:
            events += list(socket.receive(piece))
    assert events[1:] == messages


@given(st.binary(min_size=1))
def test_any_bytes_are_understood_or_refused(data: bytes) -> None:
    try:
        events = list(opened().receive(data))
    except Problem:
        return
    assert all(isinstance(event, bytes | Reply | Closed) for event in events)
