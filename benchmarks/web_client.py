"""A blocking client of any gateway that speaks Cockpit's protocol, quick enough not to be what is measured."""

import json
import select
import socket
import ssl
import struct

from conversation import PATIENCE, Conversation

KEY = "AAAAAAAAAAAAAAAAAAAAAA=="


def request(
    connection: socket.socket, path: str, cookie: str, *fields: str, host: str = ""
) -> tuple[int, dict[str, str], bytes]:
    """One GET on a connection that stays open: status, headers by their lower-case names, body."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host or '127.0.0.1'}",
        *([f"Cookie: {cookie}"] if cookie else []),
        *fields,
    ]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    start, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    status = int(start.split()[1])
    if "chunked" in headers.get("transfer-encoding", ""):
        while not body.endswith(b"0\r\n\r\n"):
            body += _some(connection)
    elif status not in (204, 304):
        while len(body) < int(headers.get("content-length", "0")):
            body += _some(connection)
    return status, headers, body


def _some(connection: socket.socket) -> bytes:
    chunk = connection.recv(1 << 18)
    if not chunk:
        raise EOFError("the connection ended")
    return chunk


class WebClient(Conversation):
    """One websocket, greeted. Its mask is of zeros, so that the client costs little."""

    def __init__(self, port: int, cookie: str, context: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self._socket: socket.socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            self._socket = context.wrap_socket(self._socket, server_hostname="127.0.0.1")
        scheme = "http" if context is None else "https"
        lines = [
            "GET /cockpit/socket HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            f"Origin: {scheme}://127.0.0.1:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: cockpit1",
            f"Sec-WebSocket-Key: {KEY}",
            *([f"Cookie: {cookie}"] if cookie else []),
        ]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._buffer = bytearray()
        self._position = 0
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += _some(self._socket)
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        if b" 101 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(head[:300])
        self._buffer = bytearray(rest)
        self.init = json.loads(self.message()[1])
        self.seed = self.init.get("channel-seed", "")
        self.control(command="init", version=1)

    def message(self) -> tuple[str, bytes]:
        """The next message: channel and payload. Pings of the websocket are answered."""
        while True:
            opcode, payload = self._frame()
            if opcode == 9:
                self._send(10, payload)
            elif opcode == 8:
                raise EOFError(payload)
            elif opcode != 10:
                border = payload.index(b"\n")
                return payload[:border].decode(), payload[border + 1 :]

    def send(self, channel: str, payload: bytes, *, binary: bool = False) -> None:
        """Send data."""
        self._send(2 if binary else 1, channel.encode() + b"\n" + payload)

    def answer_pings(self) -> None:
        """Read what is there already, and answer what wants an answer."""
        while self._has_frame() or select.select([self._socket], [], [], 0)[0]:
            source, payload = self.message()
            if not source:
                self.answer(json.loads(payload), "")

    def fileno(self) -> int:
        """For select(2)."""
        return self._socket.fileno()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def abort(self) -> None:
        """Be gone without a word."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _send(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = bytes((128 | opcode, 128 | size))
        elif size < 65536:
            head = bytes((128 | opcode, 254)) + struct.pack(">H", size)
        else:
            head = bytes((128 | opcode, 255)) + struct.pack(">Q", size)
        self._socket.sendall(head + b"\0\0\0\0" + payload)

    def _has_frame(self) -> bool:
        return self._borders() is not None

    def _borders(self) -> tuple[int, int] | None:
        available = len(self._buffer) - self._position
        if available < 2:
            return None
        size, head = self._buffer[self._position + 1] & 127, 2
        if size == 126:
            head = 4
        elif size == 127:
            head = 10
        if available < head:
            return None
        if head > 2:
            size = int.from_bytes(self._buffer[self._position + 2 : self._position + head], "big")
        start = self._position + head
        return (start, start + size) if available >= head + size else None

    def _frame(self) -> tuple[int, bytes]:
        while (borders := self._borders()) is None:
            if not getattr(self._socket, "pending", int)() and not select.select([self._socket], [], [], PATIENCE)[0]:
                raise TimeoutError("the gateway does not answer")
            self._buffer += _some(self._socket)
        opcode = self._buffer[self._position] & 15
        payload = bytes(self._buffer[borders[0] : borders[1]])
        self._position = borders[1]
        if self._position > 1 << 20:
            del self._buffer[: self._position]
            self._position = 0
        return opcode, payload
