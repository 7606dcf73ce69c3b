"""Group A: HTTP before anybody is logged in.

| case | test |
|------|------|
| 1 | test_a01_a_host_that_is_none_is_refused_and_not_repeated |
| 2 | test_a02_what_others_could_read_otherwise_is_cut_off |
| 3 | test_a03_heads_without_end_hold_no_memory, test_a_head_that_is_too_large_is_cut |
| 4 | test_a04_two_thousand_who_say_nothing_keep_nobody_waiting, test_a_head_that_does_not_end_is_cut_in_time, \
test_garbage_and_silence, test_half_a_hello_has_its_time |
| 5 | test_a05_no_body_is_waited_for |
| 6 | test_head_has_no_body_and_the_connection_goes_on |
| 8 | test_a08_no_path_leads_astray, test_no_path_leads_upward |
| 10 | test_a10_strange_cookies_cost_little |
| 11 | test_a11_nothing_leads_to_another_site, test_no_parameter_redirects, test_where_to |
| 12 | test_the_security_headers_are_on_every_answer, test_an_error_page_is_constant_for_its_status |
| 13 | test_ping_answers_anybody_with_a_constant, test_nothing_else_is_for_other_sites |
| 14 | test_versions, test_the_gateway_is_nobody_and_knows_nothing, test_a_key_that_everybody_can_read, \
test_a_certificate_that_cannot_be_used_is_no_reason_to_do_without, test_a14_testssl_finds_nothing |
| 15 | test_a15_a_header_of_our_making_is_never_split, test_a_field_value_never_splits_a_head, \
test_a_header_that_would_split_the_head_is_not_sent |
"""

import time
from contextlib import ExitStack
from typing import Any

from testbed.raw_web import answer, connect, get, status, talk

SMUGGLED = "GET /cockpit/login HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_a01_a_host_that_is_none_is_refused_and_not_repeated(target: Any) -> None:
    for fields in (
        "",
        "Host:\r\n",
        "Host: a\r\nHost: b\r\n",
        'Host: "><script>evil\r\n',
        "Host: evil;x\r\n",
        "Host: ev il\r\n",
        "Host: [evil\r\n",
        "Host: evil:99999999\r\n",
        "Host: evil\x00\r\n",
        "Host: evil\xe9\r\n",
    ):
        response = talk(target.port, f"GET / HTTP/1.1\r\n{fields}\r\n".encode("latin-1"))
        assert status(response) == 400, fields
        assert b"evil" not in response


def test_a02_what_others_could_read_otherwise_is_cut_off(target: Any) -> None:
    """No second request is answered on a connection whose first one can be understood in two ways."""
    for fields in (
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4\r\nContent-Length: 4",
        "Content-Length: +5",
        "Content-Length: -1",
        "Content-Length: 0x10",
        "Content-Length: 1_0",
        "Content-Length: \xb2",
        "Content-Length: 4, 4",
        "Content-Length:",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity",
        "Transfer-Encoding : chunked",
        "X: a\r\n folded: b",
        "X: a\x00b",
        "X: a\x01b",
        "X: a\rb",
        "X : a",
        "no colon at all",
        "\x0bTransfer-Encoding: chunked",
    ):
        request = f"GET /ping HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n\r\n{SMUGGLED}"
        response = talk(target.port, request.encode("latin-1"))
        assert response.count(b"HTTP/1.1 ") <= 1, fields
        assert not response or status(response) in (400, 413), (fields, response)


def test_a03_heads_without_end_hold_no_memory(target: Any) -> None:
    get(target.port, "/ping")
    before = target.memory()
    with ExitStack() as connections:
        for _ in range(50):
            connection = connections.enter_context(connect(target.port))
            connection.sendall(b"GET /ping HTTP/1.1\r\nX: " + b"x" * 20 * 1024)
        for _ in range(50):
            assert b"200" not in talk(target.port, b"GET /ping HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n")
        assert target.memory() - before < 50 * 64 * 1024 + 2 * 1024 * 1024


def test_a04_two_thousand_who_say_nothing_keep_nobody_waiting(target: Any) -> None:
    with ExitStack() as connections:
        for number in range(2000):
            connection = connections.enter_context(connect(target.port))
            if number % 2:
                connection.sendall(b"GET /ping HT")
        took = []
        for _ in range(20):
            started = time.monotonic()
            assert status(get(target.port, "/ping")) == 200
            took.append(time.monotonic() - started)
        assert sorted(took)[10] < 1


def test_a05_no_body_is_waited_for(target: Any) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "BREW"):
        for path in ("/", "/ping", "/cockpit/login", "/cockpit/socket", "/cockpit/channel/x", "/nowhere", "*"):
            head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {target.cookie}\r\n"
            assert status(talk(target.port, f"{head}\r\n".encode())) == 405, (method, path)
        with connect(target.port) as connection:
            connection.sendall(f"{head}Content-Length: 1000000000\r\n\r\n".encode())
            assert status(answer(connection)) == 413


def test_a08_no_path_leads_astray(target: Any) -> None:
    for path in (
        "%", "%0", "%00", "%zz", "%ff%fe", "%2e%2e/%2e%2e/etc/passwd", "../../../../etc/passwd", "..;/..;/etc/passwd",
        "..\\..\\etc\\passwd", "..%2f..%2fetc%2fpasswd", "..%5c..%5cetc", "a/" * 200, "x" * 9000, ".git/config",
        "a\x7fb", "%252e%252e/%252e%252e/etc/passwd", "//etc/passwd", "/etc/passwd", "manifest.json%00.html",
    ):  # fmt: skip
        for start in ("/cockpit/@localhost/pictures/", "/cockpit/@localhost/", "/cockpit/static/", "/cockpit/"):
            response = get(target.port, start + path, f"Cookie: {target.cookie}")
            assert not response or status(response) in (400, 404, 414, 431), (start, path, response)
            assert b"root:" not in response


def test_a10_strange_cookies_cost_little(target: Any) -> None:
    cookies = ["cockpit=x; " * 700, "a=;" * 2700, '"' + "\\012" * 2000 + '"', 'a="' + '\\"' * 4000, "=" * 8000]
    before = target.cpu()
    for cookie in cookies:
        for _ in range(10):
            assert status(get(target.port, "/cockpit/login", f"Cookie: {cookie}")) == 401
    assert (target.cpu() - before) / (10 * len(cookies)) < 0.02


def test_a11_nothing_leads_to_another_site(target: Any) -> None:
    parameters = "&".join(f"{name}=//evil.example" for name in ("next", "url", "return", "redirect", "to"))
    for path in (
        "/", "/ping", "/cockpit/login", "/cockpit/static/login.js", "/cockpit/@localhost/pictures/index.html",
        "//evil.example/", "/\\evil.example", "/cockpit/channel/x", "/pictures", "/favicon.ico", "/cockpit/",
    ):  # fmt: skip
        for cookie in ((), (f"Cookie: {target.cookie}",)):
            response = get(target.port, f"{path}?{parameters}", *cookie)
            assert not 300 <= status(response) < 400, path
            assert b"evil.example" not in response.partition(b"\r\n\r\n")[0]


def test_a15_a_header_of_our_making_is_never_split(target: Any) -> None:
    for value in ("a\r\nSet-Cookie: evil=1", "a\nb", "a\x00b", "a\u2028b", "gr\u00fc\u0141e"):
        for name in ("content-type", "content-disposition", "content-encoding"):
            path = target.external({"payload": "stream", "spawn": ["true"], "external": {name: value}})
            response = get(target.port, path, f"Cookie: {target.cookie}")
            assert b"evil" not in response.partition(b"\r\n\r\n")[0], value
            assert status(response) == 400, value
