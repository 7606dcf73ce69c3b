import base64
import json
from typing import Any

import pytest

from ws_gateway.channels.external_options import parse_options


def query(**options: Any) -> str:
    return base64.b64encode(json.dumps(options).encode()).decode()


def test_options_and_headers() -> None:
    external = {"content-disposition": 'attachment; filename="x"', "content-type": "a/b", "content-encoding": "gzip"}
    options = parse_options(query(payload="fsread1", path="/x", binary="raw", external=external))
    assert options.members == {"host": "localhost", "payload": "fsread1", "path": "/x", "binary": "raw"}
    assert options.binary
    assert options.headers == {
        "Content-Type": "a/b",
        "Content-Disposition": 'attachment; filename="x"',
        "Content-Encoding": "gzip",
    }


def test_types_that_nobody_named() -> None:
    assert parse_options(query(payload="x")).headers == {"Content-Type": "text/plain"}
    assert parse_options(query(payload="x", binary="raw")).headers == {"Content-Type": "application/octet-stream"}
    assert parse_options(query(payload="x", external={"Content-Type": "a/b"})).headers == {"Content-Type": "text/plain"}


def test_a_host_and_protocols_can_be_named() -> None:
    options = parse_options(query(payload="x", host="web1", external={"protocols": ["binary", "base64"]}))
    assert options.members == {"payload": "x", "host": "web1"}
    assert options.protocols == ("binary", "base64")
    assert not options.binary


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "%%%",
        "e30",
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"not json").decode(),
        base64.b64encode(b"[" * 5000).decode(),
        query(channel="1:1"),
        query(command="open"),
        query(binary=False),
        query(binary=None),
        query(binary=""),
        query(external=5),
        query(external={"content-type": 5}),
        query(external={"protocols": "binary"}),
        query(external={"protocols": ["a\r\nb"]}),
        query(external={"protocols": ["a"] * 17}),
        query(external={"content-disposition": "a\r\nSet-Cookie: x"}),
        query(external={"content-disposition": "\N{SNOWMAN}"}),
        "A" * 20_000,
    ],
)
def test_what_is_no_open(bad: str) -> None:
    with pytest.raises(ValueError, match=r"options|binary|external"):
        parse_options(bad)
