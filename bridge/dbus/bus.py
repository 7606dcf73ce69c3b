"""dbus-fast's message bus, with a writer that waits where the socket is full and a word when the connection is lost."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.auth import AuthExternal

OUTPUT_HIGH = 1024 * 1024
"""Bytes of waiting output at which whoever produces it shall wait (`Bus.drain`)."""
_SERIAL_MAX = 0xFFFF_FFFF
_READ_SIZE = 64 * 1024


class _Auth(AuthExternal):
    """Asks for file descriptors, and goes on without them where the other side has none."""

    def _receive_line(self, line: str) -> str:
        if self.negotiating_fds and line.startswith("ERROR"):
            return "BEGIN"
        return str(super()._receive_line(line))


class _Socket(socket.socket):
    """Reads what there is and hands it out as asked; dbus-fast asks twice for each message.

    A read ends behind the message with which descriptors came (unix(7)), so they belong to the last message in it.
    """

    _read = b""
    _position = 0
    _ancillary: list[Any]

    def recvmsg(self, bufsize: int, ancbufsize: int = 0, flags: int = 0, /) -> Any:
        if self._position == len(self._read):
            flags |= socket.MSG_CMSG_CLOEXEC
            self._read, self._ancillary, *_ = super().recvmsg(_READ_SIZE, ancbufsize, flags)
            self._position = 0
        start, self._position = self._position, min(self._position + bufsize, len(self._read))
        is_last = self._position == len(self._read)
        return self._read[start : self._position], self._ancillary if is_last else (), 0, None


class Bus(MessageBus):
    """One connection to a bus.

    dbus-fast's own writer takes a full socket for a broken one and ends the connection; here output waits, unbounded
    by itself: producers look at `is_congested` and await `drain`. What is written in one turn of the loop goes out in
    one system call. The descriptors of a message are closed once `received` has returned. `lost` is called once, when
    the connection ends in any way.
    """

    def __init__(self, address: str, received: Callable[[Message], bool], lost: Callable[[Exception | None], None]):
        super().__init__(bus_address=address, auth=_Auth(), negotiate_unix_fd=True)
        self._output = bytearray()
        self._flushing = False
        self._drained: list[asyncio.Future[None]] = []
        self._lost = lost
        self._received = received

    async def open(self) -> None:
        """Connect and begin to call `received` with every message; OSError, AuthError … when that fails.

        Where the other side is no bus, and says so when it is greeted like one, `unique_name` is empty.
        """
        self.add_message_handler(self._greeted)
        await self.connect()
        self.remove_message_handler(self._greeted)
        self.add_message_handler(self._received)

    def end(self) -> None:
        """Close the connection now; `lost` is called."""
        if self._sock is None or self._disconnected:
            return
        self._flush()
        self._user_disconnect = True
        self._finalize(None)

    @property
    def is_congested(self) -> bool:
        """Whether much output waits."""
        return len(self._output) > OUTPUT_HIGH

    async def drain(self) -> None:
        """Wait until little output waits, or the connection is lost."""
        while self.is_congested and not self._disconnected:
            waiter = self._loop.create_future()
            self._drained.append(waiter)
            await waiter

    def next_serial(self) -> int:
        self._serial = self._serial % _SERIAL_MAX + 1
        return self._serial

    def post(self, message: Message) -> None:
        """Send `message`; what `marshal` raises is raised, and nothing sent."""
        self.write(self.marshal(message))

    def marshal(self, message: Message) -> bytearray:
        """`message` as bytes for `write`; whatever dbus-fast raises for a body that it cannot marshal is raised."""
        if not message.serial:
            message.serial = self.next_serial()
        return message._marshall(False)

    def write(self, data: bytearray) -> None:
        """Send a marshalled message; after the end it is dropped."""
        if self._disconnected:
            return
        self._output += data
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def send(self, msg: Message) -> asyncio.Future:  # type: ignore[override, type-arg]
        """`post`, for dbus-fast's own replies to those who ask us something."""
        self.post(msg)
        future: asyncio.Future[None] = self._loop.create_future()
        future.set_result(None)
        return future

    async def _authenticate(self) -> None:
        await super()._authenticate()
        assert self._sock is not None
        self._sock = _Socket(fileno=self._sock.detach())

    def _process_message(self, msg: Message) -> None:
        """Whoever wants to keep a descriptor of a message has copied it by then."""
        try:
            super()._process_message(msg)
        finally:
            for fd in msg.unix_fds:
                os.close(fd)

    def _greeted(self, message: Message) -> bool:
        """What comes before the answer to `Hello`, and that if it is an error."""
        welcome = self._method_return_handlers.get(message.reply_serial)
        if message.message_type is MessageType.ERROR and welcome is not None:
            del self._method_return_handlers[message.reply_serial]
            welcome(Message(message_type=MessageType.METHOD_RETURN, reply_serial=1, signature="s", body=[""]), None)
            return True
        return welcome is None and self._received(message)

    def _flush(self) -> None:
        if self._sock is None or self._fd is None or self._disconnected:
            return
        try:
            while self._output:
                count = self._sock.send(self._output)
                del self._output[:count]
        except BlockingIOError:
            self._loop.add_writer(self._fd, self._write_ready)
            return
        except OSError as exc:
            self._finalize(exc)
            return
        self._flushing = False

    def _write_ready(self) -> None:
        if self._fd is not None:
            self._loop.remove_writer(self._fd)
        self._flush()
        if not self.is_congested:
            self._wake()

    def _finalize(self, err: Exception | None = None) -> None:
        if self._disconnected:
            return
        super()._finalize(err)
        self._output.clear()
        self._wake()
        self._lost(err)

    def _wake(self) -> None:
        waiters, self._drained = self._drained, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
