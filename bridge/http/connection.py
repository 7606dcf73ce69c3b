"""A connection to a server, with or without TLS, as a pair of streams."""

import asyncio
import contextlib
import errno
import ssl
from collections.abc import AsyncIterator

from bridge.connect import CONNECT_TIMEOUT, connect
from bridge.http.options import ServerOptions
from bridge.protocol import Problem

_PROBLEMS = {errno.EACCES: "access-denied", errno.EPERM: "access-denied", errno.ETIMEDOUT: "timeout"}
"""What is not `not-found` of the errors of opening."""
_BUFFER = 64 * 1024

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def connection(server: ServerOptions) -> AsyncIterator[Connection]:
    """A connection to `server`, cut off at the end whatever is still on its way.

    Problem `not-found` where nobody listens, `unknown-hostkey` for a certificate that is not trusted, `terminated` for
    another failure of TLS, `access-denied`, `timeout`.
    """
    reader, writer = await _open(server)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def _open(server: ServerOptions) -> Connection:
    try:
        context = await _context(server)
        sock = await connect(unix=server.unix, port=server.port, address=server.address)
    except OSError as exc:
        raise Problem(_PROBLEMS.get(exc.errno or 0, "not-found"), str(exc)) from None
    try:
        return await asyncio.open_connection(
            sock=sock,
            limit=_BUFFER,
            ssl=context,
            server_hostname=server.host if context else None,
            ssl_handshake_timeout=CONNECT_TIMEOUT if context else None,
        )
    except ssl.SSLCertVerificationError as exc:
        raise Problem("unknown-hostkey", str(exc)) from None
    except (OSError, ValueError) as exc:
        raise Problem("terminated", str(exc)) from None


async def _context(server: ServerOptions) -> ssl.SSLContext | None:
    if server.tls is None:
        return None
    from bridge.http.tls import client_context

    return await client_context(server.tls)
