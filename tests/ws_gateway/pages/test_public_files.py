from typing import Any

import pytest


async def test_ping_answers_anybody_with_a_constant(start: Any) -> None:
    response = await (await start()).fetch("/ping")
    assert response.body == b'{ "service": "cockpit" }'
    assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_nothing_else_is_for_other_sites(browser: Any) -> None:
    for path in ("/", "/cockpit/login", "/cockpit/static/login.js", "/cockpit/@localhost/pictures/index.html", "/x y"):
        assert "Access-Control-Allow-Origin" not in (await browser.fetch(path.replace(" ", "%20"), Origin="x")).headers


async def test_robots(start: Any) -> None:
    browser = await start()
    assert b"Disallow: /" in (await browser.fetch("/robots.txt")).body
    assert b"Disallow: /" in (await browser.fetch("/machines/robots.txt")).body


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/cockpit/static/login.js", "text/javascript; charset=UTF-8"),
        ("/cockpit/static/login.css", "text/css; charset=UTF-8"),
        ("/cockpit/static/favicon.svg", "image/svg+xml"),
        ("/favicon.ico", "image/svg+xml"),
    ],
)
async def test_static_files(start: Any, path: str, content_type: str) -> None:
    browser = await start()
    first = await browser.fetch(path)
    assert first.code == 200
    assert first.headers["Content-Type"] == content_type
    again = await browser.fetch(path, If_None_Match=first.headers["ETag"])
    assert (again.code, again.body) == (304, b"")
    assert again.headers["X-Content-Type-Options"] == "nosniff"


def test_the_certificate_to_believe_in(serve_system: Any, corner: Any) -> None:
    system = serve_system()
    answer = system.get("/ca.cer")
    own = (corner.etc / "pilothouse" / "ws-certs.d" / "0-self-signed.cert").read_bytes()
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "application/x-x509-ca-cert", own)


async def test_there_is_none_without_tls(start: Any) -> None:
    assert (await (await start()).fetch("/ca.cer")).code == 404
