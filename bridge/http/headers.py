"""Header fields, between the JSON object of a channel and the list of a message (RFC 9110, 5)."""

import re
from collections.abc import Iterable, Mapping

from bridge.protocol import Problem

HEAD_MAX = 64 * 1024
"""Bytes of the longest head of a message, either way."""
HEADERS_MAX = 256
"""Header fields of one message."""

HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade")
)
"""They concern one connection only (RFC 9110, 7.6.1)."""
_RAW_ONLY = frozenset(("content-length", "range"))
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}", re.ASCII)
_FORBIDDEN = re.compile("[\r\n\0]")

RawHeaders = list[tuple[bytes, bytes]]


def request_headers(headers: Mapping[str, str]) -> RawHeaders:
    """The fields to send, without those of one hop; Problem `protocol-error` for what is no header field."""
    if len(headers) > HEADERS_MAX:
        raise Problem("protocol-error", f"attribute 'headers': more than {HEADERS_MAX}")
    fields = []
    size = 0
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise Problem("protocol-error", f"attribute 'headers': not the name of a header: {name!r:.60}")
        if _FORBIDDEN.search(value):
            raise Problem("protocol-error", f"attribute 'headers': the value of {name} contains CR, LF or NUL")
        raw = value.strip(" \t\f\v").encode(errors="surrogatepass")
        size += len(name) + len(raw) + 4
        if name.lower() not in HOP_BY_HOP:
            fields.append((name.encode(), raw))
    if size > HEAD_MAX:
        raise Problem("protocol-error", f"attribute 'headers': longer than {HEAD_MAX} bytes")
    return fields


def response_headers(fields: Iterable[tuple[bytes, bytes]], *, binary: bool) -> dict[str, str]:
    """The fields of a response as an object, without those of one hop; several of one name become one list.

    A text channel is not told lengths in bytes: what it gets is characters.
    """
    received = list(fields)
    if len(received) > HEADERS_MAX:
        raise Problem("terminated", f"the response has more than {HEADERS_MAX} headers")
    if sum(len(name) + len(value) + 4 for name, value in received) > HEAD_MAX:
        raise Problem("terminated", f"the response's headers are longer than {HEAD_MAX} bytes")
    dropped = HOP_BY_HOP | _named_by_connection(received) | (frozenset() if binary else _RAW_ONLY)
    names: dict[str, str] = {}
    headers: dict[str, str] = {}
    for raw_name, raw_value in received:
        name, value = _text(raw_name), _text(raw_value)
        key = name.lower()
        if key in dropped:
            continue
        name = names.setdefault(key, name)
        # A cookie may contain a comma, so cookies cannot be listed (RFC 9110, 5.3).
        headers[name] = f"{headers[name]}, {value}" if name in headers and key != "set-cookie" else value
    return headers


def _named_by_connection(fields: RawHeaders) -> frozenset[str]:
    values = b",".join(value for name, value in fields if name.lower() == b"connection")
    return frozenset(_text(name).strip().lower() for name in values.split(b","))


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
