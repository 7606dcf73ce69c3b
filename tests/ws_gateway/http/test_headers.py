import pytest
from hypothesis import given
from hypothesis import strategies as st
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from ws_gateway.http.headers import (
    for_bridge,
    framed_by_us_only,
    from_bridge,
    is_allowed_host,
    is_field_value,
    is_loopback_host,
    origin_matches,
    refusal,
    session_cookie,
    set_session_cookie,
)


def headers(*pairs: tuple[str, str]) -> HTTPHeaders:
    made = HTTPHeaders()
    for name, value in pairs:
        made.add(name, value)
    return made


def request(method: str = "GET", path: str = "/", *pairs: tuple[str, str]) -> HTTPServerRequest:
    fields = headers(("Host", "localhost:9090"), *pairs)
    return HTTPServerRequest(start_line=RequestStartLine(method, path, "HTTP/1.1"), headers=fields)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (request(), None),
        (request("HEAD"), None),
        (request("GET", "/", ("Content-Length", "0")), None),
        (request("POST"), 405),
        (request("OPTIONS"), 405),
        (request("TRACE"), 405),
        (request("NONSENSE"), 405),
        (request("POST", "/", ("Content-Length", "5")), 413),
        (request("GET", "/", ("Content-Length", "5")), 413),
        (request("GET", "/", ("Content-Length", "+0")), 413),
        (request("GET", "/", ("Transfer-Encoding", "chunked")), 413),
        (request("GET", "/" + "x" * 2000), 414),
        (request("GET", "/", *((f"X-{number}", "1") for number in range(101))), 431),
    ],
)
def test_what_is_refused_before_its_path_is_looked_at(asked: HTTPServerRequest, status: int | None) -> None:
    assert refusal(asked, is_loopback_host) == status


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:9090", "127.8.8.8", "[::1]:9090", "a.localhost"]
)
def test_names_of_this_machine(host: str) -> None:
    assert is_loopback_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.com",
        "127.0.0.1.evil.com",
        "localhost.evil.com",
        "192.168.1.1",
        "[::2]",
        "",
        "a b",
        "localhost:x",
        "0.0.0.0",
    ],
)
def test_names_of_others(host: str) -> None:
    assert not is_loopback_host(host)


@pytest.mark.parametrize(
    ("origin", "accepted"),
    [
        ("http://localhost:9090", True),
        ("HTTP://LocalHost:9090", True),
        ("https://localhost:9090", False),
        ("http://localhost", False),
        ("http://localhost:9091", False),
        ("http://localhost:9090/", False),
        ("http://localhost:9090.evil.com", False),
        ("http://evil.com:9090", False),
        ("http://localhost:9090@evil.com", False),
        ("http://user@localhost:9090", False),
        ("http://[::1]:9090", False),
        ("http://löcalhost:9090", False),
        ("null", False),
        ("", False),
    ],
)
def test_origins(origin: str, accepted: bool) -> None:
    assert origin_matches(headers(("Host", "localhost:9090"), ("Origin", origin)), "http") is accepted


def test_an_origin_must_be_there_and_only_once() -> None:
    assert not origin_matches(headers(("Host", "localhost:9090")), "http")
    twice = ("Origin", "http://localhost:9090")
    assert not origin_matches(headers(("Host", "localhost:9090"), twice, twice), "http")


VALUE = "a" * 43


@pytest.mark.parametrize(
    ("cookie", "found"),
    [
        (f"pilothouse-1={VALUE}", VALUE),
        (f"a=b; pilothouse-1={VALUE}; c", VALUE),
        (f"pilothouse-12={VALUE}", None),
        (f"pilothouse-1={VALUE}x", None),
        ("pilothouse-1=", None),
        (f'pilothouse-1="{VALUE}"', None),
        (f"pilothouse-1={VALUE}; pilothouse-1={VALUE}", None),
        ("a=;" * 4000, None),
        ("", None),
    ],
)
def test_the_session_cookie(cookie: str, found: str | None) -> None:
    assert session_cookie(headers(("Cookie", cookie)), "pilothouse-1") == found


def test_a_package_sees_neither_secrets_nor_what_concerns_the_connection() -> None:
    dropped = [
        "Cookie",
        "Referer",
        "Connection",
        "Authorization",
        "Content-Length",
        "X-Forwarded-For",
        "Range",
        "Origin",
    ]
    kept = [("Accept-Language", "de"), ("If-None-Match", '"x"'), ("Accept-Encoding", "gzip")]
    fields = headers(("Host", "localhost:9090"), *kept, *((name, "x") for name in dropped))
    expected = {"Host": "web1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "localhost:9090"}
    assert for_bridge(fields, "web1", "http") == dict(kept) | expected


def test_a_package_cannot_set_what_is_ours() -> None:
    sent = {
        "Content-Type": "a/b",
        "Set-Cookie": "x",
        "access-control-allow-origin": "*",
        "Location": "//evil",
        "TE": "x",
    }
    assert dict(from_bridge(sent)) == {"Content-Type": "a/b"}


@pytest.mark.parametrize(
    "bad", [{"A\r\nB": "c"}, {"A": "b\r\nC: d"}, {"A": "b\0"}, {"A": "\N{SNOWMAN}"}, {"A": 5}, {"": "x"}]
)
def test_what_cannot_be_a_header_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="header"):
        list(from_bridge(bad))


@given(st.text())
def test_a_field_value_never_splits_a_head(value: str) -> None:
    if is_field_value(value):
        assert not set(value) & set("\r\n\0")
        value.encode("latin-1")


def test_a_policy_is_completed() -> None:
    assert framed_by_us_only("default-src 'self';") == "default-src 'self'; frame-ancestors 'self'"
    assert framed_by_us_only("frame-ancestors 'none'") == "frame-ancestors 'none'"


@pytest.mark.parametrize(
    ("origin", "accepted"),
    [
        ("https://console.example.com:9090", True),
        ("HTTPS://Console.Example.com:9090", True),
        ("https://a.example.org", True),
        ("https://a.b.example.org", False),
        ("https://.example.org", False),
        ("https://example.org", False),
        ("https://a.example.org:9090", False),
        ("https://a.example.org.evil.com", False),
        ("https://evil@a.example.org", False),
        ("http://a.example.org", False),
        ("https://localhost:9090", False),
        ("null", False),
        ("*", False),
    ],
)
def test_origins_that_an_administrator_named(origin: str, accepted: bool) -> None:
    allowed = ("https://console.example.com:9090", "https://*.example.org")
    asked = headers(("Host", "localhost:9090"), ("Origin", origin))
    assert origin_matches(asked, "https", allowed) is accepted


@pytest.mark.parametrize(
    ("host", "accepted"),
    [
        ("console.example.com", True),
        ("CONSOLE.example.com.:9090", True),
        ("a.example.org", True),
        ("a.b.example.org", False),
        ("example.org", False),
        ("[2001:db8::1]:9090", True),
        ("console.example.com.evil.com", False),
        ("evil.com#console.example.com", False),
        ("", False),
    ],
)
def test_hosts_that_an_administrator_named(host: str, accepted: bool) -> None:
    assert is_allowed_host(host, ("console.example.com", "*.example.org", "[2001:db8::1]")) is accepted


def test_the_cookie_of_a_session() -> None:
    assert set_session_cookie("a", "b") == "a=b; Path=/; HttpOnly; SameSite=Strict"
    assert set_session_cookie("a", "b", secure=True) == "a=b; Path=/; Secure; HttpOnly; SameSite=Strict"
