import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest


def query(**options: Any) -> str:
    return base64.b64encode(json.dumps(options).encode()).decode()


async def test_a_download(browser: Any, tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    (tmp_path / "file").write_bytes(content)
    disposition = 'attachment; filename="file"'
    asked = query(
        payload="fsread1",
        path=str(tmp_path / "file"),
        binary="raw",
        external={"content-disposition": disposition},
    )
    response = await browser.fetch(f"/cockpit/channel/{browser.token}?{asked}")
    assert response.code == 200
    assert response.body == content
    assert response.headers["Content-Disposition"] == disposition
    assert response.headers["Content-Length"] == str(len(content))
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"


async def test_a_stream_without_a_length(browser: Any) -> None:
    asked = query(payload="stream", spawn=["printf", "hello"])
    response = await browser.fetch(f"/cockpit/channel/{browser.token}?{asked}")
    assert (response.code, response.body) == (200, b"hello")
    assert response.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"payload": "nonsense"}, 500),
        ({"payload": "stream", "spawn": ["/nonexistent"]}, 404),
        ({"payload": "fsread1"}, 500),
        ({"payload": "fsread1", "path": "/x", "channel": "1:1"}, 400),
    ],
)
async def test_what_fails_before_the_data_has_a_status(browser: Any, options: dict[str, Any], status: int) -> None:
    assert (await browser.fetch(f"/cockpit/channel/{browser.token}?{query(**options)}")).code == status


async def test_it_takes_the_cookie_and_the_token_of_one_session(start: Any) -> None:
    browser = await (await start()).log_in()
    other = await type(browser)(browser.gateway).log_in()
    asked = query(payload="stream", spawn=["printf", "hello"])
    for token in ("a" * 43, "x", other.token):
        assert (await browser.fetch(f"/cockpit/channel/{token}?{asked}")).code == 404
    cookie, browser.cookie = browser.cookie, None
    assert (await browser.fetch(f"/cockpit/channel/{browser.token}?{asked}")).code == 404
    browser.cookie = cookie
    assert (await browser.fetch(f"/cockpit/channel/{browser.token}?{asked}")).code == 200


async def test_a_reader_that_goes_away_ends_the_process(browser: Any) -> None:
    asked = query(payload="stream", spawn=["sleep", "60"])
    reader, writer = await asyncio.open_connection("127.0.0.1", browser.gateway.port)
    head = f"GET /cockpit/channel/{browser.token}?{asked} HTTP/1.1\r\nHost: {browser.host}\r\nCookie: {browser.cookie}"
    writer.write(f"{head}\r\n\r\n".encode())
    assert (await reader.readline()).split()[1] == b"200"
    session = next(iter(browser.gateway.sessions))
    assert len(session.owners) == 1
    writer.transport.abort()
    async with asyncio.timeout(5):
        while session.owners:
            await asyncio.sleep(0.01)
