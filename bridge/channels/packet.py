"""`packet`: a unix socket of packets (reference 2.18)."""

import asyncio
import errno
import socket
from dataclasses import dataclass

from bridge.channel import Channel
from bridge.connect import connect
from bridge.options import option
from bridge.protocol import JsonObject, Problem

SIZE_DEFAULT = 64 * 1024
SIZE_MAX = 128 * 1024
"""Bytes of the longest packet a channel can ask for."""


class PacketChannel(Channel):
    """A frame is a packet, both ways: borders are kept. A longer packet than `max-size` closes it with `too-large`.

    `options {max-size}` changes the size. `done` ends the direction it is said in.
    """

    payload = "packet"
    __slots__ = ("_size",)

    @dataclass(frozen=True, slots=True)
    class Options:
        """`unix` is the socket's path."""

        unix: str
        max_size: int = option("max-size", default=SIZE_DEFAULT)

    def opened(self, options: Options) -> None:
        self._size = _checked(options.max_size)
        super().opened(options)

    async def run(self, options: Options) -> None:
        with await connect(unix=options.unix, port=None, address=None, kind=socket.SOCK_SEQPACKET) as sock:
            self.ready()
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(self._send(sock))
                await self._receive(sock)
                sending.cancel()
        self.done()

    def options_changed(self, message: JsonObject) -> None:
        self._size = _checked(message.get("max-size", self._size))

    async def _receive(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            # One byte more than allowed tells a packet that is too long; what does not fit is lost (recv(2)).
            packet = await loop.sock_recv(sock, SIZE_MAX + 1)
            if not packet:
                return
            if len(packet) > self._size:
                raise Problem("too-large", f"a packet is longer than {self._size} bytes")
            await self.write(packet)

    async def _send(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            async for frame in self.read():
                await loop.sock_sendall(sock, frame)
            sock.shutdown(socket.SHUT_WR)
        except OSError as exc:
            if exc.errno == errno.EMSGSIZE:
                raise Problem("too-large", "the packet is longer than the socket takes") from None
            # That nobody reads any more is told by the end of the other direction.


def _checked(size: object) -> int:
    if type(size) is not int:
        raise Problem("protocol-error", "attribute 'max-size': must have type int")
    if not 0 < size <= SIZE_MAX:
        raise Problem("protocol-error", f"attribute 'max-size': must be between 1 and {SIZE_MAX}")
    return size
