"""What a client that does not read costs: at most 4 MiB for a channel, and not much more for a thousand.

Measured on a real bridge process, as the growth of its own memory.
"""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from testbed.dbus_service import INTERFACE

from bridge.protocol import encode_control, frame

MIB = 1024 * 1024
COST_MAX = 4 * MIB


async def warm(real: Any, path: Path) -> int:
    """The memory of a bridge that has used its channels once."""
    await real.control("open", "w", payload="stream", spawn=["head", "-c", "3000000", "/dev/zero"], binary="raw")
    await real.command("close", "w")
    await real.control("open", "w", payload="fsread1", path=str(path), max_read_size=1 * MIB, binary="raw")
    await real.command("close", "w")
    await real.control("open", "w", payload="echo", binary="raw")
    await real.data("w", b"x" * 65536)
    await real.control("close", "w")
    await real.command("close", "w")
    return await real.settled_rss()


@pytest.fixture
def big_file(tmp_path: Path) -> Path:
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(64 * MIB)
    return path


@pytest.mark.parametrize("flow_control", [False, True])
@pytest.mark.parametrize("payload", ["stream", "terminal", "fsread1"])
async def test_a_producer_costs_little(real: Any, big_file: Path, payload: str, flow_control: bool) -> None:
    before = await warm(real, big_file)
    options: dict[str, dict[str, Any]] = {
        "stream": {"payload": "stream", "spawn": ["cat", "/dev/zero"]},
        "terminal": {"payload": "stream", "spawn": ["yes"], "pty": True},
        "fsread1": {"payload": "fsread1", "path": str(big_file), "max_read_size": -1},
    }
    await real.control("open", "c", binary="raw", **options[payload], **{"flow-control": flow_control})
    assert await real.settled_rss() - before < COST_MAX
    await real.control("close", "c")
    await real.command("close", "c")
    assert await real.is_alive()


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Responses without end."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n")
    with contextlib.suppress(OSError):
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()


@pytest.mark.parametrize("flow_control", [False, True])
@pytest.mark.parametrize("payload", ["http-stream2", "http-stream1", "unix stream"])
async def test_a_server_costs_little(
    real: Any, big_file: Path, tmp_path: Path, payload: str, flow_control: bool
) -> None:
    path = str(tmp_path / "socket")
    async with served(path):
        options = {"payload": payload, "unix": path, "method": "GET", "path": "/", "headers": {}}
        if payload == "unix stream":
            options = {"payload": "stream", "unix": path}
        before = await used_once(real, big_file, options)
        await real.control("open", "c", binary="raw", **options, **{"flow-control": flow_control})
        await ask(real, options)
        assert await real.settled_rss() - before < COST_MAX
        await real.control("close", "c")
        await real.command("close", "c")
        assert await real.is_alive()


@contextlib.asynccontextmanager
async def served(path: str) -> AsyncIterator[None]:
    """A server that floods whoever asks; its connections have ended at the end."""
    serving: list[asyncio.Task[None] | None] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.current_task())
        await flood(reader, writer)
        writer.close()

    async with await asyncio.start_unix_server(handle, path):
        yield
        await asyncio.gather(*(task for task in serving if task))


async def ask(real: Any, options: dict[str, Any]) -> None:
    if options["payload"] == "stream":
        await real.data("c", b"GET\r\n\r\n")
    else:
        await real.control("done", "c")


async def used_once(real: Any, big_file: Path, options: dict[str, Any]) -> int:
    """The memory of a bridge that has used this channel, with what that imports, and closed it."""
    await real.control("open", "c", binary="raw", **options)
    await ask(real, options)
    await real.next(lambda event: event.channel == "c" and hasattr(event, "payload"))
    await real.control("close", "c")
    await real.command("close", "c")
    return await warm(real, big_file)


@pytest.mark.parametrize("flow_control", [False, True])
@pytest.mark.parametrize("size", [1000, 100_000])
async def test_signals_cost_little(
    real: Any, big_file: Path, daemon: Any, service: Any, size: int, flow_control: bool
) -> None:
    """A service that emits 12 MiB of signals; the channel may be closed as too slow, which is told when it is read."""
    options = {"payload": "dbus-json3", "bus": "none", "address": daemon.address, "name": "com.example.A"}
    for channel in ("w", "c"):
        await real.control("open", channel, **options, **{"flow-control": flow_control and channel == "c"})
        await real.command("ready", channel)
        message = {"call": ["/obj", INTERFACE, "Echo", []], "type": "", "id": "x"}
        await real.data(channel, json.dumps({"add-match": {"member": "Happened"}}).encode())
        await real.data(channel, json.dumps(message).encode())
        await real.next(lambda event: b'"x"' in getattr(event, "payload", b""))
        if channel == "w":
            for _ in range(50):
                service.emit("Happened", "s", "x" * size)
            await service.call_daemon("GetId", "", [])
            await real.control("close", "w")
            await real.command("close", "w")
    before = await warm(real, big_file)
    for _ in range(12 * MIB // size):
        service.emit("Happened", "s", "x" * size)
        await service.bus.drain()
        await asyncio.sleep(0)
    await service.call_daemon("GetId", "", [])
    assert await real.settled_rss() - before < COST_MAX
    assert await real.is_alive()


@pytest.mark.parametrize("flow_control", [False, True])
@pytest.mark.parametrize("size", [0, 1, 100, 4096, 65536])
async def test_echo_costs_little_whatever_the_size_of_its_frames(
    real: Any, big_file: Path, size: int, flow_control: bool
) -> None:
    before = await warm(real, big_file)
    await real.control("open", "e", payload="echo", binary="raw", **{"flow-control": flow_control})
    frames = frame(b"e\n" + b"x" * size)
    await real.write(frames * (16 * MIB // len(frames)), reading=False)
    assert await real.settled_rss() - before < COST_MAX


@pytest.mark.parametrize(
    "make",
    [
        lambda: frame(b"c\n"),
        lambda: frame(b"c\nx"),
        lambda: frame(b"c\n" + b"x" * 65536),
        lambda: frame(encode_control({"command": "ping", "channel": "c", "x": "y" * 100_000})),
        lambda: frame(encode_control({"command": "ping", "channel": "c"})),
    ],
    ids=["empty", "small", "large", "long pings", "pings"],
)
async def test_input_that_is_not_taken_costs_little(real: Any, big_file: Path, make: Callable[[], bytes]) -> None:
    before = await warm(real, big_file)
    await real.control("open", "c", payload="stream", spawn=["sleep", "1000"], err="ignore")
    await real.command("ready", "c")
    message = frame(b"c\n" + b"x" * 100_000) * 2 + make() * (16 * MIB // len(make()))
    await real.write(message, reading=False)
    assert await real.settled_rss() - before < COST_MAX
    real.process.stdin.close()
    assert await real.exit_status(5) == 0


async def test_a_thousand_channels_share_one_queue(real: Any, big_file: Path) -> None:
    before = await warm(real, big_file)
    for i in range(200):
        await real.control("open", f"c{i}", payload="stream", spawn=["cat", "/dev/zero"], err="ignore", binary="raw")
    grown = await real.settled_rss() - before
    # Each holds the block that it waits to send.
    assert grown < COST_MAX + 200 * 100 * 1024
    real.process.stdin.close()


async def test_input_is_read_until_2_mib_of_answers_wait_and_no_further(real: Any) -> None:
    await real.control("open", "e", payload="echo", binary="raw")
    await real.command("ready", "e")
    view = memoryview(frame(b"e\n" + b"x" * 16384) * 512)
    taken, until = 0, time.monotonic() + 1
    while time.monotonic() < until:
        try:
            taken += os.write(real.stdin, view[taken:])
        except BlockingIOError:
            await asyncio.sleep(0.002)
    assert 2 * MIB <= taken < 3.5 * MIB
