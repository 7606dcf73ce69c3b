import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect


async def connect(
    browser: Any,
    token: str = "",
    origin: str = "",
    offered: list[str] | None = None,
    external: dict[str, Any] | None = None,
    **options: Any,
) -> WebSocketClientConnection:
    """The channel that `options` ask for, as a websocket; HTTPClientError if it is refused."""
    query = base64.b64encode(json.dumps({**options, "external": external or {}}).encode()).decode()
    headers = {"Origin": origin or f"http://{browser.host}", "Cookie": browser.cookie or ""}
    url = f"ws://{browser.host}/cockpit/channel/{token or browser.token}?{query}"
    connection = await websocket_connect(HTTPRequest(url, headers=headers), subprotocols=offered)
    browser.sockets.append(type("Closable", (), {"connection": connection}))
    return connection


async def end_of(connection: WebSocketClientConnection) -> tuple[int | None, str | None]:
    assert await asyncio.wait_for(connection.read_message(), 10) is None
    return connection.close_code, connection.close_reason


async def test_data_goes_both_ways_as_it_is(browser: Any) -> None:
    binary = await connect(browser, payload="echo", binary="raw")
    await binary.write_message(b"\x00\xff\n", binary=True)
    assert await binary.read_message() == b"\x00\xff\n"
    text = await connect(browser, payload="echo")
    await text.write_message("grüß dich")
    assert await text.read_message() == "grüß dich"


async def test_more_than_the_flow_controls_window(browser: Any) -> None:
    socket = await connect(browser, payload="stream", spawn=["head", "-c", "5000000", "/dev/zero"], binary="raw")
    size = 0
    while (message := await asyncio.wait_for(socket.read_message(), 10)) is not None:
        size += len(message)
    assert size == 5_000_000
    assert (socket.close_code, socket.close_reason or "") == (1000, "")


@pytest.mark.parametrize("code", [1000, 1001])
async def test_a_closed_page_ends_the_process(browser: Any, code: int, tmp_path: Path) -> None:
    running = tmp_path / "pid"
    script = f"echo $$ > {running}; echo up; exec sleep 60"
    socket = await connect(browser, payload="stream", spawn=["sh", "-c", script])
    assert await socket.read_message() == "up\n"
    process = Path("/proc") / running.read_text().strip()
    assert process.exists()
    socket.close(code)
    async with asyncio.timeout(10):
        while process.exists():
            await asyncio.sleep(0.02)
    session = next(iter(browser.gateway.sessions))
    assert not session.owners
    assert not session.endpoints


async def test_a_lost_page_ends_the_process(browser: Any, tmp_path: Path) -> None:
    session = next(iter(browser.gateway.sessions))
    socket = await connect(browser, payload="stream", spawn=["sleep", "60"])
    assert len(session.owners) == 1
    socket.protocol.stream.close()
    async with asyncio.timeout(10):
        while session.owners or session.endpoints:
            await asyncio.sleep(0.02)


async def test_a_problem_is_the_reason(browser: Any) -> None:
    assert await end_of(await connect(browser, payload="nonsense")) == (1001, "not-supported")
    assert await end_of(await connect(browser, payload="stream", spawn=["/nonexistent"])) == (1001, "not-found")


async def test_text_that_is_not_utf8(browser: Any) -> None:
    socket = await connect(browser, payload="stream", spawn=["printf", r"\377"])
    assert await end_of(socket) == (1001, "protocol-error")


async def test_the_sessions_end(browser: Any) -> None:
    socket = await connect(browser, payload="echo")
    browser.gateway.sessions.end(next(iter(browser.gateway.sessions)), "test")
    assert await end_of(socket) == (1001, "terminated")


@pytest.mark.parametrize(
    ("offered", "named", "chosen"),
    [
        (None, [], None),
        (["binary"], ["binary"], "binary"),
        (["base64", "binary"], ["binary"], "binary"),
        (None, ["binary"], None),
    ],
)
async def test_protocols(browser: Any, offered: list[str] | None, named: list[str], chosen: str | None) -> None:
    socket = await connect(browser, payload="echo", offered=offered, external={"protocols": named})
    assert socket.selected_subprotocol == chosen


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"token": "a" * 43}, 404),
        ({"origin": "http://evil.com"}, 403),
        ({"offered": ["cockpit1"]}, 400),
        ({"channel": "1:1"}, 400),
        ({"binary": False}, 400),
    ],
)
async def test_what_is_refused(browser: Any, changed: dict[str, Any], status: int) -> None:
    with pytest.raises(HTTPClientError) as caught:
        await connect(browser, **{"payload": "echo", **changed})
    assert caught.value.code == status
    assert not next(iter(browser.gateway.sessions)).owners


async def test_without_the_cookie_it_is_not_there(browser: Any) -> None:
    browser.cookie = None
    with pytest.raises(HTTPClientError) as caught:
        await connect(browser, payload="echo")
    assert caught.value.code == 404
