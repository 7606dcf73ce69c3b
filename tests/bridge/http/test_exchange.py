"""How a request is delimited, by what is known of its body, and what servers make of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from testbed.http_server import OK, answering, get, request, serving

from bridge.http.exchange import BUFFER_MAX, Head, exchange
from bridge.http.options import RequestOptions
from bridge.testing import Wire

if TYPE_CHECKING:
    from bridge.channel import Channel


class Frames:
    """A channel as far as an exchange needs one: frames come in, and the response's body goes out."""

    is_binary = True

    def __init__(self, *frames: bytes) -> None:
        self._frames = list(frames)
        self.body = b""

    async def read_frame(self) -> bytes | None:
        return self._frames.pop(0) if self._frames else None

    async def read(self) -> AsyncIterator[bytes]:
        while (frame := await self.read_frame()) is not None:
            yield frame

    async def write_stream(self, data: bytes) -> None:
        self.body += data


async def request_of(frames: Frames, method: str, headers: dict[str, str]) -> tuple[bytes, bytes]:
    """The head and the body of the request that a server got."""
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.title().partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
        if b"chunked" in head:
            body = await reader.readuntil(b"0\r\n\r\n")
        else:
            body = await reader.readexactly(int(length or 0))
        received.extend((head, body))
        writer.write(b"HTTP/1.1 200 Fine\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()

    heads: list[Head] = []

    async def announce(head: Head) -> None:
        heads.append(head)

    async with await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20) as server:
        port = server.sockets[0].getsockname()[1]
        options = RequestOptions(port=port, address="127.0.0.1", method=method, path="/", headers=headers)
        await exchange(cast("Channel", frames), options, announce)
    assert heads == [Head(200, "Fine", {"Content-Length": "2"})]
    assert frames.body == b"ok"
    return received[0], received[1]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_no_body(method: str) -> None:
    head, body = await request_of(Frames(), method, {})
    assert b"Content-Length" not in head
    assert b"Transfer-Encoding" not in head
    assert body == b""


@pytest.mark.parametrize("frames", [[b"one", b"two"], [b"x" * BUFFER_MAX], [b"", b"x", b""]])
async def test_a_short_body(frames: list[bytes]) -> None:
    whole = b"".join(frames)
    head, body = await request_of(Frames(*frames), "POST", {})
    assert f"Content-Length: {len(whole)}\r\n".encode() in head
    assert body == whole


async def test_a_long_body_is_chunked() -> None:
    head, body = await request_of(Frames(b"x" * (BUFFER_MAX + 1), b"y" * 1000), "POST", {})
    assert b"Transfer-Encoding: chunked\r\n" in head
    assert body == b"10001\r\n" + b"x" * 65537 + b"\r\n3e8\r\n" + b"y" * 1000 + b"\r\n0\r\n\r\n"


async def test_a_length_that_is_declared_is_kept() -> None:
    size = BUFFER_MAX * 3
    head, body = await request_of(Frames(*[b"x" * BUFFER_MAX] * 3), "PUT", {"content-length": str(size)})
    assert f"content-length: {size}\r\n".encode() in head
    assert b"hunked" not in head
    assert len(body) == size


async def test_chunks_that_are_declared_are_kept() -> None:
    head, body = await request_of(Frames(b"one", b"two"), "PUT", {"Transfer-Encoding": "Chunked"})
    assert b"Transfer-Encoding: chunked\r\n" in head
    assert body == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


async def read_chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")


async def test_a_long_body_goes_while_it_comes(wire: Wire) -> None:
    received = bytearray()
    begun = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert b"\r\nTransfer-Encoding: chunked\r\n" in await reader.readuntil(b"\r\n\r\n")
        async for chunk in read_chunks(reader):
            received.extend(chunk)
            begun.set()
        writer.write(OK)

    async with serving(handle) as server:
        request(wire, server, "PUT")
        for _ in range(5):
            wire.send("c", b"x" * 16384)
        async with asyncio.timeout(10):
            await begun.wait()
        wire.send("c", b"last")
        wire.control("done", "c")
        await wire.expect("ready", "c")
        await wire.expect("response", "c", status=200)
        await wire.until("close", "c")
    assert received == b"x" * 5 * 16384 + b"last"


@pytest.mark.parametrize("headers", [{"Content-Length": "3"}, {"Transfer-Encoding": "chunked"}])
async def test_what_is_declared_to_stream_is_answered_before_its_end(wire: Wire, headers: dict[str, str]) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not (await reader.read(100)).endswith((b"one", b"one\r\n")):
            pass
        writer.write(b"one is here")

    async with serving(handle) as server:
        request(wire, server, "POST", headers=headers)
        await wire.expect("ready", "c")
        await wire.expect("response", "c", status=200)
        wire.send("c", b"one")
        assert (await wire.until("close", "c"))[0] == b"one is here"


async def test_more_than_was_declared_is_an_error(wire: Wire) -> None:
    async with serving(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as server:
        request(wire, server, "POST", headers={"Content-Length": "1"})
        wire.send("c", b"two")
        await wire.expect("ready", "c")
        await wire.expect("close", "c", problem="protocol-error")


async def test_a_server_may_answer_without_reading(wire: Wire) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nno!")
        await writer.drain()
        while await reader.read(65536):
            pass

    async with serving(handle) as server:
        request(wire, server, "POST")
        for _ in range(100):
            wire.send("c", b"x" * 16384)
        await wire.expect("ready", "c")
        await wire.expect("response", "c", status=413)
        data, close = await wire.until("close", "c")
        assert data == b"no!"
        assert "problem" not in close


@pytest.mark.parametrize(
    ("method", "response"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        ("GET", b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("GET", b"HTTP/1.0 200 OK\r\n\r\n"),
    ],
)
async def test_a_response_without_a_body(wire: Wire, method: str, response: bytes) -> None:
    async with serving(answering(response)) as server:
        request(wire, server, method)
        wire.control("done", "c")
        await wire.expect("ready", "c")
        assert (await wire.expect("response", "c"))["status"] in (200, 204, 304)
        await wire.expect("done", "c")
        assert "problem" not in await wire.expect("close", "c")


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(300)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n" * 100,
    ],
)
async def test_what_is_no_response_is_told(wire: Wire, response: bytes) -> None:
    async with serving(answering(response)) as server:
        get(wire, server)
        await wire.expect("ready", "c")
        assert (await wire.expect("close", "c", problem="terminated"))["message"]


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_a_response_that_breaks_off_is_told(wire: Wire, response: bytes) -> None:
    async with serving(answering(response)) as server:
        get(wire, server)
        await wire.expect("ready", "c")
        await wire.expect("response", "c", status=200)
        _, close = await wire.until("close", "c")
        assert close["problem"] == "terminated"


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"A": "b\r\nC: d"}},
        {"headers": {"A": "b\nC: d"}},
        {"headers": {"A": "b\0"}},
        {"headers": {"A: b\r\nC": "d"}},
        {"headers": {"": "d"}},
        {"headers": {"A": "x" * 70_000}},
        {"headers": {f"A{number}": "" for number in range(300)}},
        {"headers": {"Transfer-Encoding": "gzip"}},
        {"headers": {"Content-Length": "-1"}},
        {"headers": {"Content-Length": "0", "content-length": "5"}},
        {"headers": {"Content-Length": "0", "Transfer-Encoding": "chunked"}},
        {"headers": {"Transfer-Encoding": "chunked", "transfer-encoding": "chunked"}},
        {"headers": {"Host": "a", "host": "b"}},
        {"path": "/ HTTP/1.1\r\nA: b"},
        {"path": "/é"},
        {"method": "GET / HTTP/1.1\r\n"},
        {"method": "CONNECT"},
    ],
)
async def test_nothing_is_smuggled_into_a_request(wire: Wire, options: dict[str, Any]) -> None:
    requests: list[bytes] = []
    async with serving(answering(OK, requests)) as server:
        get(wire, server | options)
        _, close = await wire.until("close", "c")
        assert close["problem"] == "protocol-error"
    assert requests == []
