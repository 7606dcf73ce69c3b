"""WebSocket frames as a server reads and writes them (RFC 6455, section 5), without I/O."""

from tornado.util import _websocket_mask as unmask

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PROTOCOL_ERROR, NOT_UTF8, TOO_BIG = 1002, 1007, 1009
CONTROL_MAX = 125
"""Bytes of a control frame."""
_CONTINUATION = 0
_FINAL = 0x80
_MASKED = 0x80
_RESERVED = 0x70
_KNOWN = frozenset((_CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))
_CLOSE_CODES = frozenset((1000, 1001, 1002, 1003, *range(1007, 1015)))


class FrameError(Exception):
    """The other side broke the rules; `code` is what the connection closes with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class FrameReader:
    """Cuts what a client sends into messages; it may arrive in pieces of any size, at linear cost.

    No message is longer than `limit` bytes, in one frame or in many; more than that, and one frame's head, is never
    held. `fault` is set once nothing can be read any further.
    """

    __slots__ = ("_limit", "_message", "_missing", "_opcode", "_pieces", "_size", "fault")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._missing = 2
        self._opcode = _CONTINUATION
        self._message = bytearray()
        self.fault: FrameError | None = None

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        """Opcode and payload of what `chunk` completes, in order: whole messages, and control frames."""
        if self._size:
            self._pieces.append(chunk)
            self._size += len(chunk)
            if self._size < self._missing:
                return []
            chunk = b"".join(self._pieces)
        found: list[tuple[int, bytes]] = []
        position = 0
        try:
            while self.fault is None:
                start, end = self._borders(chunk, position)
                if end > len(chunk):
                    break
                self._take(chunk[position], unmask(chunk[start - 4 : start], chunk[start:end]), found)
                position = end
        except FrameError as error:
            self.fault = error
            position = len(chunk)
        self._pieces = [chunk[position:]] if position < len(chunk) else []
        self._size = len(chunk) - position
        return found

    def _borders(self, chunk: bytes, position: int) -> tuple[int, int]:
        """Where the payload of the frame at `position` starts and ends; its head, at least, may be still to come."""
        have = len(chunk) - position
        if have < 2:
            return self._wait(position, 2)
        first, second = chunk[position], chunk[position + 1]
        length = second & 0x7F
        if first & _RESERVED or not second & _MASKED or first & 0x0F not in _KNOWN:
            raise FrameError(PROTOCOL_ERROR, "a frame that is not masked, or of a kind that was not agreed on")
        if first & 0x08 and (length > CONTROL_MAX or not first & _FINAL):
            raise FrameError(PROTOCOL_ERROR, "a control frame that is too long, or in pieces")
        start = position + 6
        if length >= 126:
            size = 2 if length == 126 else 8
            if have < 2 + size:
                return self._wait(position, 2 + size)
            length = int.from_bytes(chunk[position + 2 : position + 2 + size], "big")
            if length < (126 if size == 2 else 65536):
                raise FrameError(PROTOCOL_ERROR, "a length in more bytes than it needs")
            start += size
        if not first & 0x08 and length + len(self._message) > self._limit:
            raise FrameError(TOO_BIG, "message too big")
        self._missing = start + length - position
        return start, start + length

    def _wait(self, position: int, size: int) -> tuple[int, int]:
        self._missing = size
        return position, position + size

    def _take(self, first: int, payload: bytes, found: list[tuple[int, bytes]]) -> None:
        opcode = first & 0x0F
        if opcode == CLOSE:
            check_close(payload)
        elif opcode < CLOSE:
            if (opcode == _CONTINUATION) == (self._opcode == _CONTINUATION):
                raise FrameError(PROTOCOL_ERROR, "a message that does not start, or starts within another")
            if opcode == _CONTINUATION or not first & _FINAL:
                self._opcode = self._opcode or opcode
                self._message += payload
                if not first & _FINAL:
                    return
                opcode, payload = self._opcode, bytes(self._message)
                self._opcode, self._message = _CONTINUATION, bytearray()
            if opcode == TEXT and not payload.isascii():
                _check_text(payload)
        found.append((opcode, payload))


def check_close(payload: bytes) -> None:
    """FrameError for what no close frame may say (sections 5.5.1 and 7.4)."""
    if not payload:
        return
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or (code not in _CLOSE_CODES and not 3000 <= code < 5000):
        raise FrameError(PROTOCOL_ERROR, "a close with a code that there is not")
    _check_text(payload[2:])


def _check_text(payload: bytes) -> None:
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise FrameError(NOT_UTF8, "text that is not UTF-8") from None


PING_FRAME = bytes((_FINAL | PING, 0))
"""Of a server; whoever understands websockets answers it."""


def head(payload: bytes, binary: bool) -> bytes:
    """What goes before a message of a server."""
    first = _FINAL | (BINARY if binary else TEXT)
    length = len(payload)
    if length < 126:
        return bytes((first, length))
    if length < 65536:
        return bytes((first, 126)) + length.to_bytes(2, "big")
    return bytes((first, 127)) + length.to_bytes(8, "big")
