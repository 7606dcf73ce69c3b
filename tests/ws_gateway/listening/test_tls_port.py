"""TLS as clients meet it, in a gateway of this process."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ws_gateway.app import Gateway
from ws_gateway.listening.certificates import FOLDER, ensure_certificate, make_own, memory_file, read_pair
from ws_gateway.listening.tls_port import SERVER_LIMITS, load_certificate, make_context
from ws_gateway.serve import listen
from ws_gateway.settings import Settings, SystemSettings


class Server:
    def __init__(self, gateway: Gateway, context: ssl.SSLContext, folder: Path) -> None:
        self.gateway = gateway
        self.context = context
        self.folder = folder

    async def talk(self, request: bytes, context: ssl.SSLContext | None = None) -> bytes:
        """What it answers until it closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.gateway.port, ssl=context)
        writer.write(request)
        try:
            return await asyncio.wait_for(reader.read(), 10)
        except ConnectionResetError:
            return b""
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    settings = Settings(port=0, system=SystemSettings(tmp_path / "session"))
    gateway = Gateway(settings)
    with memory_file(ensure_certificate(tmp_path)) as memory:
        context = make_context(memory)
    await gateway.start([listen(settings)], context)
    yield Server(gateway, context, tmp_path / FOLDER)
    await gateway.stop()


def client(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(max(server.folder.glob("*.cert"))))


PING = b"GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def test_its_certificate_is_good_for_its_names(server: Server) -> None:
    for name in ("127.0.0.1", "localhost"):
        reader, writer = await asyncio.open_connection(name, server.gateway.port, ssl=client(server))
        writer.write(PING)
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    ("version", "accepted"),
    [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
async def test_versions(server: Server, version: ssl.TLSVersion, accepted: bool) -> None:
    context = client(server)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version
    context.minimum_version = version
    if accepted:
        assert b"cockpit" in await server.talk(PING, context)
    else:
        with pytest.raises(OSError, match=r"(?i)protocol|reset|alert"):
            await server.talk(PING, context)


async def test_who_comes_without_tls_is_sent_to_it(server: Server) -> None:
    answer = await server.talk(b"GET /machines?x=1 HTTP/1.1\r\nHost: localhost:9090\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 301")
    assert b"Location: https://localhost:9090/machines?x=1\r\n" in answer
    assert b"X-Frame-Options: sameorigin" in answer


async def test_garbage_and_silence(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_gateway.listening.tls_port.HEAD_TIMEOUT", 0.3)
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert await server.talk(b"\x16\x03\x01garbage, no hello at all" + bytes(100)) != b"HTTP"
    reader, writer = await asyncio.open_connection("127.0.0.1", server.gateway.port)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    await writer.wait_closed()
    with socket.create_connection(("127.0.0.1", server.gateway.port)):
        pass
    assert b"cockpit" in await server.talk(PING, client(server))
    async with asyncio.timeout(5):
        while len(list(Path("/proc/self/fd").iterdir())) > before:
            await asyncio.sleep(0.02)


async def test_half_a_hello_has_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SERVER_LIMITS, "idle_connection_timeout", 0.3)
    settings = Settings(port=0, system=SystemSettings(tmp_path / "session"))
    gateway = Gateway(settings)
    with memory_file(ensure_certificate(tmp_path)) as memory:
        await gateway.start([listen(settings)], make_context(memory))
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(b"\x16\x03\x01")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    await writer.wait_closed()
    await gateway.stop()


async def test_a_new_certificate_is_used_from_now_on(server: Server) -> None:
    old = client(server)
    make_own(server.folder / "new", ("localhost", "127.0.0.1"))
    with memory_file(read_pair(server.folder / "new" / "0-self-signed.cert")) as memory:
        load_certificate(server.context, memory)
    with pytest.raises(ssl.SSLCertVerificationError):
        await server.talk(PING, old)
    new = ssl.create_default_context(cafile=str(server.folder / "new" / "0-self-signed.cert"))
    assert b"cockpit" in await server.talk(PING, new)


async def test_a_certificate_that_is_none_changes_nothing(server: Server) -> None:
    with memory_file(b"nonsense") as memory, pytest.raises(OSError, match="PEM"):
        load_certificate(server.context, memory)
    assert b"cockpit" in await server.talk(PING, client(server))
