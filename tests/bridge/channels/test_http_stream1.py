import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.channel import SEND_WINDOW
from bridge.protocol import Control, Data, JsonObject
from bridge.testing import Wire, open_wire

BIG = 3 * 1024 * 1024


@pytest.fixture
def content() -> bytes:
    return os.urandom(BIG)


@pytest.fixture
async def wire(tmp_path: Path, content: bytes) -> AsyncIterator[Wire]:
    """A running bridge with the one package `page`."""
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    (folder / "index.html").write_text("<p>page</p>")
    (folder / "a.js").write_text("script")
    (folder / "broken.js.gz").write_bytes(b"not gzip")
    (folder / "empty.css").touch()
    (folder / "big.bin").write_bytes(content)
    async with open_wire({"PILOTHOUSE_PLUGIN_PATH": str(folder), "HOME": str(tmp_path)}) as opened:
        yield opened


def request(wire: Wire, path: str, **options: Any) -> None:
    """What the gateway sends: the `open`, then `ready` and `done` at once."""
    defaults = {"internal": "packages", "method": "GET", "headers": {}, "binary": "raw"}
    wire.open("c1", "http-stream1", path=path, **(defaults | options))
    wire.control("ready", "c1")
    wire.control("done", "c1")


async def answer(wire: Wire) -> JsonObject:
    """The status line, which is a message of its own."""
    await wire.expect("ready", "c1")
    status: JsonObject = json.loads(await wire.data("c1"))
    return status


async def test_a_file(wire: Wire) -> None:
    request(wire, "/page/a.js")
    status = await answer(wire)
    assert (status["status"], status["reason"]) == (200, "OK")
    assert status["headers"]["Content-Type"] == "text/javascript"
    assert await wire.data("c1") == b"script"
    await wire.expect("done", "c1")
    assert "problem" not in await wire.expect("close", "c1")


async def test_a_page_knows_its_websocket(wire: Wire) -> None:
    request(wire, "/page/index.html", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "host:9090"})
    status = await answer(wire)
    assert "connect-src wss://host:9090 'self'" in status["headers"]["Content-Security-Policy"]
    assert await wire.data("c1") == b"<p>page</p>"


async def test_nothing_is_answered_before_the_request_is_done(wire: Wire) -> None:
    wire.open("c1", "http-stream1", internal="packages", method="GET", path="/page/a.js", headers={})
    await wire.expect("ready", "c1")
    wire.open("c2", "echo")
    await wire.expect("ready", "c2")
    assert wire.is_quiet("c1")
    wire.control("done", "c1")
    assert json.loads(await wire.data("c1"))["status"] == 200


async def test_head_has_no_body(wire: Wire) -> None:
    for path in ("/page/a.js", "/page/big.bin"):
        request(wire, path, method="HEAD")
        assert (await answer(wire))["status"] == 200
        await wire.expect("done", "c1")
        await wire.expect("close", "c1")


async def test_an_empty_file_has_no_body_either(wire: Wire) -> None:
    request(wire, "/page/empty.css")
    assert (await answer(wire))["status"] == 200
    await wire.expect("done", "c1")


async def test_not_modified(wire: Wire) -> None:
    request(wire, "/page/a.js")
    tag = (await answer(wire))["headers"]["ETag"]
    await wire.until("close", "c1")
    request(wire, "/page/a.js", headers={"If-None-Match": tag})
    assert (await answer(wire))["status"] == 304
    await wire.expect("done", "c1")


@pytest.mark.parametrize(("path", "status"), [("/page/absent", 404), ("/page/../x", 400), ("/page/index.html", 400)])
async def test_errors_are_pages(wire: Wire, path: str, status: int) -> None:
    request(wire, path)
    line = await answer(wire)
    assert (line["status"], line["headers"]["Content-Type"]) == (status, "text/html")
    body, close = await wire.until("close", "c1")
    assert body.startswith(b"<!DOCTYPE html>")
    assert b"absent" not in body
    assert "problem" not in close


async def test_a_big_file_arrives_whole(wire: Wire, content: bytes) -> None:
    request(wire, "/page/big.bin", **{"flow-control": True})
    await answer(wire)
    body, close = await wire.until("close", "c1")
    assert body == content
    assert "problem" not in close


async def test_a_reader_that_confirms_nothing_gets_one_window(wire: Wire) -> None:
    request(wire, "/page/big.bin", **{"flow-control": True})
    line = len(json.dumps(await answer(wire), separators=(",", ":")))
    size = line
    while size < SEND_WINDOW:
        event = await wire.next("c1")
        size += len(event.payload) if isinstance(event, Data) else 0
    assert size < SEND_WINDOW + 64 * 1024
    await wire.expect("ping", "c1")
    wire.open("c2", "echo")
    await wire.expect("ready", "c2")
    assert wire.is_quiet("c1")
    wire.control("close", "c1")
    await wire.expect("close", "c1")


async def test_a_request_that_is_taken_back_leaves_nothing_open(wire: Wire) -> None:
    for _ in range(20):
        request(wire, "/page/big.bin", **{"flow-control": True})
        wire.control("close", "c1", problem="cancelled")
        while True:
            event = await wire.next("c1")
            if isinstance(event, Control) and event.command == "close":
                break


async def test_a_request_that_is_taken_back_while_the_disk_is_slow_leaves_nothing_open(wire: Wire) -> None:
    disk = threading.Event()
    loop = asyncio.get_running_loop()
    busy = [loop.run_in_executor(None, disk.wait, 30) for _ in range(64)]
    try:
        request(wire, "/page/big.bin")
        await wire.expect("ready", "c1")
        wire.open("c2", "echo")
        await wire.expect("ready", "c2")
        wire.control("close", "c1", problem="cancelled")
        await wire.expect("close", "c1")
    finally:
        disk.set()
    await asyncio.gather(*busy)


async def test_a_broken_file_is_a_problem_and_no_more(wire: Wire) -> None:
    request(wire, "/page/broken.js")
    assert (await answer(wire))["status"] == 200
    await wire.expect("close", "c1", problem="internal-error")
    request(wire, "/page/a.js")
    assert (await answer(wire))["status"] == 200


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"headers": None}, "attribute 'headers' required"),
        ({"headers": []}, "attribute 'headers': must have type object"),
        ({"headers": {"A": 1}}, "attribute 'headers.A': must have type str"),
        ({"method": "POST"}, "attribute 'method': must be GET or HEAD"),
        ({"method": None}, "attribute 'method': must be GET or HEAD"),
    ],
)
async def test_a_wrong_request_says_what_is_wrong(wire: Wire, members: dict[str, Any], message: str) -> None:
    request(wire, "/page/a.js", **members)
    await wire.expect("close", "c1", problem="protocol-error", message=message)


async def test_data_is_not_taken(wire: Wire) -> None:
    wire.open("c1", "http-stream1", internal="packages", method="GET", path="/page/a.js", headers={})
    wire.send("c1", b"body")
    await wire.expect("ready", "c1")
    await wire.expect("close", "c1", problem="protocol-error")


async def test_another_internal_source_is_not_supported(wire: Wire) -> None:
    wire.open("c1", "http-stream1", internal="magic", method="GET", path="/")
    await wire.expect("close", "c1", problem="not-supported", message="attribute 'internal': 'magic' is not supported")


async def serve_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.readexactly(4) if head.startswith(b"POST") else b""
    writer.write(b"HTTP/1.1 201 Made\r\nX-A: b\r\nContent-Length: 9\r\n\r\nyou: " + (body or b"none"))
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(("method", "body"), [("GET", b"none"), ("POST", b"data")])
async def test_a_request_to_a_server_begins_with_the_status_too(wire: Wire, method: str, body: bytes) -> None:
    async with await asyncio.start_server(serve_once, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        wire.open("c1", "http-stream1", method=method, path="/", port=port, address="127.0.0.1")
        if method == "POST":
            wire.send("c1", body)
        wire.control("done", "c1")
        assert await answer(wire) == {"status": 201, "reason": "Made", "headers": {"X-A": "b"}}
        assert await wire.data("c1") == b"you: " + body
        await wire.expect("done", "c1")
        assert "problem" not in await wire.expect("close", "c1")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "/"}, "attribute 'method' required"),
        ({"method": "GET", "path": "/"}, 'no "port" or "unix" option for channel'),
        ({"method": "GET", "path": "/", "port": 1, "connection": "x"}, "connection sharing is not implemented"),
    ],
)
async def test_a_request_to_a_server_is_checked(wire: Wire, options: dict[str, Any], message: str) -> None:
    wire.open("c1", "http-stream1", **options)
    assert message in (await wire.expect("close", "c1", problem="protocol-error"))["message"]


async def test_many_requests_at_once(wire: Wire) -> None:
    channels = [f"c{number}" for number in range(100)]
    for channel in channels:
        wire.open(channel, "http-stream1", internal="packages", method="GET", path="/page/a.js", headers={})
        wire.control("done", channel)
    answers = await asyncio.gather(*(wire.until("close", channel) for channel in channels))
    assert all(body.startswith(b'{"status":200') and body.endswith(b"script") for body, _ in answers)


async def test_a_path_must_be_text(wire: Wire) -> None:
    wire.open("c1", "http-stream1", internal="packages", method="GET", path=5, headers={})
    await wire.expect("close", "c1", problem="protocol-error", message="attribute 'path': must have type str")
