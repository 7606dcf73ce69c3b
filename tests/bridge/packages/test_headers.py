import os
from pathlib import Path

import pytest

from bridge.packages import headers as header


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("index.html", "text/html"),
        ("a.min.js", "text/javascript"),
        ("A.CSS", "text/css"),
        ("logo.svg", "image/svg+xml"),
        ("font.woff2", "font/woff2"),
        ("README", "text/plain"),
        ("backend.py", "text/plain"),
        ("a.html.exe", "text/plain"),
    ],
)
def test_the_extension_gives_the_type(name: str, expected: str) -> None:
    assert header.content_type(name) == expected


@pytest.mark.parametrize(
    ("path", "immutable"),
    [
        ("dist/chunk-AB12CD34.js", True),
        ("dist/assets/RedHatText-ABCDEFGH.woff2", True),
        ("dist/index-ABCDEFGH2345.css.map", True),
        ("sub/dist/a-ABCDEFGH.js", True),
        ("chunk-AB12CD34.js", False),
        ("dist/chunk-AB12CD3.js", False),
        ("dist/chunk-ab12cd34.js", False),
        ("dist/AB12CD34.js", False),
        ("dist/index.js", False),
        ("dist/index-ABCDEFGH.html", False),
        ("distance/chunk-ABCDEFGH.js", False),
    ],
)
def test_only_hashed_names_in_dist_are_kept_for_good(path: str, immutable: bool) -> None:
    expected = "private, max-age=31536000, immutable" if immutable else "no-cache"
    assert header.cache_control(path) == expected


def test_the_tag_changes_with_the_file_and_the_variant(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a")
    os.utime(file, ns=(1, 1))
    tag = header.entity_tag(file.stat(), "policy", "")
    assert tag == header.entity_tag(file.stat(), "policy", "")
    assert tag != header.entity_tag(file.stat(), "other", "")
    assert tag != header.entity_tag(file.stat(), "policy", "gzip")
    other = tmp_path / "other"
    other.write_text("b")
    os.utime(other, ns=(1, 1))
    assert tag != header.entity_tag(other.stat(), "policy", "")
    os.utime(file, ns=(1, 2))
    assert tag != header.entity_tag(file.stat(), "policy", "")


def test_the_tag_changes_though_the_old_time_is_put_back(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a")
    before = file.stat()
    while (after := file.stat()).st_ctime_ns == before.st_ctime_ns:
        file.write_text("b")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert after.st_mtime_ns == before.st_mtime_ns
    assert header.entity_tag(before) != header.entity_tag(after)


@pytest.mark.parametrize(
    ("value", "cached"),
    [('"a"', True), ('W/"a"', True), ('"x", "a"', True), ("*", True), ('"b"', False), ("a", False), ("", False)],
)
def test_if_none_match_names_the_tag(value: str, cached: bool) -> None:
    assert header.is_cached({"if-none-match": value}, '"a"') is cached


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0.001", True),
        ("xgzip", False),
    ],
)
def test_gzip_is_sent_to_who_takes_it(value: str, accepted: bool) -> None:
    assert header.accepts_gzip({"accept-encoding": value}) is accepted


@pytest.mark.parametrize(
    ("proto", "host", "origin"),
    [
        ("http", "127.0.0.1:9090", "ws://127.0.0.1:9090"),
        ("https", "[::1]:9090", "wss://[::1]:9090"),
        ("https", "server.example.org", "wss://server.example.org"),
        ("ftp", "host", None),
        ("https", "", None),
        ("", "host", None),
        ("https", "host; script-src *", None),
        ("https", "host\r\nX: y", None),
        ("https", "host\n", None),
        ("https", "*", None),
    ],
)
def test_the_websocket_is_where_the_page_is(proto: str, host: str, origin: str | None) -> None:
    assert header.websocket_origin({"x-forwarded-proto": proto, "x-forwarded-host": host}) == origin


def test_the_policy_without_overrides() -> None:
    assert header.content_security_policy("", "ws://h:1") == (
        "default-src 'self'; connect-src ws://h:1 'self'; form-action 'self'; base-uri 'self'; object-src 'none'; "
        "font-src 'self' data:; img-src 'self' data:; frame-ancestors 'self'; block-all-mixed-content"
    )


def test_a_manifest_replaces_single_directives() -> None:
    policy = header.content_security_policy(
        "IMG-SRC 'self' data: blob:; frame-src 'self' data:;; connect-src 'self' https://example.org", "wss://h"
    )
    directives = dict(each.partition(" ")[::2] for each in policy.split("; "))
    assert directives == {
        "default-src": "'self'",
        "connect-src": "wss://h 'self' https://example.org",
        "form-action": "'self'",
        "base-uri": "'self'",
        "object-src": "'none'",
        "font-src": "'self' data:",
        "img-src": "'self' data: blob:",
        "frame-ancestors": "'self'",
        "block-all-mixed-content": "",
        "frame-src": "'self' data:",
    }


def test_a_page_may_give_up_all_connections() -> None:
    assert "connect-src 'none';" in header.content_security_policy("connect-src 'none'", "ws://h")
