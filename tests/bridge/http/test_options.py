"""Which server, and what its headers call it."""

import pytest

from bridge.http.options import RequestOptions, ServerOptions
from bridge.protocol import Problem


@pytest.mark.parametrize(
    ("server", "authority", "origin"),
    [
        (ServerOptions(port=8080), "localhost:8080", "http://localhost:8080"),
        (ServerOptions(port=80), "localhost", "http://localhost"),
        (ServerOptions(port=443), "localhost:443", "http://localhost:443"),
        (ServerOptions(port=443, tls={}), "localhost", "https://localhost"),
        (ServerOptions(port=1, address="::1"), "[::1]:1", "http://[::1]:1"),
        (ServerOptions(port=1, address="example.org", tls={}), "example.org:1", "https://example.org:1"),
        (ServerOptions(unix="/run/socket"), "localhost", "http://localhost"),
    ],
)
def test_names_of_a_server(server: ServerOptions, authority: str, origin: str) -> None:
    server.check()
    assert (server.authority, server.origin) == (authority, origin)


@pytest.mark.parametrize(
    "server",
    [
        ServerOptions(),
        ServerOptions(port=1, unix="/x"),
        ServerOptions(unix="/x", tls={}),
        ServerOptions(port=1, connection="x"),
        RequestOptions(port=1, method="GET"),
        RequestOptions(port=1, path="/"),
        RequestOptions(method="GET", path="/"),
        RequestOptions(port=1, method="CONNECT", path="x:1"),
    ],
)
def test_what_contradicts_itself(server: ServerOptions) -> None:
    with pytest.raises(Problem) as caught:
        server.check()
    assert caught.value.code == "protocol-error"


def test_a_request_that_can_be_sent() -> None:
    RequestOptions(port=1, method="GET", path="/").check()
