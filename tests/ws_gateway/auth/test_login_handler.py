import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from testbed.processes import process_table

Faulty = Callable[[str], tuple[str, ...]]


async def test_a_token_becomes_a_session(start: Any) -> None:
    browser = await start()
    token = browser.gateway.tokens.issue()
    response = await browser.fetch("/cockpit/login", Authorization=f"Bearer {token}")
    assert response.code == 200
    assert len(json.loads(response.body)["csrf-token"]) == 43
    cookie = response.headers["Set-Cookie"]
    name, _, attributes = cookie.partition("=")
    assert name == f"pilothouse-{browser.gateway.port}"
    assert attributes.partition("; ")[2] == "Path=/; HttpOnly; SameSite=Strict"
    assert len(browser.gateway.sessions) == 1


@pytest.mark.parametrize(
    "authorization", ["Bearer wrong", "Bearer", "", "Basic cm9vdDpyb290", "tls-cert x", "Nonsense"]
)
async def test_wrong_credentials(start: Any, authorization: str) -> None:
    browser = await start()
    response = await browser.fetch("/cockpit/login", Authorization=authorization)
    assert (response.code, response.reason) == (401, "Authentication failed")
    assert json.loads(response.body)["problem"] == "authentication-failed"
    assert "Set-Cookie" not in response.headers


async def test_a_single_user_is_offered_no_kerberos(start: Any) -> None:
    browser = await start()
    for more in ({}, {"Authorization": "Negotiate"}, {"Authorization": "Negotiate YWJj"}):
        response = await browser.fetch("/cockpit/login", **more)
        assert (response.code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_what_another_site_has_a_browser_ask_for(start: Any, site: str) -> None:
    """Browsers send no Origin with it, but say so."""
    browser = await start()
    asked = {"Authorization": f"Bearer {browser.gateway.tokens.issue()}", "Sec_Fetch_Site": site}
    response = await browser.fetch("/cockpit/login", **asked)
    assert (response.code, json.loads(response.body)["problem"]) == (403, "access-denied")
    assert (await browser.fetch("/cockpit/login", **asked | {"Sec_Fetch_Site": "same-origin"})).code == 200


async def test_with_a_session_it_tells_the_csrf_token(browser: Any) -> None:
    response = await browser.fetch("/cockpit/login")
    assert json.loads(response.body) == {"csrf-token": browser.token}


async def test_a_cookie_that_was_set_before_is_not_adopted(start: Any) -> None:
    browser = await start()
    planted = f"pilothouse-{browser.gateway.port}={'a' * 43}"
    browser.cookie = planted
    await browser.log_in()
    assert browser.cookie != planted


async def test_a_second_login_of_a_browser_replaces_its_session(
    browser: Any, gone: Callable[[int], Awaitable[None]]
) -> None:
    old, pid = browser.cookie, next(iter(browser.gateway.sessions)).bridge.pid
    await browser.log_in()
    assert browser.cookie != old
    assert len(browser.gateway.sessions) == 1
    await gone(pid)


async def test_another_sites_page_cannot_log_in(start: Any) -> None:
    browser = await start()
    token = browser.gateway.tokens.issue()
    response = await browser.fetch("/cockpit/login", Authorization=f"Bearer {token}", Origin="http://evil.com")
    assert response.code == 403
    assert (await browser.fetch("/cockpit/login", Authorization=f"Bearer {token}")).code == 200


@pytest.mark.parametrize(
    ("fault", "status", "problem"),
    [
        ("quits", 500, "terminated"),
        ("absent", 500, "no-cockpit"),
        ("garbage", 500, "protocol-error"),
        ("version2", 500, "not-supported"),
        ("problem", 403, "access-denied"),
    ],
)
async def test_a_bridge_that_does_not_start_is_told_of_and_the_link_still_works(
    start: Any, faulty: Faulty, fault: str, status: int, problem: str
) -> None:
    browser = await start(bridge=faulty(fault))
    token = browser.gateway.tokens.issue()
    for _ in range(2):
        response = await browser.fetch("/cockpit/login", Authorization=f"Bearer {token}")
        assert (response.code, response.reason) == (status, f"Authentication failed: {problem}")
        body = json.loads(response.body)
        assert body["problem"] == problem
        assert body["message"]
        assert "Traceback" not in body["message"]


async def test_why_a_bridge_does_not_start_is_in_its_own_words(start: Any, faulty: Faulty) -> None:
    browser = await start(bridge=faulty("quits"))
    response = await browser.fetch("/cockpit/login", Authorization=f"Bearer {browser.gateway.tokens.issue()}")
    message = "the bridge exited with status 3 before it said anything: no room left\\x1b[31m"
    assert json.loads(response.body)["message"] == message


async def test_what_a_login_page_can_use_is_passed_on_and_nothing_else(start: Any, faulty: Faulty) -> None:
    browser = await start(bridge=faulty("detailed"))
    response = await browser.fetch("/cockpit/login", Authorization=f"Bearer {browser.gateway.tokens.issue()}")
    assert json.loads(response.body) == {
        "problem": "authentication-failed",
        "message": "no",
        "auth-method-results": {"password": "denied", "public-key": "not-tried"},
        "unsupported": "old",
    }


async def test_a_bridge_that_is_not_there(start: Any) -> None:
    browser = await start(bridge=("/nonexistent/bridge",))
    response = await browser.fetch("/cockpit/login", Authorization=f"Bearer {browser.gateway.tokens.issue()}")
    assert json.loads(response.body)["problem"] == "no-cockpit"
    assert "/nonexistent/bridge" in json.loads(response.body)["message"]


async def test_nobody_waits_for_the_cookie_any_more(start: Any, faulty: Faulty) -> None:
    browser = await start(bridge=faulty("silent"))
    head = f"Host: {browser.host}\r\nAuthorization: Bearer {browser.gateway.tokens.issue()}"
    await browser.talk(f"GET /cockpit/login HTTP/1.1\r\n{head}\r\n\r\n".encode())
    await browser.gateway.stop()
    assert len(browser.gateway.sessions) == 0
    assert not [process for process in process_table().values() if "faulty" in process.command]


async def test_the_log_holds_no_secret(start: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    browser = await start()
    used = browser.gateway.tokens.issue()
    for _ in range(2):
        response = await browser.fetch(f"/cockpit/login?{used}", Authorization=f"Bearer {used}")
        if response.code == 200:
            browser.cookie = response.headers["Set-Cookie"].partition(";")[0]
            browser.token = json.loads(response.body)["csrf-token"]
    await browser.fetch(f"/cockpit/channel/{browser.token}?x")
    assert "audit: login-ok rhost=127.0.0.1 method=bearer session=1" in caplog.text
    for secret in (used, browser.cookie.partition("=")[2], browser.token):
        assert secret not in caplog.text
