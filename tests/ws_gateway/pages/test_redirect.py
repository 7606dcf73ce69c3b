"""What a client without TLS is told."""

from collections.abc import Callable
from typing import Any

import pytest

from ws_gateway.pages.redirect import ROUTES, RedirectHandler
from ws_gateway.serve import listen
from ws_gateway.settings import Settings


def test_everything_but_ping_leads_away() -> None:
    assert [pattern for pattern, _ in ROUTES] == ["/ping", ".*"]
    assert ROUTES[1][1] is RedirectHandler


@pytest.mark.parametrize(
    ("target", "host", "status", "location"),
    [
        ("/", "localhost", 301, "https://localhost/"),
        ("//evil.com/x", "localhost:1", 301, "https://localhost:1//evil.com/x"),
        ("/?next=//evil.com", "[::1]:9", 301, "https://[::1]:9/?next=//evil.com"),
        ("http://evil.com/", "localhost", 400, None),
        ("/", "evil.com@x", 400, None),
    ],
)
async def test_where_to(start: Any, target: str, host: str, status: int, location: str | None) -> None:
    answer = await ask(start, target, host)
    assert answer.startswith(f"HTTP/1.1 {status}".encode())
    if location is None:
        assert b"evil" not in answer
    else:
        assert f"Location: {location}\r\n".encode() in answer


async def ask(start: Callable[..., Any], target: str, host: str) -> bytes:
    """Sends a request to a server with these routes alone."""
    browser = await start()
    gateway = browser.gateway
    server = gateway._make_server(ROUTES)
    listener = listen(Settings(port=0))
    server.add_sockets([listener])
    own, gateway.port = gateway.port, listener.getsockname()[1]
    answer = await browser.talk(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    gateway.port = own
    server.stop()
    await server.close_all_connections()
    return bytes(answer)
