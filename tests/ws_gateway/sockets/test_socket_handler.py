"""Handshakes, and pages that do not read."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ws_gateway.sockets import backlog

KEY = "AAAAAAAAAAAAAAAAAAAAAA=="


def rss() -> int:
    """Bytes of memory that this process, the gateway in it, holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    "origin",
    ["null", "http://evil.com", "https://{host}", "http://{host}.evil.com", "http://127.0.0.1", "http://u@{host}"],
)
async def test_a_foreign_origin_is_refused(browser: Any, origin: str) -> None:
    assert await browser.refused(Origin=origin.format(host=browser.host)) == 403


async def test_a_refusal_names_what_an_administrator_must_know(browser: Any, caplog: pytest.LogCaptureFixture) -> None:
    await browser.refused(Origin="http://evil.com")
    assert "http://evil.com" in caplog.text
    assert browser.host in caplog.text


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Origin": None}, b"403"),
        ({"Sec-WebSocket-Key": None}, b"400"),
        ({"Sec-WebSocket-Key": "c2hvcnQ="}, b"400"),
        ({"Sec-WebSocket-Version": "8"}, b"426"),
        ({"Sec-WebSocket-Protocol": "other"}, b"400"),
        ({"Upgrade": None}, b"400"),
        ({"Connection": "close"}, b"400"),
        ({"Content-Length": "5"}, b"413"),
        ({"Sec-WebSocket-Protocol": None}, b"101"),
    ],
)
async def test_handshakes(browser: Any, changed: dict[str, str | None], status: bytes) -> None:
    fields: dict[str, str | None] = {
        "Host": browser.host,
        "Origin": f"http://{browser.host}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "cockpit1",
    } | changed
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    answer = await browser.talk(f"GET /cockpit/socket HTTP/1.1\r\n{head}\r\n".encode())
    assert answer.split()[1] == status
    assert b"X-Frame-Options: sameorigin" in answer
    assert b"evil" not in answer


@pytest.mark.parametrize("start_line", ["HEAD /cockpit/socket HTTP/1.1", "GET /cockpit/socket HTTP/1.0"])
async def test_what_is_no_handshake(browser: Any, start_line: str) -> None:
    request = (
        f"{start_line}\r\nHost: {browser.host}\r\nOrigin: http://{browser.host}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert (await browser.talk(request.encode())).split()[1] == b"400"


async def test_a_slow_reader_is_paused_for_and_then_let_go(
    start: Any, faulty: Callable[[str], tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog.Backlog.settle, "__defaults__", (0.5,))
    browser = await (await start(bridge=faulty("floods"))).log_in()
    slow, other = await browser.socket(), await browser.socket()
    await slow.init()
    await other.init()
    before = rss()
    # The client reads ahead on its own: stopping its stream is how it becomes a browser that does not read.
    stream = slow.connection.protocol.stream
    await slow.control(command="open", channel="1:1", payload="yes")
    stream.io_loop.remove_handler(stream.socket)
    stream._state = None
    peak = 0
    async with asyncio.timeout(20):
        while len(browser.gateway.sockets) == 2:
            peak = max(peak, rss() - before)
            await asyncio.sleep(0.01)
    assert peak < 24 * 1024 * 1024
    await other.control(command="ping", still="there")
    assert await other.receive() == {"command": "pong", "still": "there"}
    stream.close()
