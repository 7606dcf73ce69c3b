"""A WebSocket to a server (RFC 6455): bytes ⇄ messages, with no I/O."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import h11
import wsproto
from wsproto import events
from wsproto.connection import ConnectionState
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from bridge.http.headers import RawHeaders, response_headers
from bridge.protocol import Problem

MESSAGE_MAX = 8 * 1024 * 1024
"""Bytes of the longest message, in all its frames."""
_CLEAN = (CloseReason.NORMAL_CLOSURE, CloseReason.GOING_AWAY, CloseReason.NO_STATUS_RCVD)


class Accepted(NamedTuple):
    """The server took the handshake."""

    headers: dict[str, str]


class Reply(NamedTuple):
    """Bytes that the protocol wants sent."""

    data: bytes


class Closed(NamedTuple):
    """The server closes the WebSocket; a Problem tells that it was not content. `reply` is still to be sent."""

    reply: bytes
    problem: Problem | None


Event = Accepted | Reply | Closed | bytes


class WebSocket:
    """The client's side of one WebSocket; a `bytes` event is a message."""

    def __init__(self, *, binary: bool) -> None:
        self._connection = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        self._binary = binary
        self._accepted = False
        self._message: list[bytes] = []
        self._size = 0
        self._closing = False

    def handshake(self, host: str, target: str, protocols: list[str], headers: RawHeaders) -> bytes:
        """The opening request; Problem `protocol-error` if it cannot be one."""
        try:
            return self._connection.send(
                events.Request(host=host, target=target, subprotocols=protocols, extra_headers=headers)
            )
        except (LocalProtocolError, h11.LocalProtocolError, ValueError) as exc:
            raise Problem("protocol-error", f"not a WebSocket request: {exc}") from None

    def message(self, payload: bytes) -> bytes:
        """One message, of the channel's own kind; Problem `protocol-error` for text that is not UTF-8."""
        if self._closing:
            return b""
        if self._binary:
            return self._connection.send(events.BytesMessage(data=payload))
        try:
            return self._connection.send(events.TextMessage(data=payload.decode()))
        except UnicodeDecodeError:
            raise Problem("protocol-error", "the data is not UTF-8, on a channel opened as text") from None

    def close(self, code: CloseReason = CloseReason.NORMAL_CLOSURE) -> bytes:
        """The closing handshake's first half; nothing the second time, or before the server accepted."""
        if self._closing or not self._accepted:
            return b""
        self._closing = True
        return self._connection.send(events.CloseConnection(code=code))

    def receive(self, data: bytes) -> Iterator[Event]:
        """What `data` is; empty data is the end of the stream.

        Problem `protocol-error` for what is no WebSocket, `too-large`, `terminated` when the end was not announced.
        """
        if not data:
            raise Problem("terminated", "the server closed the connection")
        try:
            self._connection.receive_data(data)
            for event in self._connection.events():
                yield from self._translate(event)
        except RemoteProtocolError as exc:
            raise Problem("protocol-error", f"the server speaks no WebSocket: {exc}") from None

    def _translate(self, event: Any) -> Iterator[Event]:
        match event:
            case events.AcceptConnection():
                self._accepted = True
                yield Accepted(_headers(event))
            case events.RejectConnection():
                raise Problem("protocol-error", f"the server refused the WebSocket: status {event.status_code}")
            case events.TextMessage() | events.BytesMessage():
                message = self._collected(event)
                if message is not None:
                    yield message
            case events.Ping() if not self._closing:
                yield Reply(self._connection.send(event.response()))
            case events.CloseConnection():
                yield self._closed(event)

    def _closed(self, event: events.CloseConnection) -> Closed:
        # wsproto says in the same way that the server closed, and that it sent what is no frame.
        is_fault = self._connection.state is ConnectionState.OPEN
        reply = b"" if self._closing else self._connection.send(event.response())
        self._closing = True
        if is_fault:
            return Closed(reply, Problem("protocol-error", f"the server speaks no WebSocket: {event.reason}"))
        return Closed(reply, _problem(event))

    def _collected(self, event: events.TextMessage | events.BytesMessage) -> bytes | None:
        piece = event.data.encode() if isinstance(event, events.TextMessage) else bytes(event.data)
        self._size += len(piece)
        if self._size > MESSAGE_MAX:
            raise Problem("too-large", f"a message of the server is longer than {MESSAGE_MAX} bytes")
        if piece:
            self._message.append(piece)
        if not event.message_finished:
            return None
        message = b"".join(self._message)
        self._message, self._size = [], 0
        return message


def _headers(event: events.AcceptConnection) -> dict[str, str]:
    headers = response_headers(((bytes(name), bytes(value)) for name, value in event.extra_headers), binary=True)
    if event.subprotocol is not None:
        headers["Sec-WebSocket-Protocol"] = event.subprotocol
    return headers


def _problem(event: events.CloseConnection) -> Problem | None:
    if event.code in _CLEAN:
        return None
    reason = f": {event.reason}" if event.reason else ""
    return Problem("disconnected", f"the server closed the WebSocket with code {int(event.code)}{reason}")
