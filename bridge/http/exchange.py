"""One request and its response (RFC 9112), as a channel's data."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import h11

from bridge.channel import Channel
from bridge.http.connection import Connection, connection
from bridge.http.headers import HEAD_MAX, RawHeaders, request_headers, response_headers
from bridge.http.options import RequestOptions
from bridge.protocol import Problem

BUFFER_MAX = 64 * 1024
"""Bytes of a request that are waited for, to declare its length; a longer one goes in chunks while it comes."""
INTERIM_MAX = 64
"""Interim responses (1xx) before the response."""
_READ_SIZE = 64 * 1024
_WITHOUT_BODY = frozenset(("GET", "HEAD", "DELETE", "OPTIONS", "TRACE"))
"""Methods whose requests need no length where there is no body (RFC 9110, 8.6)."""


class Head(NamedTuple):
    """What comes before a response's body."""

    status: int
    reason: str
    headers: dict[str, str]


Announce = Callable[[Head], Awaitable[None]]


async def exchange(channel: Channel, options: RequestOptions, announce: Announce) -> None:
    """Send the channel's data as a request, call `announce` with the response's head, send its body on the channel.

    A request that declares `Content-Length`, or `Transfer-Encoding: chunked`, goes out while it comes; otherwise its
    length is found out first, unless it is long. There is no time limit for the answer: some wait for an event.
    Problem `protocol-error` for a request that is none, `terminated` for a response that is none or breaks off; see
    `connection` for the others.
    """
    headers = request_headers(options.headers or {})
    request, body = _declared(options, headers), b""
    if request is None:
        body, whole = await _beginning(channel)
        request = _undeclared(options, headers, len(body) if whole else None)
    async with connection(options) as streams:
        talk = _Talk(channel, streams, request)
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(talk.send(body))
            await talk.receive(announce)
            sending.cancel()


def _declared(options: RequestOptions, headers: RawHeaders) -> h11.Request | None:
    """The request, if the caller says how its body is delimited."""
    encodings = [value for name, value in (options.headers or {}).items() if name.lower() == "transfer-encoding"]
    is_counted = any(name.lower() == b"content-length" for name, _ in headers)
    if not encodings:
        return _head(options, headers) if is_counted else None
    if [value.strip().lower() for value in encodings] != ["chunked"]:
        raise Problem("protocol-error", "attribute 'headers': the only Transfer-Encoding is chunked")
    if is_counted:
        raise Problem("protocol-error", "attribute 'headers': Transfer-Encoding excludes Content-Length")
    return _undeclared(options, headers, None)


def _undeclared(options: RequestOptions, headers: RawHeaders, length: int | None) -> h11.Request:
    """The request with a body of `length` bytes, or of unknown length."""
    if length is None:
        return _head(options, [*headers, (b"Transfer-Encoding", b"chunked")])
    if length or options.method not in _WITHOUT_BODY:
        headers = [*headers, (b"Content-Length", b"%d" % length)]
    return _head(options, headers)


def _head(options: RequestOptions, headers: RawHeaders) -> h11.Request:
    given = {name.lower() for name, _ in headers}
    defaults = [(b"Host", options.authority.encode(errors="replace")), (b"Accept-Encoding", b"identity")]
    fields = [field for field in defaults if field[0].lower() not in given]
    try:
        return h11.Request(
            method=options.method,
            target=options.path,
            headers=[*fields, *headers, (b"Connection", b"close")],
        )
    except (h11.LocalProtocolError, UnicodeEncodeError) as exc:
        raise Problem("protocol-error", f"not an HTTP request: {exc}") from None


async def _beginning(channel: Channel) -> tuple[bytes, bool]:
    """The request's body, or more than BUFFER_MAX bytes of it, and whether this is all of it."""
    body = bytearray()
    while len(body) <= BUFFER_MAX:
        frame = await channel.read_frame()
        if frame is None:
            return bytes(body), True
        body += frame
    return bytes(body), False


class _Talk:
    """Both directions of one exchange."""

    def __init__(self, channel: Channel, streams: Connection, head: h11.Request) -> None:
        self._channel = channel
        self._reader, self._writer = streams
        self._head = head
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_MAX)

    async def send(self, body: bytes) -> None:
        """Send the request: `body`, then what comes on the channel. `receive` finds out why it fails."""
        try:
            await self._send(self._head)
            if body:
                await self._send(h11.Data(data=body))
            async for frame in self._channel.read():
                if frame:
                    await self._send(h11.Data(data=frame))
            await self._send(h11.EndOfMessage())
        except h11.LocalProtocolError as exc:
            raise Problem("protocol-error", f"not an HTTP request: {exc}") from None
        except OSError:
            pass

    async def _send(self, event: Any) -> None:
        data = self._h11.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()

    async def receive(self, announce: Announce) -> None:
        """Take the response to its end."""
        try:
            response = await self._response()
            await announce(self._announced(response))
            while not isinstance(event := await self._next(), h11.EndOfMessage):
                if isinstance(event, h11.Data):
                    await self._channel.write_stream(event.data)
        except (h11.RemoteProtocolError, OSError) as exc:
            raise Problem("terminated", str(exc)) from None

    async def _response(self) -> h11.Response:
        for _ in range(INTERIM_MAX):
            event = await self._next()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise Problem("terminated", "the server closed the connection without a response")
        raise Problem("terminated", f"more than {INTERIM_MAX} interim responses")

    async def _next(self) -> Any:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            self._h11.receive_data(await self._reader.read(_READ_SIZE))
        return event

    def _announced(self, response: h11.Response) -> Head:
        headers = response_headers(response.headers.raw_items(), binary=self._channel.is_binary)
        return Head(response.status_code, bytes(response.reason).decode("latin-1"), headers)
