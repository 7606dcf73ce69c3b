import asyncio
import json
import logging
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_gateway.app import Gateway
from ws_gateway.config import Config
from ws_gateway.pages.resources import LONG, inject, package_path, remember

Faulty = Callable[[str], tuple[str, ...]]


@pytest.mark.parametrize(
    "path",
    [
        "/shell/index.html",
        "/base1/a/b/c.min.js",
        "/manifests.js",
        "/manifests-i18n.js",
        "/*/po.js",
        "/x/a%20b.png",
    ],
)
def test_paths_of_files(path: str) -> None:
    assert package_path(path) is not None


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/shell",
        "/shell/",
        "//shell/x",
        "/shell//x",
        "/shell/../x",
        "/shell/%2e%2e/x",
        "/shell/..%2fx",
        "/../etc/passwd",
        "/.git/x",
        "/shell/.hidden",
        "/shell/a%00b",
        "/shell/a%0ab",
        "/shell/%",
        "/shell/%zz",
        "/shell/%25",
        "/shell/%ff%fe",
        "/shell/..;/x",
        "/shell/a\\b",
        "/sh ell/x",
        "/shell" + "/x" * 40,
    ],
)
def test_paths_of_none(path: str) -> None:
    assert package_path(path) is None


@given(st.text(alphabet="/.%2ef5c\\ab\x00", max_size=30))
def test_no_path_leads_upward(path: str) -> None:
    found = package_path("/p/" + path)
    if found is not None:
        parts = found.split("/")[1:]
        assert all(part and not part.startswith(".") and "\\" not in part and "\0" not in part for part in parts)


def test_the_shell_gets_its_base() -> None:
    document = inject(b'<html><head lang="x"><title/></head><head>', "/cockpit", Config())
    several = b'<meta name="allow-multihost" content="yes">'
    base = b'<base href="/cockpit/@localhost/shell/index.html"><meta name="url-root" content="">' + several
    assert document == b'<html><head lang="x">' + base + b"<title/></head><head>"
    assert inject(b"<header>no head", "/cockpit", Config()) == b"<header>no head"
    assert b'<base href="/cockpit/$abc/shell/index.html">' in inject(b"<head>", "/cockpit", Config(), "abc")
    rooted = inject(b"<head>", "/a/cockpit+=b", Config(url_root="/a", shell="/x/y.html", allow_multi_host=False))
    assert rooted == (
        b'<head><base href="/a/cockpit+=b/@localhost/x/y.html"><meta name="url-root" content="/a">'
        b'<meta name="allow-multihost" content="no">'
    )


async def test_other_hosts_are_shown_only_where_that_is_allowed(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for allowed, status in ((True, 502), (False, 403)):
        monkeypatch.setattr(Gateway, "config", Config(allow_multi_host=allowed))
        answer = await browser.fetch("/cockpit/@no-such-host.invalid/pictures/index.html")
        assert answer.code == status
        assert (await browser.fetch("/cockpit/@localhost/pictures/index.html")).code == 200


def test_no_host_takes_a_checksum_away_from_this_machine() -> None:
    known: dict[str, str] = {}
    remember(known, "a", "elsewhere")
    remember(known, "a", "localhost")
    remember(known, "a", "elsewhere")
    remember(known, "b", "elsewhere")
    remember(known, "b", "third")
    assert known == {"a": "localhost", "b": "elsewhere"}
    for number in range(1000):
        remember(known, f"e{number}", "elsewhere")
    assert len(known) == 256
    remember(known, "c", "localhost")
    assert (known["c"], len(known)) == ("localhost", 256)


async def test_a_page_comes_through_the_bridge(browser: Any) -> None:
    response = await browser.fetch("/cockpit/@localhost/pictures/index.html")
    assert (response.code, response.body) == (200, b"<html><head></head></html>")
    assert response.headers["Content-Type"].startswith("text/html")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert browser.host in policy
    assert response.headers["X-Frame-Options"] == "sameorigin"
    assert response.headers["Vary"] == "Cookie"
    assert response.headers["Cache-Control"] == "no-cache"
    assert "X-Cockpit-Pkg-Checksum" not in response.headers
    assert "Server" not in response.headers


async def test_a_large_file_comes_whole(browser: Any) -> None:
    response = await browser.fetch("/cockpit/@localhost/pictures/big.txt")
    assert response.body == b"0123456789abcdef" * 65536


async def test_head_has_no_body_and_the_connection_goes_on(browser: Any) -> None:
    head = f"/cockpit/@localhost/pictures/big.txt HTTP/1.1\r\nHost: {browser.host}\r\nCookie: {browser.cookie}\r\n\r\n"
    answer = await browser.talk(f"HEAD {head}GET /ping HTTP/1.1\r\nHost: {browser.host}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\n\r\nHTTP/1.1 200 OK\r\n" in answer
    assert answer.endswith(b'{ "service": "cockpit" }')
    await _no_channels_left(browser)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/cockpit/@localhost/pictures/missing.html", 404),
        ("/cockpit/@localhost/missing/index.html", 404),
        ("/cockpit/@localhost/pictures/../../etc/passwd", 404),
        ("/cockpit/@localhost/pictures/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/cockpit/@localhost/pictures", 404),
        ("/cockpit/@-oProxyCommand=x/pictures/index.html", 404),
        ("/cockpit/@a%0ab/pictures/index.html", 404),
        ("/cockpit/$0123/pictures/index.html", 404),
        ("/cockpit/@nowhere.invalid/pictures/index.html", 502),
    ],
)
async def test_what_is_not_there(browser: Any, path: str, status: int) -> None:
    response = await browser.fetch(path)
    assert response.code == status
    assert b"passwd" not in response.body
    assert b"Proxy" not in response.body
    await _no_channels_left(browser)


async def test_a_file_the_browser_has_is_not_sent_again(browser: Any) -> None:
    first = await browser.fetch("/cockpit/@localhost/pictures/big.txt")
    second = await browser.fetch("/cockpit/@localhost/pictures/big.txt", If_None_Match=first.headers["ETag"])
    assert (second.code, second.body) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status"), [("/cockpit/@localhost/x/y.html", 200), ("/cockpit/@localhost/x/y.js", 401)]
)
async def test_without_a_session(start: Any, path: str, status: int) -> None:
    browser = await start()
    for cookie in (None, f"pilothouse-{browser.gateway.port}={'a' * 43}"):
        browser.cookie = cookie
        response = await browser.fetch(path)
        assert response.code == status
        assert (b"login.js" in response.body) is (status == 200)


async def test_a_bridge_that_dies_in_the_middle_tears_the_connection(start: Any, faulty: Faulty) -> None:
    browser = await (await start(bridge=faulty("dies"))).log_in()
    request = f"GET /cockpit/@localhost/x/y HTTP/1.1\r\nHost: {browser.host}\r\nCookie: {browser.cookie}\r\n\r\n"
    answer = await browser.talk(request.encode())
    assert b"half of it" in answer
    assert not answer.endswith(b"0\r\n\r\n")


async def test_a_header_that_would_split_the_head_is_not_sent(start: Any, faulty: Faulty) -> None:
    browser = await (await start(bridge=faulty("talks"))).log_in()
    response = await browser.fetch("/cockpit/@localhost/x/y.js")
    assert response.code == 500
    assert "Set-Cookie" not in response.headers


PICTURE = "/pictures/big.txt"


async def _checksum(browser: Any) -> str:
    """The checksum of the packages, once their files are old enough to have one."""
    async with asyncio.timeout(10):
        while (response := await browser.fetch("/cockpit/@localhost/checksum")).code != 200:
            await asyncio.sleep(0.05)
    return str(response.body.decode())


async def test_what_is_asked_for_by_the_checksum_is_kept(browser: Any, packages: Path) -> None:
    (packages / "pictures/po.de.js").write_text("de")
    (packages / "pictures/style.css.gz").write_bytes(b"packed")
    checksum = await _checksum(browser)
    kept = await browser.fetch(f"/cockpit/${checksum}{PICTURE}")
    asked = await browser.fetch(f"/cockpit/@localhost{PICTURE}")
    assert kept.body == asked.body
    assert kept.headers["ETag"] == asked.headers["ETag"]
    assert (kept.headers["Cache-Control"], "Vary" in kept.headers) == ("private, max-age=86400, immutable", False)
    assert (asked.headers["Cache-Control"], asked.headers["Vary"]) == ("no-cache", "Cookie")
    again = await browser.fetch(f"/cockpit/${checksum}{PICTURE}", If_None_Match=kept.headers["ETag"])
    assert (again.code, again.body, again.headers["Cache-Control"]) == (304, b"", LONG)
    page = await browser.fetch(f"/cockpit/${checksum}/pictures/index.html")
    assert page.headers["Cache-Control"] == LONG
    assert f"connect-src ws://{browser.host} 'self'" in page.headers["Content-Security-Policy"]
    packed = await browser.fetch(f"/cockpit/${checksum}/pictures/style.css", Accept_Encoding="gzip")
    assert (packed.body, packed.headers["Vary"]) == (b"packed", "Accept-Encoding")
    translation = f"/cockpit/${checksum}/pictures/po.js"
    german = await browser.fetch(translation, Cookie=f"{browser.cookie}; CockpitLang=de")
    english = await browser.fetch(translation, Accept_Language="en")
    assert (german.body, german.headers["Cache-Control"], german.headers["Vary"]) == (
        b"de",
        "no-cache",
        "Accept-Language, Cookie",
    )
    assert (english.body, english.headers["Cache-Control"], english.headers["Vary"]) == (
        b"",
        "no-cache",
        "Accept-Language, Cookie",
    )
    assert german.headers["ETag"] != english.headers["ETag"]


async def test_what_is_made_or_missing_is_not_kept(start: Any) -> None:
    browser = await (await start(PILOTHOUSE_PLUGIN_PATH="builtin:base1")).log_in()
    checksum = await _checksum(browser)
    manifests = await browser.fetch(f"/cockpit/${checksum}/manifests.json")
    assert json.loads(manifests.body)[".checksum"] == checksum
    assert manifests.headers["ETag"] == f'"${checksum}"'
    assert manifests.headers["Cache-Control"] == "no-cache, no-store"
    everywhere = await browser.fetch(f"/cockpit/${checksum}/*/po.js")
    assert everywhere.headers["Cache-Control"] == "no-cache, no-store"
    missing = await browser.fetch(f"/cockpit/${checksum}/base1/missing.js")
    assert (missing.code, missing.headers["Cache-Control"]) == (404, "no-cache, no-store")


async def test_a_changed_file_is_served_by_the_old_checksum_but_not_kept(browser: Any, packages: Path) -> None:
    old = await _checksum(browser)
    (packages / "pictures/big.txt").write_text("changed")
    response = await browser.fetch(f"/cockpit/${old}{PICTURE}")
    assert (response.body, response.headers["Cache-Control"]) == (b"changed", "no-cache")
    new = await _checksum(browser)
    assert new != old
    for checksum, expected in ((old, "no-cache"), (new, LONG)):
        response = await browser.fetch(f"/cockpit/${checksum}{PICTURE}")
        assert (response.body, response.headers["Cache-Control"]) == (b"changed", expected)


async def test_a_checksum_nobody_knows_is_served_and_not_kept(browser: Any) -> None:
    response = await browser.fetch(f"/cockpit/${'b' * 64}/pictures/index.html")
    assert (response.code, response.headers["Cache-Control"]) == (200, "no-cache")
    for checksum in ("b" * 63, "B" * 64, "b" * 65, "b" * 63 + "%0a"):
        assert (await browser.fetch(f"/cockpit/${checksum}/pictures/index.html")).code == 404


@pytest.mark.skipif(shutil.which("cockpit-bridge") is None, reason="Cockpit's bridge is not installed")
async def test_cockpits_own_bridge_has_a_checksum_too(start: Any, tmp_path: Path) -> None:
    folder = tmp_path / "cockpit/page"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    (folder / "a.js").write_text("a")
    environ = {
        "XDG_DATA_DIRS": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "none"),
        # It starts none of its own, which would outlive it.
        "SSH_AUTH_SOCK": str(tmp_path / "agent"),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/bus",
    }
    browser = await (await start(bridge=("cockpit-bridge",), **environ)).log_in()
    checksum = await _checksum(browser)
    kept = await browser.fetch(f"/cockpit/${checksum}/page/a.js")
    assert (kept.body, kept.headers["Cache-Control"]) == (b"a", LONG)
    asked = await browser.fetch("/cockpit/@localhost/page/a.js")
    assert (asked.body, asked.headers["Cache-Control"]) == (b"a", "no-cache")


# A bridge whose files all say that they are part of the packages that `a…` stands for; its hosts as well.
CLAIMS = r"""
import json, sys
def send(message):
    sys.stdout.buffer.write(b"%d\n" % len(message) + message)
    sys.stdout.buffer.flush()
send(b"\n" + json.dumps({"command": "init", "version": 1}).encode())
while length := sys.stdin.buffer.readline():
    message = sys.stdin.buffer.read(int(length))
    said = json.loads(message)
    if said["command"] == "open":
        channel = said["channel"].encode()
        headers = {"X-Cockpit-Pkg-Checksum": said["path"][1:].partition("/")[0], "ETag": "1"}
        head = {"status": 200, "reason": "OK", "headers": headers}
        send(channel + b"\n" + json.dumps(head).encode())
        send(channel + b"\n" + said["host"].encode())
        send(b"\n" + json.dumps({"command": "close", "channel": said["channel"]}).encode())
"""


async def test_another_hosts_files_are_found_by_its_checksum_and_not_kept(start: Any) -> None:
    browser = await (await start(bridge=(sys.executable, "-I", "-c", CLAIMS))).log_in()

    async def ask(place: str, claim: str) -> tuple[bytes, str]:
        response = await browser.fetch(f"/cockpit/{place}/{claim * 64}/x.js")
        return response.body, response.headers["Cache-Control"]

    assert await ask("@other", "a") == (b"other", "no-cache")
    assert await ask(f"${'a' * 64}", "a") == (b"other", "no-cache")
    assert await ask("@localhost", "a") == (b"localhost", "no-cache")
    assert await ask("@other", "a") == (b"other", "no-cache")
    assert await ask(f"${'a' * 64}", "a") == (b"localhost", LONG)
    assert await ask(f"${'a' * 64}", "b") == (b"localhost", "no-cache")
    assert await ask("@localhost", "x") == (b"localhost", "no-cache")


async def test_a_reader_that_goes_away_closes_the_channel(browser: Any) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", browser.gateway.port)
    path = "/cockpit/@localhost/pictures/big.txt"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {browser.host}\r\nCookie: {browser.cookie}\r\n\r\n".encode())
    await writer.drain()
    writer.transport.abort()
    await _no_channels_left(browser)


async def test_nothing_of_it_is_logged(browser: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await browser.fetch("/cockpit/@localhost/pictures/index.html?secret=1")
    assert "secret" not in caplog.text


async def _no_channels_left(browser: Any) -> None:
    session = next(iter(browser.gateway.sessions))
    async with asyncio.timeout(5):
        while session.owners or session.endpoints:
            await asyncio.sleep(0.01)
