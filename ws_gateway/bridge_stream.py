"""A stream of frames to a bridge, however the bridge was started."""

import asyncio
import logging

from bridge.protocol import Deframer, frame

READ_SIZE = 256 * 1024
"""Bytes taken from the bridge at once."""
UNSENT_MAX = 32 * 1024 * 1024
"""Bytes that wait for a bridge which does not read, before it is given up."""
TERM_AFTER = 2.0
"""Seconds after the end of its input until a bridge gets SIGTERM."""
KILL_AFTER = 4.0
"""Seconds after the end of its input until its process group gets SIGKILL."""

_log = logging.getLogger(__name__)


class BridgeStream:
    """A running bridge. Ended by `stop`, which its owner must call."""

    returncode: int | None
    """Its exit status, negative for a signal; None while it runs, or where nobody tells."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._deframer = Deframer()

    async def receive(self) -> list[bytes]:
        """The next messages; none at the end of its output. Problem `protocol-error` when that cannot be read on."""
        while True:
            try:
                chunk = await self._reader.read(READ_SIZE)
            except ConnectionError:
                return []
            if not chunk:
                return []
            if messages := self._deframer.feed(chunk):
                return messages

    def post(self, message: bytes) -> None:
        """Sends without waiting. A bridge that is gone hears nothing; one that does not read is ended."""
        if self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > UNSENT_MAX:
            _log.warning("%s does not read what it is sent; killed", self)
            self.kill()
            return
        self._writer.write(frame(message))

    async def send(self, message: bytes) -> None:
        """Sends, and waits while the bridge is behind with reading."""
        self.post(message)
        try:
            await self._writer.drain()
        except ConnectionError:
            return

    async def exited(self, seconds: float) -> bool:
        """Whether it ended by itself within that time."""
        raise NotImplementedError

    async def stop(self, term_after: float = TERM_AFTER, kill_after: float = KILL_AFTER) -> None:
        """Ends its input, then asks it to end, then ends its process group; returns when it is gone."""
        raise NotImplementedError

    def kill(self) -> None:
        """Ends it at once."""
        raise NotImplementedError

    def _end_input(self) -> None:
        if self._writer.is_closing():
            return
        try:
            self._writer.write_eof()
        except OSError:
            self._writer.transport.abort()
