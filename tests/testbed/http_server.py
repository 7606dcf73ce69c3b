"""HTTP servers of a test: as many as it wants, as wrong as it wants."""

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from bridge.testing import Wire

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PATIENCE = 10.0


@contextlib.asynccontextmanager
async def serving(handler: Handler, **options: Any) -> AsyncIterator[dict[str, Any]]:
    """A server on loopback; the channel options that name it. At the end its connections must have ended."""
    ended: list[asyncio.Task[None] | None] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended.append(asyncio.current_task())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await handler(reader, writer)
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()

    async with await asyncio.start_server(handle, "127.0.0.1", 0, **options) as server:
        yield {"address": "127.0.0.1", "port": server.sockets[0].getsockname()[1]}
        await asyncio.wait_for(asyncio.gather(*(task for task in ended if task)), PATIENCE)


def answering(response: bytes, requests: list[bytes] | None = None) -> Handler:
    """Answers every request that has no body; `requests` gets their heads."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if requests is not None:
            requests.append(head)
        writer.write(response)
        await writer.drain()

    return handle


def make_certificate(folder: Path) -> Path:
    """A certificate for localhost that vouches for itself, with its key beside it (`.key`)."""
    file = folder / "server.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        + ["-keyout", str(file.with_suffix(".key")), "-out", str(file), "-days", "2", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )
    return file


def server_context(certificate: Path) -> ssl.SSLContext:
    """TLS for a server with a certificate of `make_certificate`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


def request(wire: Wire, server: dict[str, Any], method: str = "GET", **options: Any) -> None:
    """Open the `http-stream2` channel `c`; `server` may have any option."""
    wire.open("c", "http-stream2", **({"method": method, "path": "/"} | server | options))


def get(wire: Wire, server: dict[str, Any], **options: Any) -> None:
    """The same for a request that has no body."""
    request(wire, server, **options)
    wire.control("done", "c")
