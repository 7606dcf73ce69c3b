"""TLS on the console's port: the context, and the few words for who comes without TLS (reference 4.1, 4.2)."""

import asyncio
import os
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream, SSLIOStream
from tornado.netutil import add_accept_handler, ssl_wrap_socket

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD_TIMEOUT = 30
"""Seconds for a request's head, and between two requests of a connection."""
SERVER_LIMITS: dict[str, Any] = {
    "idle_connection_timeout": HEAD_TIMEOUT,
    "body_timeout": 10,
    "max_header_size": 16 * 1024,
    "max_body_size": 8 * 1024,
}
"""What a connection may take, in time and bytes; Tornado has no such limits by itself."""
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; those of 1.3 are all good."""
_HANDSHAKE = b"\x16"


def make_context(certificate: int) -> ssl.SSLContext:
    """A server's context for the descriptor of a file that holds key and certificates; OSError if it is not usable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    load_certificate(context, certificate)
    return context


def ask_for_certificates(context: ssl.SSLContext, authorities: Path | None) -> None:
    """From the next connection on browsers may show a certificate, of one of `authorities`; None: they are not asked.

    OSError for a file that holds none. A certificate that is not believed ends the connection.
    """
    if authorities is None:
        context.verify_mode = ssl.CERT_NONE
        return
    context.load_verify_locations(authorities)
    context.verify_mode = ssl.CERT_OPTIONAL


def load_certificate(context: ssl.SSLContext, certificate: int) -> None:
    """From the next connection on `context` has this certificate. OSError, and no change, if it is not usable."""
    path = f"/proc/self/fd/{certificate}"
    os.lseek(certificate, 0, os.SEEK_SET)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
    context.load_cert_chain(path)


class TlsPort:
    """Looks at the first byte of each connection, and gives it to the server that understands it."""

    def __init__(self, encrypted: HTTPServer, plain: HTTPServer, context: ssl.SSLContext) -> None:
        self._encrypted = encrypted
        self._plain = plain
        self._context = context
        self._listeners: list[socket.socket] = []
        self._removers: list[Callable[[], None]] = []
        self._waiting: dict[socket.socket, asyncio.TimerHandle] = {}

    def start(self, listeners: list[socket.socket]) -> None:
        """Begins to accept."""
        self._listeners = listeners
        self._removers = [add_accept_handler(listener, self._accepted) for listener in listeners]

    async def stop(self) -> None:
        """Accepts no more, and lets go of those who have said nothing yet, or nothing encrypted."""
        for remove in self._removers:
            remove()
        for listener in self._listeners:
            listener.close()
        for connection in tuple(self._waiting):
            self._forget(connection)
            connection.close()
        await self._plain.close_all_connections()

    def _accepted(self, connection: socket.socket, address: Any) -> None:
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        self._waiting[connection] = loop.call_later(HEAD_TIMEOUT, self._expire, connection)
        loop.add_reader(connection, self._spoke, connection, address)

    def _forget(self, connection: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(connection)
        self._waiting.pop(connection).cancel()

    def _expire(self, connection: socket.socket) -> None:
        self._forget(connection)
        connection.close()

    def _spoke(self, connection: socket.socket, address: Any) -> None:
        try:
            first = connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError:
            first = b""
        self._forget(connection)
        if first == _HANDSHAKE:
            self._encrypt(connection, address)
        elif first:
            self._plain.handle_stream(IOStream(connection), address)
        else:
            connection.close()

    def _encrypt(self, connection: socket.socket, address: Any) -> None:
        try:
            wrapped = ssl_wrap_socket(connection, self._context, server_side=True, do_handshake_on_connect=False)
        except OSError:
            connection.close()
            return
        self._encrypted.handle_stream(SSLIOStream(wrapped), address)
