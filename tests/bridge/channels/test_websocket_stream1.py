"""`websocket-stream1` on the wire, against Tornado's server and against servers that misbehave."""

import asyncio
import contextlib
import hashlib
import socket
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from testbed.http_server import make_certificate, server_context, serving
from tornado import httpserver, netutil, web, websocket

from bridge.channels import websocket_stream1
from bridge.protocol import Control
from bridge.testing import Wire


class Echo(websocket.WebSocketHandler):
    """Sends messages back; some texts make it do something else."""

    ended: asyncio.Queue[tuple[int | None, str | None]]

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return subprotocols[-1] if subprotocols else None

    async def on_message(self, message: str | bytes) -> None:
        match message:
            case "headers":
                await self.write_message(dict(self.request.headers))
            case "bytes":
                await self.write_message(b"\xff\xfe", binary=True)
            case "ping":
                self.ping(b"there?")
            case str() if message.startswith("close "):
                self.close(int(message[6:]), "as you say")
            case "abort":
                self.ws_connection.stream.close()  # type: ignore[union-attr]
            case _:
                await self.write_message(message, binary=isinstance(message, bytes))

    def on_pong(self, data: bytes) -> None:
        self.write_message(b"pong " + data)

    def on_close(self) -> None:
        self.application.settings["ended"].put_nowait((self.close_code, self.close_reason))


class Server:
    """Tornado on a port of its own."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.ended: asyncio.Queue[tuple[int | None, str | None]] = asyncio.Queue()
        application = web.Application([("/ws", Echo)], ended=self.ended, log_function=lambda _: None)
        sockets = netutil.bind_sockets(0, "127.0.0.1")
        self.http = httpserver.HTTPServer(application, ssl_options=tls)
        self.http.add_sockets(sockets)
        self.options = {"address": "127.0.0.1", "port": sockets[0].getsockname()[1], "path": "/ws"}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    yield server
    server.http.stop()
    await server.http.close_all_connections()


async def opened(wire: Wire, server: Server, **options: Any) -> dict[str, Any]:
    wire.open("c", "websocket-stream1", **(server.options | options))
    response = await wire.expect("response", "c", status=101)
    await wire.expect("ready", "c")
    return response


async def closed(wire: Wire, problem: str | None) -> dict[str, Any]:
    """The channel's end; without a problem `done` goes before."""
    if problem is None:
        await wire.expect("done", "c")
    close = await wire.expect("close", "c")
    assert close.get("problem") == problem
    return close


async def test_messages_both_ways_and_the_end(wire: Wire, server: Server) -> None:
    response = await opened(wire, server)
    assert response["headers"]["server"].startswith("Tornado")
    for message in (b"hello", "grüß".encode(), b"", b"x" * 200_000):
        wire.send("c", message)
        assert await wire.data("c") == message
    wire.control("done", "c")
    await closed(wire, None)
    assert (await server.ended.get())[0] == 1000


async def test_binary_messages(wire: Wire, server: Server) -> None:
    await opened(wire, server, binary="raw")
    wire.send("c", b"\xff\xfe")
    assert await wire.data("c") == b"\xff\xfe"


async def test_what_the_server_is_told(wire: Wire, server: Server) -> None:
    response = await opened(wire, server, protocols=["one", "two"], headers={"X-Foo": "bar", "Upgrade": "h2c"})
    assert response["headers"]["Sec-WebSocket-Protocol"] == "two"
    wire.send("c", b"headers")
    headers = (await wire.data("c")).decode()
    assert '"X-Foo": "bar"' in headers
    assert '"Sec-Websocket-Protocol": "one, two"' in headers
    assert f'"Origin": "http://127.0.0.1:{server.options["port"]}"' in headers
    assert f'"Host": "127.0.0.1:{server.options["port"]}"' in headers
    assert "h2c" not in headers


async def test_pings_are_answered(wire: Wire, server: Server) -> None:
    await opened(wire, server)
    wire.send("c", b"ping")
    assert await wire.data("c") == b"pong there?"


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (b"close 1000", None),
        (b"close 1001", None),
        (b"close 4000", "disconnected"),
        (b"abort", "terminated"),
        (b"bytes", "protocol-error"),
        (b"\xff", "protocol-error"),
    ],
)
async def test_how_it_ends(wire: Wire, server: Server, message: bytes, problem: str | None) -> None:
    await opened(wire, server)
    wire.send("c", message)
    close = await closed(wire, problem)
    if message == b"close 4000":
        assert close["message"] == "the server closed the WebSocket with code 4000: as you say"


async def test_closing_the_channel_tells_the_server(wire: Wire, server: Server) -> None:
    await opened(wire, server)
    wire.control("close", "c")
    await wire.expect("close", "c")
    async with asyncio.timeout(10):
        assert (await server.ended.get())[0] == 1000


async def test_a_refusal_is_told(wire: Wire, server: Server) -> None:
    wire.open("c", "websocket-stream1", **(server.options | {"path": "/nope"}))
    close = await closed(wire, "protocol-error")
    assert close["message"] == "the server refused the WebSocket: status 404"


async def test_nobody_listens(wire: Wire) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        wire.open("c", "websocket-stream1", path="/", address="127.0.0.1", port=unused.getsockname()[1])
        await closed(wire, "not-found")


@pytest.mark.parametrize(
    "options",
    [
        {"path": None},
        {"port": None},
        {"unix": "/x"},
        {"connection": "x"},
        {"protocols": "one"},
        {"protocols": ["one\r\nX: y"]},
        {"protocols": ["x"] * 100},
        {"headers": {"A": "b\r\nC: d"}},
        {"path": "/ HTTP/1.1\r\nX: y"},
        {"path": "/é"},
    ],
)
async def test_wrong_options(wire: Wire, server: Server, options: dict[str, Any]) -> None:
    wire.open("c", "websocket-stream1", **(server.options | options))
    await closed(wire, "protocol-error")


async def test_tls(wire: Wire, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    choosy = server_context(certificate)
    choosy.verify_mode = ssl.CERT_REQUIRED
    choosy.load_verify_locations(certificate)
    server = Server(choosy)
    tls = {"authority": {"data": certificate.read_text()}, "certificate": {"file": str(certificate)}}
    wire.open("c", "websocket-stream1", **server.options, tls=tls | {"certificate": None})
    assert (await wire.expect("close", "c"))["problem"]
    await opened(wire, server, tls=tls | {"key": {"file": str(certificate.with_suffix(".key"))}})
    wire.send("c", b"hello")
    assert await wire.data("c") == b"hello"
    wire.control("done", "c")
    await closed(wire, None)
    wire.open("c", "websocket-stream1", **server.options, tls={})
    await closed(wire, "unknown-hostkey")
    server.http.stop()
    await server.http.close_all_connections()


@contextlib.asynccontextmanager
async def accepting(then: bytes) -> AsyncIterator[dict[str, Any]]:
    """A server that accepts, sends `then` and reads on."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = head.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
        accept = b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        writer.write(b"HTTP/1.1 101 Hi\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        writer.write(b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + then)
        while await reader.read(4096):
            pass

    async with serving(handle) as server:
        yield server | {"path": "/"}


async def test_a_message_in_fragments_is_one_frame(wire: Wire) -> None:
    async with accepting(b"\x01\x02\xc3\xa4" + b"\x89\x00" + b"\x00\x01\xc3" + b"\x80\x01\xbc") as server:
        wire.open("c", "websocket-stream1", **server)
        await wire.expect("response", "c")
        await wire.expect("ready", "c")
        assert (await wire.data("c")).decode() == "äü"
        wire.control("close", "c")
        await wire.expect("close", "c")


@pytest.mark.parametrize(
    ("frames", "problem"),
    [
        (b"\x83\x00", "protocol-error"),
        (b"\xc1\x00", "protocol-error"),
        (b"\x81\x81abcde", "protocol-error"),
        (b"\x80\x01x", "protocol-error"),
        (b"\x09\x00", "protocol-error"),
        (b"\x81\x01\xff", "protocol-error"),
        (b"\x88\x02\x0f\xa0", "disconnected"),
        (b"\x02\x7f" + (9 << 20).to_bytes(8, "big") + b"x" * (9 << 20), "too-large"),
        (b"\x02\x01x" + b"\x00\x7e\xff\xff" + b"x" * 65535 + (b"\x00\x7e\xff\xff" + b"x" * 65535) * 130, "too-large"),
    ],
)
async def test_a_server_that_breaks_the_rules(wire: Wire, frames: bytes, problem: str) -> None:
    async with accepting(frames) as server:
        wire.open("c", "websocket-stream1", binary="raw", **server)
        await wire.expect("response", "c")
        await wire.expect("ready", "c")
        close = await wire.expect("close", "c", problem=problem)
        assert close["message"]


async def test_a_server_that_does_not_answer_the_closing(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_stream1, "CLOSE_PATIENCE", 0.05)
    async with accepting(b"") as server:
        wire.open("c", "websocket-stream1", **server)
        await wire.expect("response", "c")
        await wire.expect("ready", "c")
        wire.control("done", "c")
        await wire.expect("close", "c", problem="timeout")


@pytest.mark.parametrize("patience", [0.05, 30.0])
async def test_a_server_that_does_not_answer_at_all(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(websocket_stream1, "CONNECT_TIMEOUT", patience)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire.open("c", "websocket-stream1", address="127.0.0.1", port=listener.getsockname()[1], path="/")
        if patience < 1:
            await wire.expect("close", "c", problem="timeout")
            return
        wire.control("close", "c")
        assert isinstance(event := await wire.next("c"), Control)
        assert event.command == "close"


async def test_a_client_that_reads_slowly_slows_the_server(wire: Wire) -> None:
    frame = b"\x82\x7e\xff\xff" + b"x" * 65535
    async with accepting(frame * 100) as server:
        wire.open("c", "websocket-stream1", binary="raw", **server, **{"flow-control": True})
        await wire.expect("response", "c")
        await wire.expect("ready", "c")
        for _ in range(33):
            assert len(await wire.data("c")) == 65535
            ping = await wire.expect("ping", "c")
        wire.open("e", "echo")
        await wire.expect("ready", "e")
        assert wire.is_quiet("c")
        wire.control("pong", "c", sequence=ping["sequence"])
        assert len(await wire.data("c")) == 65535
        wire.control("close", "c")
        while not (isinstance(event := await wire.next("c"), Control) and event.command == "close"):
            pass
