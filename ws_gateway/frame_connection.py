"""Tornado's websocket connection, read by the chunk and not by the frame, and with close codes for what is wrong."""

import asyncio
import sys
from collections.abc import Awaitable
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Protocol

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketProtocol13

from ws_gateway.frames import BINARY, CLOSE, PING, PONG, TEXT, FrameError, FrameReader

if TYPE_CHECKING:
    from types import TracebackType

    from tornado.websocket import _WebSocketParams

READ_SIZE = 64 * 1024
"""Bytes read at once."""
BATCH = 256
"""Messages that are dealt with before others have their turn."""
YIELD_AFTER = 256 * 1024
"""Bytes after which others have their turn, even where more is there to be read."""
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
    """One connection to a client."""

    def __init__(self, receiver: Receiver, params: "_WebSocketParams") -> None:
        super().__init__(receiver, False, params)  # type: ignore[arg-type]
        self._receiver = receiver
        self._frames = FrameReader(params.max_message_size)

    def write(self, frames: bytes) -> "asyncio.Future[None]":
        """Sends whole frames; the answer is done when they left the process. StreamClosedError."""
        if self.server_terminated:
            raise StreamClosedError
        return self.stream.write(frames)

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
        work = 0
        while not self.client_terminated:
            chunk = await self.stream.read_bytes(READ_SIZE, partial=True)
            received = self._frames.feed(chunk)
            for start in range(0, len(received), BATCH):
                if start or work > YIELD_AFTER:
                    work = 0
                    await asyncio.sleep(0)
                self._take(received[start : start + BATCH])
                if (wait := self._receiver.taken()) is not None:
                    await wait
            work += len(chunk) + READ_SIZE // BATCH * len(received)
            if self._frames.fault is not None and not self.client_terminated:
                await self._fail(self._frames.fault)

    def _take(self, received: list[tuple[int, bytes]]) -> None:
        with self._receiver.batch():
            for opcode, payload in received:
                if self.client_terminated:
                    return
                if opcode in (TEXT, BINARY):
                    self._receiver.receive(payload)
                elif opcode == PING:
                    self._send_pong(payload)
                elif opcode == PONG:
                    self._received_pong = True
                elif opcode == CLOSE:
                    self._closed_by_client(payload)

    def _closed_by_client(self, payload: bytes) -> None:
        self.client_terminated = True
        if payload:
            self.close_code = int.from_bytes(payload[:2], "big")
            self.close_reason = payload[2:].decode()
        self.close(self.close_code)

    async def _fail(self, error: FrameError) -> None:
        """Says what is wrong, and waits for the other side to close, or for the time that it has for that."""
        self.close(error.code, error.reason)
        discarded = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_TIME):
                while discarded < DISCARD_MAX:
                    discarded += len(await self.stream.read_bytes(READ_SIZE, partial=True))
                    await asyncio.sleep(0)
        self._abort()
