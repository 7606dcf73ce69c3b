"""Sockets by the options of a channel."""

import asyncio
import errno
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from bridge import connect as connect_module
from bridge.connect import connect
from bridge.protocol import Problem


async def test_a_unix_path_and_a_port_are_reached(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    path = str(tmp_path / "socket")
    async with (
        await asyncio.start_unix_server(answer, path),
        await asyncio.start_server(answer, "127.0.0.1", 0) as server,
    ):
        (await connect(unix=path, port=None, address=None)).close()
        port = server.sockets[0].getsockname()[1]
        (await connect(unix=None, port=port, address="127.0.0.1")).close()


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        ({"unix": "/x", "port": 1}, "protocol-error", 'cannot specify both "port" and "unix" options'),
        ({}, "protocol-error", 'no "port" or "unix" or other address option for channel'),
        ({"port": 0}, "protocol-error", "not a port"),
        ({"port": 65536}, "protocol-error", "not a port"),
        ({"unix": "/x\0y"}, "protocol-error", "not an address"),
        ({"unix": "/" + "x" * 200}, "internal-error", "path too long"),
    ],
)
async def test_wrong_options_are_named(options: dict[str, object], code: str, sentence: str) -> None:
    with pytest.raises((Problem, OSError), match=sentence) as caught:
        await connect(**({"unix": None, "port": None, "address": None} | options))  # type: ignore[arg-type]
    if isinstance(caught.value, Problem):
        assert caught.value.code == code


async def test_nobody_listening_is_refused() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            await connect(unix=None, port=sock.getsockname()[1], address="127.0.0.1")


async def test_packets_are_another_kind_of_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen()
        with pytest.raises(OSError, match="wrong type"):
            await connect(unix=path, port=None, address=None)
        with await connect(unix=path, port=None, address=None, kind=socket.SOCK_SEQPACKET) as sock:
            assert sock.type == socket.SOCK_SEQPACKET


@pytest.mark.parametrize("address", ["no such name", "x" * 300, "a..b", "a\0b"])
async def test_a_name_that_nobody_has_is_not_found(address: str) -> None:
    with pytest.raises(Problem) as caught:
        await connect(unix=None, port=1, address=address)
    assert caught.value.code == "not-found"


async def test_a_resolver_that_hangs_stops_no_one_else(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    real = socket.getaddrinfo

    def hang(*args: Any, **options: Any) -> list[Any]:
        if options["flags"] & socket.AI_NUMERICHOST:
            return real(*args, **options)
        gate.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(connect_module, "CONNECT_TIMEOUT", 0.2)
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        try:
            async with asyncio.TaskGroup() as tasks:
                hanging = [tasks.create_task(_problem(port, f"host{number}")) for number in range(20)]
                await asyncio.sleep(0)
                assert await loop.run_in_executor(None, int, "1") == 1
                for address in ("127.0.0.1", "LocalHost", None):
                    (await connect(unix=None, port=port, address=address)).close()
            assert [task.result() for task in hanging] == ["timeout"] * 20
        finally:
            gate.set()


async def _problem(port: int, address: str) -> str:
    with pytest.raises(Problem) as caught:
        await connect(unix=None, port=port, address=address)
    return caught.value.code


async def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect_module, "CONNECT_TIMEOUT", 0.2)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        # The kernel leaves a connection that its queue has no room for without an answer.
        waiting = [socket.socket(type=socket.SOCK_STREAM | socket.SOCK_NONBLOCK) for _ in range(4)]
        for sock in waiting:
            sock.connect_ex(("127.0.0.1", port))
        monkeypatch.setattr(connect_module, "_look_up", lambda *_: _found(port, port))
        with pytest.raises(OSError, match="no answer from") as caught:
            await connect(unix=None, port=port, address="some.name")
        assert caught.value.errno == errno.ETIMEDOUT
        for sock in waiting:
            sock.close()


async def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        ports = (unused.getsockname()[1], listener.getsockname()[1])
        monkeypatch.setattr(connect_module, "_look_up", lambda *_: _found(*ports))
        with await connect(unix=None, port=1, address="some.name") as sock:
            assert sock.getpeername()[1] == ports[1]


async def _found(*ports: int) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in ports]
