"""Group C: cookies and sessions.

| case | test |
|------|------|
| 24 | test_c24_a_cookie_that_is_none_is_no_session |
| 25 | test_c25_logging_out_ends_all_that_the_session_has, test_logging_out_closes_everything_at_once, \
test_five_tabs_are_logged_out_at_once |
| 26 | test_c26_sessions_are_long_and_differ, test_a_session_is_found_by_its_cookie_alone, \
test_a_cookie_that_was_set_before_is_not_adopted |
| 27 | test_c27_every_route_wants_a_session, test_c27_another_persons_cookie_opens_nothing_of_mine, \
test_without_a_session_only_constants_are_reached, test_the_table_has_every_route |
| 28 | test_c28_c29_a_cookie_alone_opens_no_socket, test_the_cookie_of_a_session, \
test_another_sites_page_cannot_log_in |
| 29 | test_c28_c29_a_cookie_alone_opens_no_socket, test_origins, test_origins_that_an_administrator_named |
| 30 | test_c30_a_token_is_of_use_with_its_cookie_alone_and_is_not_told |
| 31 | test_c31_a_name_of_somebody_elses_is_not_served, test_hosts_that_an_administrator_named |
| 32 | test_c32_in_single_user_mode_a_session_waits_for_its_page, \
test_c32_nobody_does_anything_for_the_time_that_was_set, test_a_session_without_anybody_ends_in_time, \
test_nobody_does_anything |
"""

import asyncio
import base64
import json
import time
from typing import Any

import pytest
from testbed.processes import process_table, wait_until
from testbed.raw_web import RawWebSocket, answer, client_frame, connect, get, status

PASSWORD = "S3cr3t-anna-7291"
HANDSHAKE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version: 13",
)


def refused(port: int, path: str, *fields: str) -> int:
    """The status of a handshake."""
    head = "\r\n".join([f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *HANDSHAKE, *fields])
    with connect(port) as connection:
        connection.sendall(f"{head}\r\n\r\n".encode("latin-1"))
        connection.settimeout(1)
        return status(answer(connection, 0.5))


def test_c24_a_cookie_that_is_none_is_no_session(target: Any) -> None:
    name, _, value = target.cookie.partition("=")
    ended, _ = target.log_in()
    with target.socket(ended) as socket:
        socket.control(command="logout", disconnect=True)
        socket.close_code()
    for cookie in (
        f"{name}=%%%",
        f"{name}={value[:-1]}",
        f"{name}={value}x",
        f"{name}={value[::-1]}",
        f"{name}={value.swapcase()}",
        f"{name}=" + "a" * 4096,
        f"{name}={value}; {name}={'a' * 43}",
        f"cockpit={value}",
        f"{name}-other={value}",
        f'{name}="{value}"',
        f"{name}={base64.b64encode(b'v=2;k=x').decode()}",
        ended,
    ):
        assert status(get(target.port, "/cockpit/login", f"Cookie: {cookie}")) == 401, cookie
        response = get(target.port, "/cockpit/@localhost/pictures/big.txt", f"Cookie: {cookie}")
        assert (status(response), b"0123456789abcdef" in response) == (401, False), cookie
        with RawWebSocket(target.port, "/cockpit/socket", f"Cookie: {cookie}") as socket:
            assert socket.until("init") == {"command": "init", "problem": "no-session"}


def test_c25_logging_out_ends_all_that_the_session_has(target: Any) -> None:
    """Five tabs, a download that runs, and an external channel as a websocket."""
    before = set(target.bridges())
    cookie, csrf = target.log_in()
    (bridge,) = set(target.bridges()) - before
    tabs = [target.socket(cookie) for _ in range(5)]
    options = {"payload": "stream", "spawn": ["sh", "-c", "echo; exec sleep 1000"], "binary": "raw"}
    with connect(target.port) as download:
        request = f"GET {target.external(options, csrf)} HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\nCookie: {cookie}"
        download.sendall(f"{request}\r\n\r\n".encode())
        while b"\r\n\r\n" not in download.recv(65536):
            pass
        external = RawWebSocket(target.port, target.external(options, csrf), f"Cookie: {cookie}")
        assert external.message() == b"\n"
        tabs[0].control(command="logout", disconnect=True)
        started = time.monotonic()
        assert [tab.close_code() for tab in [*tabs, external]] == [1001] * 6
        assert not answer(download).endswith(b"0\r\n\r\n"), "the download is not complete"
        assert time.monotonic() - started < 5
    for socket in [*tabs, external]:
        socket.connection.close()
    assert status(get(target.port, "/cockpit/login", f"Cookie: {cookie}")) == 401
    wait_until(lambda: not any(each.session == bridge for each in process_table().values()), "the bridge is gone", 8)


def test_c26_sessions_are_long_and_differ(target: Any) -> None:
    cookies = [target.log_in()[0].partition("=")[2] for _ in range(3)]
    assert len({*cookies, target.cookie.partition("=")[2]}) == 4
    assert all(len(base64.urlsafe_b64decode(cookie + "=")) == 32 for cookie in cookies)
    for cookie in cookies:
        with target.socket(f"{target.cookie.partition('=')[0]}={cookie}") as socket:
            socket.control(command="logout", disconnect=True)
            assert socket.close_code() == 1001


def test_c27_every_route_wants_a_session(target: Any) -> None:
    """That the table of routes is complete is in test_app."""
    for path in (
        "/cockpit/@localhost/pictures/big.txt",
        "/cockpit/$" + "a" * 64 + "/pictures/big.txt",
        "/cockpit/@localhost/manifests.js",
        "/cockpit/@localhost/checksum",
        target.external({"payload": "stream", "spawn": ["echo", "0123456789abcdef"]}),
        "/cockpit/login",
        "/cockpit/socket",
        "/pictures",
        "/",
    ):
        for cookie in ((), (f"Cookie: {target.cookie[:-2]}xx",), ("Cookie: cockpit=" + "a" * 43,)):
            response = get(target.port, path, *cookie)
            assert b"0123456789abcdef" not in response, path
            assert b"Set-Cookie" not in response
            assert status(response) in (401, 403, 404) or b'<meta name="login"' in response, (path, response[:500])
            assert refused(target.port, path, *cookie) in (200, 400, 401, 403, 404), path


def test_c27_another_persons_cookie_opens_nothing_of_mine(target: Any) -> None:
    """The CSRF token of one session and the cookie of another."""
    cookie, csrf = target.log_in()
    options = {"payload": "stream", "spawn": ["echo", "mine"]}
    for mixed, token in ((cookie, target.csrf), (target.cookie, csrf)):
        assert status(get(target.port, target.external(options, token), f"Cookie: {mixed}")) == 404
        path = target.external(options, token)
        assert refused(target.port, path, f"Cookie: {mixed}", f"Origin: http://127.0.0.1:{target.port}") == 404
    with target.socket(cookie) as socket:
        socket.control(command="logout", disconnect=True)
        assert socket.close_code() == 1001


@pytest.mark.parametrize("external", [False, True])
def test_c28_c29_a_cookie_alone_opens_no_socket(target: Any, external: bool) -> None:
    """The right cookie, attached by a page of another site."""
    path = target.external({"payload": "echo"}) if external else "/cockpit/socket"
    port = target.port
    for origin in (
        None,
        "null",
        "",
        f"https://127.0.0.1:{port}",
        f"http://127.0.0.1:{port + 1}",
        "http://127.0.0.1",
        f"http://127.0.0.1.evil.com:{port}",
        f"http://evil.com:{port}",
        f"http://127.0.0.1:{port}@evil.com",
        f"http://evil@127.0.0.1:{port}",
        f"http://127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}.evil.com",
        f"http://[::1]:{port}",
        f"http://localhost:{port}",
        f"http://xn--127-0-0-1.com:{port}",
        f"http://\uff11\uff12\uff17.0.0.1:{port}".encode().decode("latin-1"),
        f"file://127.0.0.1:{port}",
        f"http://127.0.0.1:{port} http://evil.com",
    ):
        fields = () if origin is None else (f"Origin: {origin}",)
        assert refused(port, path, f"Cookie: {target.cookie}", *fields) == 403, origin
    twice = [f"Origin: http://127.0.0.1:{port}"] * 2
    assert refused(port, path, f"Cookie: {target.cookie}", *twice) == 403
    fetch = ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: websocket", "Origin: http://evil.com")
    assert refused(port, path, f"Cookie: {target.cookie}", *fetch) == 403


def test_c30_a_token_is_of_use_with_its_cookie_alone_and_is_not_told(target: Any) -> None:
    options = {"payload": "stream", "spawn": ["echo", "mine"]}
    good = f"Cookie: {target.cookie}"
    assert b"mine\n" in get(target.port, target.external(options), good)
    for token in ("a" * 43, target.csrf[:-1], target.csrf.swapcase(), target.csrf + "a"):
        assert status(get(target.port, target.external(options, token), good)) == 404
    assert status(get(target.port, target.external(options))) == 404
    response = get(target.port, target.external(options), good)
    assert b"Referrer-Policy: no-referrer" in response
    assert target.csrf not in target.console.output
    assert target.cookie.partition("=")[2] not in target.console.output


def test_c31_a_name_of_somebody_elses_is_not_served(target: Any) -> None:
    request = f"GET / HTTP/1.1\r\nHost: evil.com:{target.port}\r\nOrigin: http://evil.com:{target.port}\r\n"
    with connect(target.port) as connection:
        connection.sendall(f"{request}Cookie: {target.cookie}\r\n\r\n".encode())
        assert status(answer(connection)) == 421


def test_c32_in_single_user_mode_a_session_waits_for_its_page(target: Any) -> None:
    with target.socket() as socket:
        socket.send(client_frame(0x88, b"\x03\xe8"))
        assert socket.close_code() == 1000
    assert status(get(target.port, "/cockpit/login", f"Cookie: {target.cookie}")) == 200


@pytest.mark.soak
@pytest.mark.timeout(180)
async def test_c32_nobody_does_anything_for_the_time_that_was_set(serve_system: Any, corner: Any) -> None:
    """The shortest there is, a minute: counted down, told, and enforced on pages that only answer pings.

    One page says when somebody is there and hears the countdown; another knows nothing of that, as one that sleeps; a
    third goes on saying that somebody is there.
    """
    corner.records()
    (corner.etc / "pilothouse").mkdir(exist_ok=True)
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text("[Session]\nIdleTimeout = 1\n")
    corner.user("busy", PASSWORD)
    system = serve_system()
    started = time.monotonic()
    told, asleep = [await system.socket(system.log_in("anna", PASSWORD)) for _ in range(2)]
    login = system.log_in("busy", PASSWORD)
    busy = await system.socket(login)
    for socket in (told, asleep, busy):
        await socket.init()
    for socket in (told, busy):
        await socket.control(command="open", channel="1:1", payload="session-control")
        assert await socket.receive() == {"command": "ready", "channel": "1:1", "timeout": 60}
    ends: dict[Any, tuple[Any, float]] = {}
    heard: dict[Any, list[Any]] = {told: [], asleep: []}

    async def follow(socket: Any) -> None:
        while (message := await socket.connection.read_message()) is not None:
            heard[socket].append(json.loads(message))
        ends[socket] = (socket.connection.close_code, socket.connection.close_reason), time.monotonic() - started

    async def read_all(socket: Any) -> None:
        # A client that reads nothing answers no pings either.
        while await socket.connection.read_message() is not None:
            pass

    async def stay() -> None:
        while len(ends) < 2:
            await busy.control(command="active", channel="1:1")
            await asyncio.wait([waiting], timeout=5)

    async with asyncio.timeout(120), asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read_all(busy))
        following = [tasks.create_task(follow(socket)) for socket in (told, asleep)]
        waiting = tasks.create_task(asyncio.wait(following))
        await stay()
        reading.cancel()
    counted = [message["counter"] for message in heard[told] if message.get("command") == "countdown"]
    assert counted == list(range(30, 0, -1))
    assert any(message.get("command") == "logout" for message in heard[told])
    for socket in (told, asleep):
        (code, reason), after = ends[socket]
        assert (code, reason) == (1001, "timeout")
        assert 60 < after < 75
        socket.connection.close()
    assert system.output.count('reason="nobody did anything for too long"') == 2
    wait_until(lambda: len(system.helpers()) == 1, "their PAM sessions are closed", 10)
    assert corner.run("who", "/run/utmp").split()[0] == "busy"
    assert system.get("/cockpit/login", Cookie=login.headers["set-cookie"].partition(";")[0]).status == 200
    busy.connection.close()
