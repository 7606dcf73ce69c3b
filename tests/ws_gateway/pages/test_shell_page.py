import asyncio
import re
from pathlib import Path
from typing import Any

import pytest


async def test_the_shell_is_at_every_page(browser: Any) -> None:
    for path in ("/", "/pictures", "/pictures/sub/page", "/@localhost/pictures", "/@localhost", "/pictures?x=y"):
        response = await browser.fetch(path)
        assert response.code == 200, path
        base = rb'<head><base href="/cockpit/(@localhost|[$][0-9a-f]{64})/shell/index.html"><meta name="url-root"'
        assert re.search(base, response.body)
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers


async def test_its_links_begin_with_the_checksum_and_with_another_one_after_a_change(
    browser: Any, packages: Path
) -> None:
    async def place(wanted: bytes) -> bytes:
        async with asyncio.timeout(10):
            while True:
                document = (await browser.fetch("/")).body
                found = re.search(rb'<base href="/cockpit/([^/]+)/shell/index.html">', document)
                assert found
                if re.fullmatch(wanted, found[1]):
                    return found[1]
                await asyncio.sleep(0.05)

    first = await place(rb"[$][0-9a-f]{64}")
    (packages / "pictures/new.txt").write_text("new")
    # While it is young the packages have no checksum, and browsers ask for every file anew.
    await place(rb"@localhost")
    assert await place(rb"[$][0-9a-f]{64}") != first


async def test_without_a_session_the_login_page_is(start: Any) -> None:
    browser = await start()
    for path in ("/", "/machines", "/@host/machines"):
        response = await browser.fetch(path)
        assert response.code == 200
        assert b"<title>Pilothouse</title>" in response.body
        assert "unsafe-inline" not in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/=host/machines",
        "/=/",
        "/@/",
        "//",
        "//evil.com",
        "/a//b",
        "/.git/config",
        "/a/../b",
        "/a/%2e%2e/b",
        "/a%00b",
        "/%",
        "/%zz",
        "/a;b",
        "/cockpit",
        "/cockpit/",
        "/cockpit/other",
        "/cockpit+=host/socket",
        "/cockpit/static/",
        "/cockpit/static/..%2fauth.py",
        "/cockpit/static/nothing.js",
        "/" + "a/" * 200,
    ],
)
async def test_nothing_is_there(browser: Any, path: str) -> None:
    response = await browser.fetch(path)
    assert response.code == 404
    assert b"evil" not in response.body


async def test_invalid_utf8_in_a_path(browser: Any) -> None:
    assert (await browser.fetch("/%ff%fe")).code in (400, 404)


async def test_no_parameter_redirects(browser: Any) -> None:
    for path in ("/", "/cockpit/login", "/ping", "/pictures", "/cockpit/@localhost/pictures/index.html"):
        response = await browser.fetch(f"{path}?next=//evil&url=//evil&return=//evil&redirect=//evil")
        assert response.code < 300
        assert b"evil" not in response.body
