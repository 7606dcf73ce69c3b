"""A stream of frames to a bridge, however the bridge was started."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from bridge.protocol import Deframer, frame, frame_head

READ_SIZE = 256 * 1024
"""Bytes taken from the bridge at once; and those that wait until somebody asks for them."""
UNSENT_MAX = 32 * 1024 * 1024
"""Bytes that wait for a bridge which does not read, before it is given up."""
TERM_AFTER = 2.0
"""Seconds after the end of its input until a bridge gets SIGTERM."""
KILL_AFTER = 4.0
"""Seconds after the end of its input until its process group gets SIGKILL."""

_log = logging.getLogger(__name__)

Sink = Callable[[list[bytes]], Awaitable[None] | None]
"""Takes messages; what it returns is waited for before more is read."""


class BridgeStream(asyncio.BufferedProtocol):
    """A running bridge, as the protocol of the connection to it. Ended by `stop`, which its owner must call."""

    returncode: int | None
    """Its exit status, negative for a signal; None while it runs, or where nobody tells."""

    _buffer: ClassVar[memoryview] = memoryview(bytearray(READ_SIZE))
    """Of all streams: what is read into it is taken out of it before the next is."""

    def __init__(self) -> None:
        self._deframer = Deframer()
        self._messages: list[bytes] = []
        self._waiting = 0
        self._sink: Sink | None = None
        self._wait: Awaitable[None] | None = None
        self._fault: Exception | None = None
        self._discarding = False
        self._output_ended = self._input_ended = False
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._batch: list[bytes] | None = None

    async def receive(self) -> list[bytes]:
        """The next messages; none at the end of its output. Problem `protocol-error` when that cannot be read on."""
        while not self._messages:
            if self._fault is not None:
                raise self._fault
            if self._output_ended:
                return []
            await self._next()
        messages, self._messages, self._waiting = self._messages, [], 0
        return messages

    async def relay(self, sink: Sink) -> None:
        """Calls `sink` with messages as they come, until the end of its output. Problem `protocol-error`."""
        while messages := await self.receive():
            if (wait := sink(messages)) is not None:
                await wait
            self._sink = sink
            while not (self._messages or self._fault or self._output_ended):
                await self._next()
                if self._wait is not None:
                    await self._wait
                    self._wait = None
            self._sink = None

    def post(self, message: bytes) -> None:
        """Sends without waiting. A bridge that is gone hears nothing; one that does not read is ended."""
        if self._transport.is_closing() or self._input_ended:
            return
        if self._transport.get_write_buffer_size() > UNSENT_MAX:
            _log.warning("%s does not read what it is sent; killed", self)
            self.kill()
            return
        if self._batch is None:
            self._transport.write(frame(message))
        else:
            self._batch += (frame_head(message), message)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """What is sent meanwhile, by whomever, goes in one piece at the end. Not to be waited in."""
        self._batch = []
        try:
            yield
        finally:
            batch, self._batch = self._batch, None
            if batch and not self._transport.is_closing():
                self._transport.write(b"".join(batch))

    @property
    def is_behind(self) -> bool:
        """Whether the bridge has so much to read that whoever sends should wait (`drain`)."""
        return not self._writable.is_set()

    async def drain(self) -> None:
        """Waits while the bridge is behind with reading."""
        await self._writable.wait()

    async def exited(self, seconds: float) -> bool:
        """Whether it ended by itself within that time."""
        raise NotImplementedError

    async def stop(self, term_after: float = TERM_AFTER, kill_after: float = KILL_AFTER) -> None:
        """Ends its input, then asks it to end, then ends its process group; returns when it is gone."""
        raise NotImplementedError

    def kill(self) -> None:
        """Ends it at once."""
        raise NotImplementedError

    async def _silence(self) -> None:
        """Waits for the end of its output, of which nothing more is read."""
        self._discarding = True
        self._transport.resume_reading()
        await self._over.wait()

    def _end_input(self) -> None:
        if self._transport.is_closing() or self._input_ended:
            return
        self._input_ended = True
        try:
            self._transport.write_eof()
        except OSError:
            self._transport.abort()

    async def _next(self) -> None:
        self._news.clear()
        self._transport.resume_reading()
        await self._news.wait()

    def _take(self, messages: list[bytes]) -> None:
        if self._sink is not None and self._wait is None:
            self._wait = self._sink(messages)
            if self._wait is None:
                return
            self._transport.pause_reading()
        else:
            self._messages += messages
            self._waiting += sum(map(len, messages))
            if self._waiting >= READ_SIZE:
                self._transport.pause_reading()
        self._news.set()

    # For the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to put what was read."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Something was read."""
        if self._discarding or self._fault is not None:
            return
        try:
            if messages := self._deframer.feed(bytes(self._buffer[:nbytes])):
                self._take(messages)
        except Exception as exc:
            # Whoever waits for messages gets it, after those that came before.
            self._fault = exc
            self._transport.pause_reading()
            self._news.set()

    def eof_received(self) -> bool:
        """The bridge's output ended; its input may go on."""
        self._ended()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Both ended."""
        self._ended()
        self._writable.set()

    def pause_writing(self) -> None:
        """The bridge is behind."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It is not any more."""
        self._writable.set()

    def _ended(self) -> None:
        self._output_ended = True
        self._over.set()
        self._news.set()
