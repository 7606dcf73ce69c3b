"""`websocket-stream1`: a WebSocket of a server, message by message (reference 2.18)."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge.channel import Channel
from bridge.connect import CONNECT_TIMEOUT
from bridge.http.options import ServerOptions
from bridge.protocol import Problem

if TYPE_CHECKING:
    from bridge.http.connection import Connection
    from bridge.http.websocket import Closed, WebSocket

CLOSE_PATIENCE = 5.0
"""Seconds that the server gets to answer our closing of the WebSocket."""
PROTOCOLS_MAX = 64
"""Subprotocols that are offered."""
_READ_SIZE = 64 * 1024
_HANDSHAKE = frozenset(
    (b"host", b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-extensions", b"sec-websocket-protocol")
)


class WebSocketChannel(Channel):
    """`response` and `ready` come when the server accepts; then a frame is a message, both ways.

    Messages are sent as binary on a binary channel, as text otherwise. `done` closes the WebSocket. When the server
    closes it with another code than 1000 or 1001, the channel closes with `disconnected`.
    """

    payload = "websocket-stream1"
    __slots__ = ()

    @dataclass(frozen=True, slots=True)
    class Options(ServerOptions):
        """See reference 2.18."""

        path: str = ""
        protocols: list[str] = field(default_factory=list)
        headers: dict[str, str] = field(default_factory=dict)

    async def run(self, options: Options) -> None:
        from bridge.http.connection import connection
        from bridge.http.websocket import WebSocket

        if not options.path:
            raise Problem("protocol-error", "attribute 'path' required")
        if len(options.protocols) > PROTOCOLS_MAX:
            raise Problem("protocol-error", f"attribute 'protocols': more than {PROTOCOLS_MAX}")
        options.check()
        socket = WebSocket(binary=self.is_binary)
        handshake = _handshake(socket, options)
        async with connection(options) as streams:
            try:
                streams[1].write(handshake)
                problem = await self._talk(socket, streams)
            finally:
                # The last word, as far as the kernel takes it at once.
                streams[1].write(socket.close())
        if problem:
            raise problem
        self.done()

    async def _talk(self, socket: "WebSocket", streams: "Connection") -> Problem | None:
        opened = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            receiving = tasks.create_task(self._receive(socket, streams, opened))
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT):
                    await opened.wait()
            except TimeoutError:
                raise Problem("timeout", "the server did not answer the WebSocket's request in time") from None
            sending = tasks.create_task(self._send(socket, streams))
            await asyncio.wait([receiving])
            sending.cancel()
        return receiving.result().problem

    async def _receive(self, socket: "WebSocket", streams: "Connection", opened: asyncio.Event) -> "Closed":
        from bridge.http.websocket import Accepted, Closed, Reply

        reader, writer = streams
        while True:
            for event in socket.receive(await _read(reader)):
                match event:
                    case Accepted(headers):
                        self.control("response", status=101, reason="Switching Protocols", headers=headers)
                        self.ready()
                        opened.set()
                    case Reply(data):
                        await _write(writer, data)
                    case Closed(reply):
                        await _write(writer, reply)
                        return event
                    case bytes():
                        await self.write(event)

    async def _send(self, socket: "WebSocket", streams: "Connection") -> None:
        writer = streams[1]
        async for frame in self.read():
            await _write(writer, socket.message(frame))
        await _write(writer, socket.close())
        await asyncio.sleep(CLOSE_PATIENCE)
        raise Problem("timeout", "the server did not answer the closing of the WebSocket")


def _handshake(socket: "WebSocket", options: WebSocketChannel.Options) -> bytes:
    from bridge.http.headers import request_headers

    headers = request_headers(options.headers)
    given = {name.lower(): value for name, value in headers}
    extra = [(name, value) for name, value in headers if name.lower() not in _HANDSHAKE]
    if b"origin" not in given:
        extra.append((b"Origin", options.origin.encode(errors="replace")))
    host = given.get(b"host", b"").decode() or options.authority
    return socket.handshake(host, options.path, options.protocols, extra)


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(_READ_SIZE)
    except OSError as exc:
        raise Problem("terminated", str(exc)) from None


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send; that the server reads no more is found out by reading."""
    if data:
        writer.write(data)
        with contextlib.suppress(OSError):
            await writer.drain()
