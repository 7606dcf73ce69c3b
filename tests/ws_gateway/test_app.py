"""What holds for every route: who may reach it, what is on every answer, what is refused."""

import asyncio
from typing import Any

import pytest

from ws_gateway import app
from ws_gateway.app import Gateway
from ws_gateway.auth import bearer
from ws_gateway.http.headers import SECURITY_HEADERS
from ws_gateway.settings import Settings

WITHOUT_SESSION = {
    "/ping": 200,
    "/favicon.ico": 200,
    "/cockpit/static/login.js": 200,
    "/robots.txt": 200,
    "/": 200,
    "/machines": 200,
    "/cockpit/login": 401,
    "/cockpit/socket": 403,
    "/cockpit/diagnosis": 200,
    "/metrics": 404,
    "/ca.cer": 404,
    "/apple-touch-icon.png": 404,
    "/cockpit+=host/login": 404,
    "/=host/": 404,
    "/cockpit/@localhost/shell/index.html": 200,
    "/cockpit/@localhost/shell/index.js": 401,
    "/cockpit/$" + "a" * 64 + "/shell/index.js": 401,
    "/cockpit/channel/" + "a" * 43 + "?e30=": 404,
    "/cockpit/other": 404,
    "/no/../where": 404,
}
"""Every route: what it answers to those who are not logged in. 200 is a constant or the login page."""

COOKIES = [
    None,
    "pilothouse-{port}=" + "a" * 43,
    "pilothouse-{port}=%%%",
    "pilothouse-{port}=" + "a" * 4000,
    "cockpit=dj0yO2s9eA==",
    "a=;" * 2000,
    '"\\012\\"' * 500,
]


@pytest.mark.parametrize("cookie", COOKIES)
async def test_without_a_session_only_constants_are_reached(start: Any, cookie: str | None) -> None:
    browser = await start()
    browser.cookie = cookie.format(port=browser.gateway.port) if cookie else None
    for path, status in WITHOUT_SESSION.items():
        for method in ("GET", "HEAD"):
            response = await browser.fetch(path, method)
            assert response.code == status, (path, method)
            assert "Set-Cookie" not in response.headers
    assert len(browser.gateway.sessions) == 0


def test_the_table_has_every_route() -> None:
    gateway = Gateway(Settings(port=0))
    patterns = {pattern for routes in gateway._hooks.routes(gateway=gateway) for pattern, _ in routes}
    assert len(patterns) == 14


async def test_the_security_headers_are_on_every_answer(browser: Any) -> None:
    paths = [*WITHOUT_SESSION, "/%zz", "/cockpit/@localhost/pictures/index.html", "/cockpit/@no.invalid/a/b"]
    for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS", "TRACE", "BREW"):
        for path in paths:
            response = await browser.fetch(path, method)
            for name, value in SECURITY_HEADERS.items():
                if name in ("Content-Security-Policy", "Cache-Control"):
                    assert name in response.headers, (method, path)
                else:
                    assert response.headers[name] == value, (method, path)
            assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
            assert "Server" not in response.headers
            if method not in ("GET", "HEAD"):
                assert response.code in (405, 413)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Host: localhost\r\nHost: localhost", b"400"),
        ("X-No: host", b"400"),
        ("Host:", b"400"),
        ('Host: "><script>evil;', b"400"),
        ("Host: a b", b"400"),
        ("Host: localhost,evil", b"400"),
        ("Host: evil.com", b"421"),
        ("Host: localhost\r\nContent-Length: 5", b"413"),
        ("Host: localhost\r\nContent-Length: -1", b"413"),
        ("Host: localhost\r\nContent-Length: +5", b"413"),
        ("Host: localhost\r\nContent-Length: 0x10", b"413"),
        ("Host: localhost\r\nContent-Length: 99999999999999999999", b"413"),
        ("Host: localhost\r\nTransfer-Encoding: chunked", b"413"),
        ("Host: localhost\r\nTransfer-Encoding: chunked, identity", b"413"),
        ("Host: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked", b"413"),
        ("Host : localhost", b"400"),
        ("Host: localhost\r\n folded: x\r\nX: a\x00b", b"400"),
        ("Host: localhost\r\n" + "\r\n".join(f"X-{number}: 1" for number in range(101)), b"431"),
    ],
)
async def test_heads_that_are_refused_end_the_connection(start: Any, head: str, status: bytes) -> None:
    browser = await start()
    smuggled = "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = await browser.talk(f"GET /ping HTTP/1.1\r\n{head}\r\n\r\n{smuggled}".encode("latin-1"))
    assert answer.split()[1] == status
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"evil" not in answer
    assert b"Traceback" not in answer


async def test_a_refused_host_is_logged_for_an_administrator(start: Any, caplog: pytest.LogCaptureFixture) -> None:
    browser = await start()
    await browser.talk(b"GET / HTTP/1.1\r\nHost: evil.com\r\n\r\n")
    assert "refused a request for the host evil.com" in caplog.text


async def test_a_head_that_is_too_large_is_cut(start: Any) -> None:
    browser = await start()
    answer = await browser.talk(b"GET /ping HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")
    assert b"200" not in answer


async def test_http_1_0_needs_a_host_as_well(start: Any) -> None:
    browser = await start()
    assert (await browser.talk(b"GET /ping HTTP/1.0\r\n\r\n")).split()[1] == b"400"
    assert (await browser.talk(b"GET /ping HTTP/1.0\r\nHost: localhost\r\n\r\n")).split()[1] == b"200"


async def test_a_head_that_does_not_end_is_cut_in_time(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.SERVER_LIMITS, "idle_connection_timeout", 0.2)
    browser = await start()
    reader, writer = await asyncio.open_connection("127.0.0.1", browser.gateway.port)
    writer.write(b"GET /ping HT")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_stopping_closes_sockets_and_bridges_and_connections(browser: Any) -> None:
    socket = await browser.socket()
    await socket.init()
    idle, writer = await asyncio.open_connection("127.0.0.1", browser.gateway.port)
    stopping = asyncio.gather(browser.gateway.stop())
    assert await socket.receive() == (1001, "terminated")
    assert await asyncio.wait_for(idle.read(), 5) == b""
    await asyncio.wait_for(stopping, 5)
    writer.close()
    with pytest.raises(OSError, match="failed"):
        await asyncio.open_connection("127.0.0.1", browser.gateway.port)


def test_two_ways_to_log_in_by_one_scheme_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = app.load_plugins()
    manager.register(type("Other", (), {"auth_backends": staticmethod(bearer.auth_backends)})())
    monkeypatch.setattr(app, "load_plugins", lambda: manager)
    with pytest.raises(ValueError, match="bearer"):
        Gateway(Settings(port=0))
