"""Reading and writing without tasks, over plain sockets and over TLS, to a client that reads when it likes."""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

from ws_gateway.listening.certificates import ensure_certificate, memory_file
from ws_gateway.listening.tls_port import make_context
from ws_gateway.sockets.socket_stream import SocketStream

MUCH = 8 * 1024 * 1024


class Pair(NamedTuple):
    stream: SocketStream
    client: socket.socket
    received: asyncio.Queue[bytes]
    """Empty bytes stand for the end."""


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    with memory_file(ensure_certificate(tmp_path_factory.mktemp("certificate"))) as memory:
        server = make_context(memory)
    client = ssl.create_default_context()
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    return server, client


@pytest.fixture(params=["plain", "tls"])
async def pair(request: pytest.FixtureRequest, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[Pair]:
    """A stream that reads, and its client, which blocks; use that in threads."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.settimeout(10)
    if request.param == "tls":
        server_context, client_context = contexts
        ours, theirs = await asyncio.gather(
            asyncio.to_thread(server_context.wrap_socket, ours, server_side=True),
            asyncio.to_thread(client_context.wrap_socket, theirs),
        )
    ours.setblocking(False)
    stream = SSLIOStream(ours) if isinstance(ours, ssl.SSLSocket) else IOStream(ours)
    received: asyncio.Queue[bytes] = asyncio.Queue()
    direct = SocketStream(stream, received.put_nowait, lambda: received.put_nowait(b""))
    direct.resume()
    yield Pair(direct, theirs, received)
    direct.close()
    theirs.close()


def read(client: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size and (chunk := client.recv(size - len(found))):
        found += chunk
    return bytes(found)


async def gather(pair: Pair, size: int) -> bytes:
    async with asyncio.timeout(20):
        found = b""
        while len(found) < size:
            found += await pair.received.get()
        return found


async def test_what_comes_is_received_whatever_its_size(pair: Pair) -> None:
    for message in (b"x", b"y" * MUCH):
        sending = asyncio.to_thread(pair.client.sendall, message)
        _, found = await asyncio.gather(sending, gather(pair, len(message)))
        assert found == message


async def test_a_small_message_leaves_at_once(pair: Pair) -> None:
    assert pair.stream.send(b"hello") is None
    assert pair.stream.write(b"again").done()
    assert await asyncio.to_thread(read, pair.client, 10) == b"helloagain"


async def test_what_does_not_fit_follows_in_order_when_it_is_read(pair: Pair) -> None:
    message = bytes(range(256)) * (MUCH // 256)
    first, second = pair.stream.send(message), pair.stream.send(b"the end")
    assert first is not None
    assert second is not None
    assert not first.done()
    assert await asyncio.to_thread(read, pair.client, MUCH + 7) == message + b"the end"
    async with asyncio.timeout(10):
        await asyncio.gather(first, second)
    assert pair.stream.send(b"more") is None


async def test_a_paused_stream_receives_nothing_and_then_all(pair: Pair) -> None:
    pair.stream.pause()
    await asyncio.to_thread(pair.client.sendall, b"z" * 30_000)
    pair.stream.resume()
    pair.stream.pause()
    await asyncio.sleep(0)
    assert pair.received.empty()
    pair.stream.resume()
    assert await gather(pair, 30_000) == b"z" * 30_000


async def test_the_other_sides_end_is_told_once(pair: Pair) -> None:
    pair.client.close()
    async with asyncio.timeout(10):
        assert await pair.received.get() == b""
    pair.stream.close()
    assert pair.received.empty()
    with pytest.raises(StreamClosedError):
        pair.stream.send(b"x")


async def test_an_end_with_much_unsent_fails_whoever_waits(pair: Pair) -> None:
    waiting = pair.stream.send(b"x" * MUCH)
    assert waiting is not None
    pair.stream.close()
    with pytest.raises(StreamClosedError):
        await waiting
    assert pair.stream.closed()


async def test_an_output_that_ends_does_so_after_what_waited_and_is_read_from_as_before(pair: Pair) -> None:
    waiting = pair.stream.send(b"x" * MUCH)
    pair.stream.end_output()
    with pytest.raises(StreamClosedError):
        pair.stream.send(b"more")
    assert await asyncio.to_thread(read, pair.client, MUCH + 1) == b"x" * MUCH
    assert waiting is not None
    await waiting
    # A TLS socket that has read the end says a last word, encrypted, and sends no more by itself.
    os.write(pair.client.fileno(), b"still here")
    found = b""
    async with asyncio.timeout(10):
        while not found.endswith(b"still here"):
            found += await pair.received.get()


async def test_a_client_that_resets_is_an_end_and_no_fault(pair: Pair) -> None:
    pair.stream.send(b"x" * MUCH)
    pair.client.close()
    async with asyncio.timeout(10):
        assert await pair.received.get() == b""
    assert pair.stream.closed()
