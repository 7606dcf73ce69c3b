"""The wire: bytes ⇄ frames ⇄ events, with no I/O; the standard library only.

A frame on a byte stream is an ASCII decimal length, a newline, and that many bytes of message; a message is a channel
name, a newline and the payload (protocol reference 1.1). A WebSocket message is the same without the length (1.2). A
message whose channel name is empty is a control message: a JSON object with a `command`.

Two kinds of fault are told apart. A stream that lost its framing cannot be read any further: `Deframer.feed` raises.
A message that is wrong by itself costs nobody else anything: `decode` raises and the next message is read as usual.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn

JsonObject = dict[str, Any]

FRAME_MAX = 16 * 1024 * 1024
"""Bytes of the longest message we take; a client splits its data at 64 KiB."""
CONTROL_MAX = 128 * 1024
"""Bytes of the longest control message we take."""
DEPTH_MAX = 100
"""Levels of nesting in the JSON we take."""
CHANNEL_MAX = 256
"""Bytes of the longest channel name we take."""
_LENGTH_DIGITS = 8
_PONG = re.compile(
    rb'\n\{"command": ?"pong", ?"channel": ?"([ !#-\[\]-~]{1,%d})", ?"sequence": ?(0|[1-9][0-9]{0,17})\}' % CHANNEL_MAX
)
"""A `pong` as nearly all clients write it. One comes for every block of a stream, and JSON takes four times as long."""


class Problem(Exception):
    """What went wrong, as a machine word for programs and a sentence for people.

    `code` is one of the protocol's problem codes (reference 1.8); `message` may be empty; `extra` are further members
    of the `close` message that tells of it.
    """

    def __init__(self, code: str, message: str = "", **extra: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.extra = extra

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code

    def as_close(self) -> JsonObject:
        """The members that a `close` message carries for this problem."""
        members: JsonObject = {"problem": self.code}
        if self.message:
            members["message"] = self.message
        return members | self.extra


class Data(NamedTuple):
    """A data message of a channel."""

    channel: str
    payload: bytes


class Control(NamedTuple):
    """A control message; `channel` is None where it concerns the whole connection."""

    command: str
    channel: str | None
    message: JsonObject


Event = Data | Control


def frame(message: bytes) -> bytes:
    """One message as a frame on a byte stream."""
    return b"%d\n%b" % (len(message), message)


def frame_head(message: bytes) -> bytes:
    """What a frame has before its message."""
    return b"%d\n" % len(message)


def encode_data(channel: str, payload: bytes) -> bytes:
    """A data message: `payload` on `channel`."""
    return b"%b\n%b" % (channel.encode(), payload)


def encode_control(message: Mapping[str, Any]) -> bytes:
    """A control message, compact: C programs on the other side search it for exact strings (reference 1.1).

    Lone surrogates, which a message from outside may hold, go on as the escapes they came as.
    """
    try:
        return b"\n" + _encode(message).encode()
    except UnicodeEncodeError:
        return b"\n" + _ascii_encoder.encode(message).encode()
    except (ValueError, RecursionError) as exc:
        raise Problem("internal-error", f"cannot be said in JSON: {exc}") from None


def encode_json(value: Any) -> bytes:
    """`value` as compact UTF-8 JSON; Problem `internal-error` for what JSON cannot say (NaN, lone surrogates)."""
    try:
        return _encode(value).encode()
    except (ValueError, RecursionError) as exc:
        raise Problem("internal-error", f"cannot be said in JSON: {exc}") from None


def decode(message: bytes) -> Event:
    """The event that one message is; Problem `protocol-error` when it is none."""
    channel = channel_line(message)
    return Data(channel, message[len(channel) + 1 :]) if channel else decode_control(message)


def channel_line(message: bytes) -> str:
    """The channel whose data a message is, "" for a control message; Problem `protocol-error` when it is neither."""
    end = message.find(b"\n", 0, CHANNEL_MAX + 1)
    if end < 0:
        raise Problem("protocol-error", "the message has no channel line")
    try:
        return message[:end].decode("ascii")
    except UnicodeDecodeError:
        raise Problem("protocol-error", "the channel name is not ASCII") from None


def decode_control(message: bytes) -> Control:
    """What a message with an empty channel line says; Problem `protocol-error` when that is nothing."""
    if pong := _PONG.fullmatch(message):
        name = pong[1].decode()
        return Control("pong", name, {"command": "pong", "channel": name, "sequence": int(pong[2])})
    if len(message) > CONTROL_MAX:
        raise Problem("protocol-error", f"the control message is longer than {CONTROL_MAX} bytes")
    body = decode_json(message[1:])
    if type(body) is not dict:
        raise Problem("protocol-error", "the control message is not a JSON object")
    command = body.get("command")
    if type(command) is not str or not command:
        raise Problem("protocol-error", "the control message has no command")
    channel = body.get("channel")
    if channel is not None and not _is_channel_name(channel):
        raise Problem("protocol-error", f"the control message {command!r} has no valid channel name")
    return Control(command, channel, body)


def _is_channel_name(value: object) -> bool:
    return (
        type(value) is str
        and 0 < len(value) <= CHANNEL_MAX
        and value.isascii()
        and "\n" not in value
        and "\0" not in value
    )


def decode_json(text: bytes) -> Any:
    """The value of a JSON text from outside; Problem `protocol-error` when it is not JSON, or nested too deep."""
    try:
        value = _decode_text(text.decode())
    except (ValueError, RecursionError) as exc:
        raise Problem("protocol-error", f"not valid JSON: {exc}") from None
    if text.count(b"[") + text.count(b"{") > DEPTH_MAX and _depth_exceeds(value, DEPTH_MAX):
        raise Problem("protocol-error", f"JSON nested deeper than {DEPTH_MAX} levels")
    return value


def _decode_text(text: str) -> Any:
    """As `_decoder.decode`, at half the cost for a text without space around it, as nearly all are."""
    try:
        value, end = _decoder.raw_decode(text)
    except json.JSONDecodeError:
        end = -1
    return value if end == len(text) else _decoder.decode(text)


def _depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            child
            for item in level
            if type(item) in (dict, list)
            for child in (item.values() if type(item) is dict else item)
        ]
        if not level:
            return False
    return True


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value - value != 0:
        raise ValueError(f"the number {text[:20]} is out of range")
    return value


_decoder = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
_encoder = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_make_encoder = getattr(json.encoder, "c_make_encoder", None)


def _kept_encoder() -> Callable[[Any], str]:
    """As `_encoder.encode`, which makes a new C encoder for each value, at half the cost. RecursionError for a loop."""
    if _make_encoder is None:
        return _encoder.encode
    markers, indent, sort_keys, skip_keys, allow_nan = None, None, False, False, False
    encode_text = json.encoder.encode_basestring
    pieces = _make_encoder(markers, _encoder.default, encode_text, indent, ":", ",", sort_keys, skip_keys, allow_nan)
    return lambda value: "".join(pieces(value, 0))


_encode = _kept_encoder()
_ascii_encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


class Deframer:
    """Cuts a byte stream into messages; the stream may arrive in pieces of any size, at linear cost.

    Problem `protocol-error` from `feed` means that the stream cannot be read any further.
    """

    __slots__ = ("_limit", "_missing", "_pieces", "_size")

    def __init__(self, limit: int = FRAME_MAX) -> None:
        """`limit` is the length in bytes of the longest message taken."""
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._missing = 1

    @property
    def pending(self) -> int:
        """Bytes of a frame that is not complete yet; not 0 at the end of the stream means that it was cut off."""
        return self._size

    def feed(self, chunk: bytes) -> list[bytes]:
        """The messages that `chunk` completes, in order."""
        if self._size:
            self._pieces.append(chunk)
            self._size += len(chunk)
            if len(chunk) < self._missing:
                self._missing -= len(chunk)
                return []
            chunk = b"".join(self._pieces)
        messages: list[bytes] = []
        position = 0
        total = len(chunk)
        while True:
            newline = chunk.find(b"\n", position, position + _LENGTH_DIGITS + 1)
            if newline < 0:
                if total - position > _LENGTH_DIGITS or not _could_be_length(chunk[position:]):
                    raise Problem("protocol-error", "the stream has no frame length where one should be")
                self._missing = 1
                break
            end = newline + 1 + self._length(chunk[position:newline])
            if end > total:
                self._missing = end - total
                break
            messages.append(chunk[newline + 1 : end])
            position = end
        self._pieces = [chunk[position:]] if position < total else []
        self._size = total - position
        return messages

    def _length(self, digits: bytes) -> int:
        if not digits or not _could_be_length(digits):
            raise Problem("protocol-error", f"not a frame length: {digits!r}")
        length = int(digits)
        if length > self._limit:
            raise Problem("protocol-error", f"a frame of {length} bytes is longer than {self._limit}")
        return length


def _could_be_length(digits: bytes) -> bool:
    return not digits or (digits.isdigit() and digits[:1] != b"0")
