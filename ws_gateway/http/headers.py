"""Rules about HTTP heads, as pure functions: what is refused, and what goes on every response."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest

FIELDS_MAX = 100
"""Header fields of a request."""
PATH_MAX = 1024
"""Characters of a request's path."""

SECURITY_HEADERS = {
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "sameorigin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
}
"""On every response, whatever its status; a handler may replace the last two (reference 4.2)."""

_COOKIE_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_FIELD_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::\d{1,5})?")


def refusal(request: HTTPServerRequest, is_ours: Callable[[str], bool]) -> int | None:
    """The status with which a request is refused before anybody looks at its path; None if it is not.

    `is_ours`: whether the console may be called so, of a Host header.
    """
    headers = request.headers
    length = headers.get("Content-Length", "0")
    if length != "0" or "Transfer-Encoding" in headers:
        return 413
    if request.method not in ("GET", "HEAD"):
        return 405
    hosts = headers.get_list("Host")
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        return 400
    if not is_ours(hosts[0]):
        return 421
    if sum(1 for _ in headers.get_all()) > FIELDS_MAX:
        return 431
    if len(request.path) > PATH_MAX:
        return 414
    return None


def is_loopback_host(host: str) -> bool:
    """Whether a Host header names this machine itself, whatever the port (a tunnel may have another).

    In single-user mode nothing else may: a name of somebody else's that resolves to 127.0.0.1 (DNS rebinding) would
    make their page same-origin with ours.
    """
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = match[1].strip("[]").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_allowed_host(host: str, allowed: Sequence[str]) -> bool:
    """Whether a Host header is one of `allowed`, whatever the port and the case; each may begin with `*.`."""
    match = _HOST.fullmatch(host)
    return match is not None and any(_fits(match[1].lower().rstrip("."), pattern) for pattern in allowed)


def origin_matches(headers: HTTPHeaders, scheme: str, allowed: Sequence[str] = ()) -> bool:
    """Whether the request's Origin is exactly the scheme and Host that it was sent to; a missing one is not.

    `allowed` replaces those: exact origins, of which each may have `*.` in place of the first part of its host's name.
    """
    origins = headers.get_list("Origin")
    if len(origins) != 1:
        return False
    origin = origins[0].lower()
    if not allowed:
        return origin == f"{scheme}://{headers.get('Host', '')}".lower()
    return any(_origin_fits(origin, pattern) for pattern in allowed)


def _origin_fits(origin: str, pattern: str) -> bool:
    scheme, _, host = origin.partition("://")
    pattern_scheme, _, pattern_host = pattern.lower().partition("://")
    return scheme == pattern_scheme and _fits(host, pattern_host)


def _fits(name: str, pattern: str) -> bool:
    pattern = pattern.lower()
    if pattern.startswith("*."):
        first, dot, rest = name.partition(".")
        return bool(dot) and _LABEL.fullmatch(first) is not None and f"*.{rest}" == pattern
    return name == pattern


def session_cookie(headers: HTTPHeaders, name: str) -> str | None:
    """The value of the session cookie; None if there is none, several, or one that cannot be ours."""
    prefix = name + "="
    values = [
        pair[len(prefix) :]
        for header in headers.get_list("Cookie")
        for pair in (piece.strip() for piece in header.split(";"))
        if pair.startswith(prefix)
    ]
    return values[0] if len(values) == 1 and _COOKIE_VALUE.fullmatch(values[0]) else None


def set_session_cookie(name: str, value: str, secure: bool = False) -> str:
    """The Set-Cookie header of a session (reference 4.4); `secure`: never to be sent without TLS."""
    return f"{name}={value}; Path=/; {'Secure; ' if secure else ''}HttpOnly; SameSite=Strict"


def is_field_value(value: object) -> bool:
    """Whether `value` can be the value of a header: a string in Latin-1, without control characters."""
    return type(value) is str and _FIELD_VALUE.fullmatch(value) is not None


_DROPPED_FROM_BROWSER = re.compile(
    r"(cookie|referer|connection|pragma|cache-control|user-agent|accept-charset|accept-ranges|content-.*|range|te"
    r"|trailer|upgrade|transfer-encoding|x-forwarded-.*|authorization|host|origin|proxy-.*|keep-alive)"
)
_DROPPED_FROM_BRIDGE = re.compile(
    r"(connection|keep-alive|transfer-encoding|upgrade|trailer|te|set-cookie.*|server|date|proxy-.*"
    r"|access-control-.*|x-cockpit-pkg-checksum|x-frame-options|x-content-type-options|referrer-policy"
    r"|x-dns-prefetch-control|cross-origin-resource-policy|strict-transport-security|clear-site-data|location)"
)


def for_bridge(headers: HTTPHeaders, host: str, scheme: str) -> dict[str, str]:
    """The headers of a browser's request that a package's server gets to see (reference 4.6)."""
    kept = {name: value for name, value in headers.items() if not _DROPPED_FROM_BROWSER.fullmatch(name.lower())}
    return kept | {"Host": host, "X-Forwarded-Proto": scheme, "X-Forwarded-Host": headers.get("Host", "")}


def from_bridge(headers: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The headers of a package's response that a browser gets to see; ValueError for one that cannot be a header."""
    for name, value in headers.items():
        if not _FIELD_NAME.fullmatch(name) or not is_field_value(value):
            raise ValueError("the response has a header that cannot be sent")
        if not _DROPPED_FROM_BRIDGE.fullmatch(name.lower()):
            yield name, value


def framed_by_us_only(policy: str) -> str:
    """A content security policy that also says who may frame the page."""
    return policy if "frame-ancestors" in policy else f"{policy.rstrip('; ')}; frame-ancestors 'self'"
