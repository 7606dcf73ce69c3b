"""Group N: what is written down, and what is not.

| case | test |
|------|------|
| 113 | test_n113_what_a_session_does_is_not_in_the_log, test_the_password_is_nowhere_to_be_seen, \
test_the_log_holds_no_secret, test_nothing_of_it_is_logged, test_n113_a_browser_keeps_no_secret |
| 114 | test_n114_a_fault_in_any_handler_tells_nobody_anything, \
test_a_defect_is_logged_by_its_place_and_shown_as_a_page |
| 115 | test_no_value_can_be_taken_for_another_or_for_a_line, \
test_whatever_syslog_is_the_audit_log_has_the_line_and_the_gateway_answers, \
test_administrators_are_asked_for_their_password_once, test_what_was_done_is_told_newest_first, \
test_what_was_typed_in_is_not_kept |
"""

import re
from typing import Any

import pytest

from ws_gateway.http.handler import Handler

SECRET = "S3cr3t-7291"
PATHS = [
    "/",
    "/pictures",
    "/ping",
    "/robots.txt",
    "/favicon.ico",
    "/cockpit/static/login.js",
    "/cockpit/login",
    "/cockpit/channel/" + "a" * 43 + "?e30=",
    "/cockpit/@localhost/pictures/index.html",
    "/cockpit/$" + "a" * 64 + "/pictures/index.html",
]


async def test_n114_a_fault_in_any_handler_tells_nobody_anything(
    start: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the kind of the fault and its place, by a word that the page has too.

    Neither has what was asked, or what the fault says.
    """
    browser = await (await start()).log_in()
    handlers = {handler for routes in browser.gateway._hooks.routes(gateway=browser.gateway) for _, handler in routes}

    async def fail(*_args: str, **_kwargs: str) -> None:
        raise RuntimeError(SECRET)

    for handler in handlers:
        assert issubclass(handler, Handler)
        monkeypatch.setattr(handler, "get", fail)
    for path in PATHS:
        caplog.clear()
        response = await browser.fetch(path + ("&" if "?" in path else "?") + f"q={SECRET}", Authorization=SECRET)
        assert response.code == 500, path
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert SECRET not in response.body.decode()
        assert "Traceback" not in response.body.decode()
        assert SECRET not in caplog.text, path
        assert browser.cookie.partition("=")[2] not in caplog.text
        found = re.search(r"RuntimeError in \w+ at \S+test_group_n\.py:\d+: ([0-9a-f]{8})", caplog.text)
        assert found, caplog.text
        assert f"look for {found[1]}." in response.body.decode(), path


async def test_n113_what_a_session_does_is_not_in_the_log(browser: Any, caplog: pytest.LogCaptureFixture) -> None:
    """At the most talkative level: neither cookie nor tokens, nor what pages send."""
    caplog.set_level("DEBUG")
    socket = await browser.socket()
    await socket.init()
    await socket.control(command="authorize", cookie="c", response=SECRET)
    await socket.control(
        command="open", channel="1:1", payload="stream", spawn=["cat", SECRET], environ=[f"P={SECRET}"]
    )
    await socket.until(lambda received: isinstance(received, dict) and received["command"] == "close")
    await socket.control(command="open", channel="1:2", payload="echo")
    await socket.data("1:2", SECRET)
    assert await socket.until(lambda received: isinstance(received, str)) == f"1:2\n{SECRET}"
    await browser.fetch(f"/cockpit/channel/{browser.token}?{SECRET}")
    for kept in (SECRET, browser.token, browser.cookie.partition("=")[2]):
        assert kept not in caplog.text
