"""`http-stream2` on the wire. See the tests of `bridge.http` for what goes wrong on the way."""

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from testbed.http_server import OK, answering, get, request, serving

from bridge.channel import SEND_WINDOW
from bridge.protocol import Data
from bridge.testing import Wire, open_wire


async def test_a_get(wire: Wire) -> None:
    requests: list[bytes] = []
    response = (
        b"HTTP/1.1 200 Fine by me\r\nX-Header: one\r\nx-header: two\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n"
        b"Content-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello"
    )
    async with serving(answering(response, requests)) as server:
        get(
            wire, server, path="/path?a=b%20c", headers={"Accept": "text/*", "Upgrade": "x", "Connection": "keep-alive"}
        )
        await wire.expect("ready", "c")
        headers = {"X-Header": "one, two", "Content-Type": "text/plain"}
        answer = await wire.expect("response", "c", status=200, reason="Fine by me")
        assert answer["headers"] == headers
        assert await wire.data("c") == b"hello"
        await wire.expect("done", "c")
        assert "problem" not in await wire.expect("close", "c")
    lines = requests[0].split(b"\r\n")
    assert lines[0] == b"GET /path?a=b%20c HTTP/1.1"
    fields = {line.lower() for line in lines[1:] if line}
    assert fields == {
        f"host: 127.0.0.1:{server['port']}".encode(),
        b"accept-encoding: identity",
        b"accept: text/*",
        b"connection: close",
    }


async def test_a_binary_channel_is_told_the_length(wire: Wire) -> None:
    async with serving(answering(b"HTTP/1.1 206 P\r\nContent-Length: 2\r\nRange: x\r\n\r\n\xff\xfe")) as server:
        get(wire, server, binary="raw")
        await wire.expect("ready", "c")
        assert (await wire.expect("response", "c"))["headers"] == {"Content-Length": "2", "Range": "x"}
        assert await wire.data("c") == b"\xff\xfe"
        assert "problem" not in (await wire.until("close", "c"))[1]


async def test_a_text_channel_takes_text(wire: Wire) -> None:
    async with serving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe")) as server:
        get(wire, server)
        await wire.expect("ready", "c")
        await wire.expect("response", "c")
        await wire.expect("close", "c", problem="protocol-error")


async def test_a_short_body_is_declared(wire: Wire) -> None:
    received = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(6))
        writer.write(OK)

    async with serving(handle) as server:
        request(wire, server, "POST")
        wire.send("c", b"one")
        wire.send("c", b"")
        wire.send("c", b"two")
        wire.control("done", "c")
        await wire.expect("ready", "c")
        await wire.expect("response", "c", status=200)
        assert (await wire.until("close", "c"))[0] == b"ok"
    assert b"\r\nContent-Length: 6\r\n" in received[0]
    assert received[0].endswith(b"onetwo")


async def test_a_post_without_a_body_says_so(wire: Wire) -> None:
    requests: list[bytes] = []
    async with serving(answering(OK, requests)) as server:
        request(wire, server, "POST")
        wire.control("done", "c")
        await wire.expect("ready", "c")
        await wire.expect("response", "c")
        await wire.until("close", "c")
    assert b"\r\nContent-Length: 0\r\n" in requests[0]


async def test_chunks_arrive_as_they_come(wire: Wire) -> None:
    go_on = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        await go_on.wait()
        writer.write(b"3\r\ntwo\r\n0\r\n\r\n")
        await writer.drain()

    async with serving(handle) as server:
        get(wire, server)
        await wire.expect("ready", "c")
        assert (await wire.expect("response", "c"))["headers"] == {}
        assert await wire.data("c") == b"one"
        go_on.set()
        assert (await wire.until("close", "c"))[0] == b"two"


async def test_a_unix_socket(wire: Wire, tmp_path: Path) -> None:
    requests: list[bytes] = []
    path = str(tmp_path / "socket")

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(OK, requests)(reader, writer)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_unix_server(handle, path):
        get(wire, {"unix": path})
        await wire.expect("ready", "c")
        await wire.expect("response", "c", status=200)
        assert (await wire.until("close", "c"))[0] == b"ok"
    assert b"\r\nHost: localhost\r\n" in requests[0]


async def test_nobody_listens(wire: Wire, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        get(wire, {"address": "127.0.0.1", "port": unused.getsockname()[1]})
        await wire.expect("ready", "c")
        assert "Errno 111" in (await wire.expect("close", "c", problem="not-found"))["message"]
    get(wire, {"unix": str(tmp_path / "absent")})
    await wire.expect("ready", "c")
    await wire.expect("close", "c", problem="not-found")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": None}, "attribute 'method' required"),
        ({"path": None}, "attribute 'path' required"),
        ({"port": None}, 'no "port" or "unix" option for channel'),
        ({"unix": "/x"}, 'cannot specify both "port" and "unix" options'),
        ({"port": None, "unix": "/x", "tls": {}}, "TLS on Unix socket is not supported"),
        ({"connection": "shared"}, "connection sharing is not implemented on this bridge"),
        ({"port": "80"}, "attribute 'port': must have type int"),
        ({"headers": {"A": 1}}, "attribute 'headers.A': must have type str"),
    ],
)
async def test_wrong_options_say_what_is_wrong(wire: Wire, options: dict[str, Any], message: str) -> None:
    wire.open("c", "http-stream2", **({"method": "GET", "path": "/", "port": 1} | options))
    await wire.expect("close", "c", problem="protocol-error", message=message)


@pytest.mark.parametrize("with_tls", [False, True])
async def test_silent_servers_stop_nothing_and_are_let_go_at_once(wire: Wire, with_tls: bool, tmp_path: Path) -> None:
    silent: list[asyncio.StreamReader] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent.append(reader)
        while await reader.read(4096):
            pass

    channels = [f"c{number}" for number in range(10)]
    options: dict[str, Any] = {"tls": {}} if with_tls else {}
    async with serving(handle) as server:
        for channel in channels:
            wire.open(channel, "http-stream2", method="GET", path="/", **server, **options)
            wire.control("done", channel)
            await wire.expect("ready", channel)
        async with asyncio.timeout(10):
            while len(silent) < 10:
                await asyncio.sleep(0.01)
        (tmp_path / "file").write_text("content")
        wire.open("f", "fsread1", path=str(tmp_path / "file"))
        assert (await wire.until("close", "f"))[0] == b"content"
        for channel in channels:
            wire.control("close", channel)
        for channel in channels:
            await wire.expect("close", channel)
        async with asyncio.timeout(10):
            while not all(reader.at_eof() for reader in silent):
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("with_tls", [False, True])
async def test_the_bridge_ends_with_silent_servers(with_tls: bool) -> None:
    begun: list[asyncio.StreamReader] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.append(reader)
        while await reader.read(4096):
            pass

    async with serving(handle) as server:
        async with open_wire() as wire:
            for number in range(10):
                options: dict[str, Any] = {"tls": {"validate": False}} if with_tls else {}
                wire.open(f"c{number}", "http-stream2", method="GET", path="/", **server, **options)
                wire.control("done", f"c{number}")
            async with asyncio.timeout(10):
                while len(begun) < 10:
                    await asyncio.sleep(0.01)
        assert len(begun) == 10


def test_the_libraries_are_imported_by_those_who_need_them() -> None:
    script = (
        "import sys; from bridge.plugins import BUILT_IN_CHANNELS, ChannelTable;"
        "ChannelTable(BUILT_IN_CHANNELS).capabilities();"
        "print([name for name in ('h11', 'wsproto') if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-I", "-c", script], check=True, capture_output=True, text=True).stdout
    assert output == "[]\n"


@pytest.mark.parametrize(
    "options", [{"path": "/\ud800"}, {"headers": {"Host": "\ud800"}}, {"address": "\ud800"}, {"method": "\ud800"}]
)
async def test_what_is_no_text_is_refused(wire: Wire, options: dict[str, Any]) -> None:
    members = {"method": "GET", "path": "/", "port": 1, "address": "127.0.0.1"} | options
    body = json.dumps({"command": "open", "channel": "c", "payload": "http-stream2"} | members)
    wire.send_raw(b"\n" + body.encode())
    wire.control("done", "c")
    _, close = await wire.until("close", "c")
    assert close["problem"] in ("protocol-error", "not-found")


async def test_a_reader_that_confirms_nothing_gets_one_window(wire: Wire) -> None:
    size = 16 * 1024 * 1024

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(size // 65536):
            writer.write(b"x" * 65536)
            await writer.drain()

    async with serving(handle) as server:
        get(wire, server, binary="raw", **{"flow-control": True})
        await wire.expect("ready", "c")
        await wire.expect("response", "c")
        received = 0
        while received < SEND_WINDOW:
            event = await wire.next("c")
            received += len(event.payload) if isinstance(event, Data) else 0
        await wire.expect("ping", "c")
        wire.open("e", "echo")
        await wire.expect("ready", "e")
        assert wire.is_quiet("c")
        wire.control("pong", "c", sequence=received)
        data, close = await wire.until("close", "c")
        assert received + len(data) == size
        assert "problem" not in close


async def test_many_requests_at_once(wire: Wire) -> None:
    async with serving(answering(OK)) as server:
        channels = [f"c{number}" for number in range(50)]
        for channel in channels:
            wire.open(channel, "http-stream2", method="GET", path="/", **server)
            wire.control("done", channel)
        for channel in channels:
            await wire.expect("ready", channel)
            await wire.expect("response", channel, status=200)
            assert (await wire.until("close", channel))[0] == b"ok"
