"""HTTP and websockets by the byte: what no well-behaved client would send."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any, Self

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, Pong, TextMessage

PATIENCE = 20.0
KEY = "AAAAAAAAAAAAAAAAAAAAAA=="


def connect(port: int, address: str = "127.0.0.1") -> socket.socket:
    connection = socket.create_connection((address, port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def accepts(port: int) -> bool:
    """Whether somebody listens there."""
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


def answer(connection: socket.socket, patience: float = PATIENCE) -> bytes:
    """Everything until the other side closes, or is silent for `patience` seconds."""
    received = b""
    connection.settimeout(patience)
    with suppress(TimeoutError, ConnectionResetError):
        while chunk := connection.recv(65536):
            received += chunk
    return received


def talk(port: int, request: bytes, patience: float = PATIENCE) -> bytes:
    """What the server answers to these bytes, until it closes the connection."""
    with connect(port) as connection:
        connection.sendall(request)
        return answer(connection, patience)


def get(port: int, path: str, *fields: str) -> bytes:
    """The answer to a GET; `fields` are further header lines."""
    head = "\r\n".join([f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *fields])
    return talk(port, f"{head}\r\n\r\n".encode("latin-1"))


def status(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


def client_frame(first: int, payload: bytes = b"", *, masked: bool = True, length: bytes | None = None) -> bytes:
    """A frame as it is asked for, right or wrong; `first` is its first byte."""
    size = len(payload)
    if length is None:
        if size < 126:
            length = bytes((size,))
        elif size < 65536:
            length = b"\x7e" + size.to_bytes(2, "big")
        else:
            length = b"\x7f" + size.to_bytes(8, "big")
    if not masked:
        return bytes((first,)) + length + payload
    # A key of zeros: the payload stays as it is.
    return bytes((first, length[0] | 0x80)) + length[1:] + b"\0\0\0\0" + payload


class RawWebSocket:
    """The client's side of a websocket: writes any bytes, and has wsproto judge what comes back."""

    def __init__(self, port: int, path: str = "/cockpit/socket", *fields: str, address: str = "127.0.0.1") -> None:
        self.connection = connect(port, address)
        host = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            f"Origin: http://{host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {KEY}",
            "Sec-WebSocket-Version: 13",
            *fields,
        ]
        self.connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.head = b""
        while b"\r\n\r\n" not in self.head:
            chunk = self.connection.recv(65536)
            assert chunk, self.head
            self.head += chunk
        self.head, _, rest = self.head.partition(b"\r\n\r\n")
        assert status(self.head) == 101, self.head
        self._channels = count(1)
        self._seed = ""
        self._judge = Connection(ConnectionType.CLIENT)
        self._judge.receive_data(rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.connection.close()

    def send(self, *frames: bytes) -> None:
        with suppress(ConnectionResetError, BrokenPipeError):
            self.connection.sendall(b"".join(frames))

    def control(self, **message: Any) -> None:
        self.send(client_frame(0x81, b"\n" + json.dumps(message).encode()))

    def events(self) -> Iterator[Event]:
        """What the server sends, until it closes the connection; its pings and its close are answered."""
        while True:
            for event in self._judge.events():
                if isinstance(event, Ping):
                    self.send(client_frame(0x8A, bytes(event.payload)))
                yield event
                if isinstance(event, CloseConnection):
                    with suppress(OSError):
                        self.connection.shutdown(socket.SHUT_WR)
            try:
                chunk = self.connection.recv(65536)
            except ConnectionResetError:
                return
            if not chunk:
                return
            self._judge.receive_data(chunk)

    def message(self) -> bytes:
        """The next message, whole."""
        text = b""
        for event in self.events():
            if isinstance(event, TextMessage | BytesMessage):
                text += event.data.encode() if isinstance(event, TextMessage) else bytes(event.data)
                if event.message_finished:
                    return text
            assert not isinstance(event, CloseConnection), event
        raise AssertionError("the connection ended")

    def until(self, command: str) -> dict[str, Any]:
        """The next control message with that command."""
        while True:
            message = self.message()
            if message.startswith(b"\n") and (control := json.loads(message))["command"] == command:
                return dict(control)

    def close_code(self) -> int | None:
        """The code that the server closes with; None if the connection ends without."""
        for event in self.events():
            if isinstance(event, CloseConnection):
                return int(event.code)
        return None

    def pong(self) -> bytes:
        return next(bytes(event.payload) for event in self.events() if isinstance(event, Pong))

    def init(self) -> dict[str, Any]:
        greeting = self.until("init")
        self._seed = greeting.get("channel-seed", "")
        self.control(command="init", version=1)
        return greeting

    def open(self, payload: str, **options: Any) -> str:
        """Opens a channel: its name, which no other socket of the session uses."""
        channel = f"{self._seed}{next(self._channels)}"
        self.control(command="open", channel=channel, payload=payload, **options)
        return channel

    def echo_works(self) -> float:
        """Seconds that an echo channel takes to be opened and to answer."""
        started = time.monotonic()
        channel = self.open("echo")
        self.send(client_frame(0x81, f"{channel}\nare you there?".encode()))
        while self.message() != f"{channel}\nare you there?".encode():
            pass
        self.control(command="close", channel=channel)
        return time.monotonic() - started
