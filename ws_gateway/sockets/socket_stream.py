"""A connection after its handshake, read and written in the event loop's own calls: a message costs no task.

Tornado's streams answer with futures, each of which is a turn of the loop; that is most of what a small message costs.
"""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Callable

from tornado.iostream import IOStream, StreamClosedError

READ_SIZE = 256 * 1024
"""Bytes read at once."""
_LATER = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_buffer = memoryview(bytearray(READ_SIZE))
"""Of all connections: what is read into it is taken out of it before the next is."""


class SocketStream:
    """What `stream` was, which is idle: nothing read is left in it, and nothing waits to be written.

    `received` gets what comes, from the first `resume` on; `ended` is called once, when nothing can be read or written
    any more. It also is to Tornado's websocket protocol what that needs of a stream.
    """

    def __init__(self, stream: IOStream, received: Callable[[bytes], None], ended: Callable[[], None]) -> None:
        self.io_loop = stream.io_loop
        self._stream = stream
        self._socket: socket.socket = stream.socket
        self._is_tls = isinstance(self._socket, ssl.SSLSocket)
        self._received = received
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self.reading = self._closed = self._ending = False
        """Whether what comes is read: between `resume` and `pause`."""
        self._unsent: deque[memoryview] = deque()
        self._sent: asyncio.Future[None] | None = None
        self.written = 0
        """Bytes that left the process."""
        stream.io_loop.remove_handler(stream.fileno())

    def closed(self) -> bool:
        """Whether it ended."""
        return self._closed

    def close(self) -> None:
        """Ends it at once; what waits to be written is lost."""
        if self._closed:
            return
        self.pause()
        self._closed = True
        self._loop.remove_writer(self._socket)
        self._unsent.clear()
        self._stream.close()
        if self._sent is not None:
            self._sent.set_exception(StreamClosedError())
            # Whoever waits gets it; that nobody does is no fault.
            self._sent.exception()
        self._ended()

    def end_output(self) -> None:
        """Nothing is sent after what waits, and the other side reads the end; what it sends is read as before."""
        self._ending = True
        if not self._unsent:
            self._shut_down()

    def set_nodelay(self, value: bool) -> None:
        """Whether small writes go at once."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, int(value))

    def resume(self) -> None:
        """Reads from now on."""
        if not self.reading and not self._closed:
            self.reading = True
            self._loop.add_reader(self._socket, self._readable)
            self._read_decrypted_soon()

    def pause(self) -> None:
        """Reads no more, until `resume`."""
        if self.reading:
            self.reading = False
            self._loop.remove_reader(self._socket)

    def send(self, data: bytes) -> "asyncio.Future[None] | None":
        """Writes; None if all of it left the process, else what is done when it has. StreamClosedError."""
        if self._closed or self._ending:
            raise StreamClosedError
        if not self._unsent:
            sent = self._send(data)
            if sent == len(data):
                return None
            self._unsent.append(memoryview(data)[sent:])
            self._loop.add_writer(self._socket, self._writable)
        else:
            self._unsent.append(memoryview(data))
        if self._sent is None:
            self._sent = self._loop.create_future()
        return self._sent

    def write(self, data: bytes) -> "asyncio.Future[None]":
        """The same, as Tornado has it."""
        if (sent := self.send(data)) is None:
            sent = self._loop.create_future()
            sent.set_result(None)
        return sent

    def _readable(self) -> None:
        try:
            size = self._socket.recv_into(_buffer)
        except _LATER:
            return
        except OSError:
            size = 0
        if not size:
            self.close()
            return
        self._received(bytes(_buffer[:size]))
        self._read_decrypted_soon()

    def _read_decrypted_soon(self) -> None:
        """What TLS has read already does not make the socket readable."""
        if self._is_tls and self.reading and self._socket.pending():  # type: ignore[attr-defined]
            self._loop.call_soon(self._read_decrypted)

    def _read_decrypted(self) -> None:
        if self.reading:
            self._readable()

    def _send(self, data: bytes | memoryview) -> int:
        try:
            sent = self._socket.send(data)
        except _LATER:
            return 0
        except OSError:
            self.close()
            raise StreamClosedError from None
        self.written += sent
        return sent

    def _shut_down(self) -> None:
        # Of a TLS connection this is its last word as well: from here on its socket reads what was not decrypted.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def _writable(self) -> None:
        with contextlib.suppress(StreamClosedError):
            while self._unsent:
                sent = self._send(self._unsent[0])
                if sent < len(self._unsent[0]):
                    self._unsent[0] = self._unsent[0][sent:]
                    return
                self._unsent.popleft()
            self._loop.remove_writer(self._socket)
            if self._ending:
                self._shut_down()
            sent_all, self._sent = self._sent, None
            if sent_all is not None:
                sent_all.set_result(None)
