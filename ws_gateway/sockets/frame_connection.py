"""Tornado's websocket connection, read by the chunk and not by the frame, and with close codes for what is wrong."""

import asyncio
import sys
from collections.abc import Awaitable
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Protocol

from tornado.iostream import IOStream, StreamClosedError
from tornado.websocket import WebSocketProtocol13

from ws_gateway.sockets.frames import BINARY, CLOSE, PING, TEXT, FrameError, FrameReader
from ws_gateway.sockets.socket_stream import READ_SIZE, SocketStream

if TYPE_CHECKING:
    from types import TracebackType

    from tornado.websocket import _WebSocketParams

BATCH = 256
"""Messages that are dealt with before others have their turn."""
DISCARD_MAX = 16 * 1024 * 1024
DISCARD_TIME = 1.0
"""Bytes and seconds for which is read and dropped what comes of who broke the rules: they get the word, no reset."""


class Receiver(Protocol):
    """Who a connection's messages are for."""

    def receive(self, payload: bytes) -> None:
        """Takes a message; never waits."""

    def batch(self) -> AbstractContextManager[None]:
        """Entered while messages that came together are taken."""

    def taken(self) -> Awaitable[None] | None:
        """What to wait for before more is read, after such a batch; None: nothing."""

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: "TracebackType | None",
    ) -> None:
        """Logs a fault of `receive`."""

    def on_ws_connection_close(self, close_code: int | None = None, close_reason: str | None = None) -> None:
        """The connection is gone."""


class FrameConnection(WebSocketProtocol13):
    """One connection to a client.

    What comes is dealt with as it comes, in the event loop's call; only where something must be waited for, or there is
    much of it, does the connection's coroutine take part, and nothing is read meanwhile.
    """

    def __init__(self, receiver: Receiver, params: "_WebSocketParams") -> None:
        super().__init__(receiver, False, params)  # type: ignore[arg-type]
        self._receiver = receiver
        self._frames = FrameReader(params.max_message_size)
        self._direct: SocketStream | None = None
        self._news = asyncio.Event()
        self._rest: list[tuple[int, bytes]] = []
        self._wait: Awaitable[None] | None = None
        self._fault: Exception | None = None
        self._discarded = 0
        self._heard = True

    def write(self, frames: bytes) -> "asyncio.Future[None] | None":
        """Sends whole frames; None if they left the process, else what is done when they have. StreamClosedError."""
        if self.server_terminated:
            raise StreamClosedError
        return self.stream.write(frames) if self._direct is None else self._direct.send(frames)

    @property
    def written(self) -> int:
        """Bytes that left the process since the handshake."""
        return 0 if self._direct is None else self._direct.written

    def has_spoken(self) -> bool:
        """Whether something came since this was asked before, or nothing is read that could have."""
        heard, self._heard = self._heard, False
        return heard or self._direct is None or not self._direct.reading

    async def _receive_frame_loop(self) -> None:
        try:
            await self._read()
        except StreamClosedError:
            self._abort()
        except Exception:
            self._receiver.log_exception(*sys.exc_info())
            self._abort()
        finally:
            self._receiver.on_ws_connection_close(self.close_code, self.close_reason)

    async def _read(self) -> None:
        direct = await self._take_over(self.stream)
        while not self.client_terminated:
            await self._catch_up()
            if self._frames.fault is not None:
                await self._fail(direct, self._frames.fault)
                return
            direct.resume()
            await self._news.wait()
            self._news.clear()

    async def _take_over(self, stream: IOStream) -> SocketStream:
        """From here on Tornado's stream reads and writes nothing any more; what it had read is taken."""
        while True:
            while stream.writing():
                await stream.write(b"")
            # A read that has to wait is the proof that nothing is left in the stream.
            chunk = stream.read_bytes(READ_SIZE, partial=True)
            assert isinstance(chunk, asyncio.Future)
            if not chunk.done():
                break
            self._received(await chunk)
            await self._catch_up()
        direct = self._direct = SocketStream(stream, self._received, self._news.set)
        self.stream = direct  # type: ignore[assignment]
        return direct

    def _received(self, chunk: bytes) -> None:
        self._heard = True
        if self._is_broken:
            self._discarded += len(chunk)
        elif self._deal_with(chunk):
            return
        if self._direct is not None:
            self._direct.pause()
        self._news.set()

    @property
    def _is_broken(self) -> bool:
        return self._frames.fault is not None

    def _deal_with(self, chunk: bytes) -> bool:
        """Takes the messages that end in `chunk`; whether that was all there is to do."""
        try:
            self._rest = self._frames.feed(chunk)
            if self._is_broken or len(self._rest) > BATCH:
                return False
            self._take_some()
        except Exception as exc:
            self._fault = exc
            return False
        return self._wait is None and not self.client_terminated

    def _take_some(self) -> None:
        batch, self._rest = self._rest[:BATCH], self._rest[BATCH:]
        self._take(batch)
        self._wait = self._receiver.taken()

    async def _catch_up(self) -> None:
        """Deals with what came and was too much to be dealt with at once."""
        while True:
            if self._fault is not None:
                raise self._fault
            if self.stream.closed():
                raise StreamClosedError
            if self._wait is not None:
                wait, self._wait = self._wait, None
                await wait
            elif self._rest:
                await asyncio.sleep(0)
                self._take_some()
            else:
                break

    def _take(self, received: list[tuple[int, bytes]]) -> None:
        if len(received) == 1:
            self._take_one(*received[0])
            return
        with self._receiver.batch():
            for opcode, payload in received:
                if self.client_terminated:
                    return
                self._take_one(opcode, payload)

    def _take_one(self, opcode: int, payload: bytes) -> None:
        if opcode in (TEXT, BINARY):
            self._receiver.receive(payload)
        elif opcode == PING:
            self._send_pong(payload)
        elif opcode == CLOSE:
            self._closed_by_client(payload)

    def _closed_by_client(self, payload: bytes) -> None:
        self.client_terminated = True
        if payload:
            self.close_code = int.from_bytes(payload[:2], "big")
            self.close_reason = payload[2:].decode()
        self.close(self.close_code)

    async def _fail(self, direct: SocketStream, error: FrameError) -> None:
        """Says what is wrong after what was answered before, and lets the other side close, for as long as it may take.

        A connection that is closed with something unread is reset, and the word would be lost.
        """
        await asyncio.sleep(0)
        self.close(error.code, error.reason)
        direct.end_output()
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_TIME):
                while self._discarded < DISCARD_MAX and not direct.closed():
                    self._news.clear()
                    direct.resume()
                    await self._news.wait()
        self._abort()
