"""Connections to servers, with and without TLS."""

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Any

import pytest
from testbed.http_server import OK, answering, get, make_certificate, server_context, serving

from bridge.http.connection import connection
from bridge.http.options import ServerOptions
from bridge.protocol import Problem
from bridge.testing import Wire


async def test_it_is_cut_off_at_the_end() -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        server = ServerOptions(port=listener.getsockname()[1], address="127.0.0.1")
        async with connection(server) as (reader, writer):
            accepted, _ = await loop.sock_accept(listener)
            await loop.sock_sendall(accepted, b"hello")
            assert await reader.read(100) == b"hello"
            writer.write(b"x" * (32 << 20))
        received = 0
        with accepted, contextlib.suppress(ConnectionResetError):
            while data := await loop.sock_recv(accepted, 1 << 20):
                received += len(data)
        assert received < 32 << 20


async def test_problems_of_opening(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        server = ServerOptions(port=unused.getsockname()[1], address="127.0.0.1")
        for asked, code in ((server, "not-found"), (ServerOptions(unix=str(tmp_path / "absent")), "not-found")):
            with pytest.raises(Problem) as caught:
                async with connection(asked):
                    pass
            assert caught.value.code == code
            assert caught.value.message


async def test_tls_has_an_end_too_if_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = ServerOptions(port=listener.getsockname()[1], address="127.0.0.1", tls={"validate": False})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), connection(server):
                pass


async def test_a_name_that_no_certificate_can_have() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = ServerOptions(port=listener.getsockname()[1], address="127.0.0.1", tls={"authority": {"data": "x"}})
        with pytest.raises(Problem) as caught:
            async with connection(server):
                pass
        assert caught.value.code == "protocol-error"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


async def test_a_certificate_of_an_authority(wire: Wire, certificate: Path) -> None:
    async with serving(answering(OK), ssl=server_context(certificate)) as server:
        for authority in ({"data": certificate.read_text()}, {"file": str(certificate)}):
            get(wire, server, tls={"authority": authority})
            await wire.expect("ready", "c")
            await wire.expect("response", "c", status=200)
            assert (await wire.until("close", "c"))[0] == b"ok"


async def test_a_certificate_that_nobody_vouches_for(wire: Wire, certificate: Path) -> None:
    async with serving(answering(OK), ssl=server_context(certificate)) as server:
        get(wire, server, tls={})
        await wire.expect("ready", "c")
        assert "certificate" in (await wire.expect("close", "c", problem="unknown-hostkey"))["message"]
        get(wire, server, tls={"validate": False})
        await wire.expect("ready", "c")
        await wire.expect("response", "c", status=200)
        await wire.until("close", "c")


async def test_a_server_without_tls(wire: Wire) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with serving(handle) as server:
        get(wire, server, tls={"validate": False})
        await wire.expect("ready", "c")
        await wire.expect("close", "c", problem="terminated")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"authority": {"data": "no certificate"}}, "protocol-error"),
        ({"authority": {}}, "protocol-error"),
        ({"authority": {"file": "/does/not/exist"}}, "not-found"),
        ({"certificate": {"file": "/does/not/exist"}}, "not-found"),
        ({"validate": "no"}, "protocol-error"),
    ],
)
async def test_wrong_tls_options(wire: Wire, options: dict[str, Any], problem: str) -> None:
    get(wire, {"port": 1, "tls": options})
    await wire.expect("ready", "c")
    await wire.expect("close", "c", problem=problem)
