"""What a page is told whose websocket was refused."""

import json
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("origin", "logged_in", "problem"),
    [
        ("http://{host}", True, None),
        ("http://{host}", False, "no-session"),
        ("https://{host}", True, "origin"),
        ("http://evil.com", True, "origin"),
        ("", True, "origin"),
        ("null", True, "origin"),
    ],
)
async def test_the_class_of_the_reason(start: Any, origin: str, logged_in: bool, problem: str | None) -> None:
    browser = await start()
    if logged_in:
        await browser.log_in()
    answer = await browser.fetch(f"/cockpit/diagnosis?origin={origin.format(host=browser.host)}")
    assert (answer.code, json.loads(answer.body)) == (200, {"problem": problem})
    assert answer.headers["Cache-Control"] == "no-store"


async def test_it_is_what_the_socket_goes_by(start: Any, caplog: pytest.LogCaptureFixture) -> None:
    browser = await (await start()).log_in()
    assert await browser.refused(Origin=f"https://{browser.host}") == 403
    assert f"refused a websocket of a page of https://{browser.host} that was opened for http" in caplog.text
    assert "ProtocolHeader" in caplog.text
    answer = await browser.fetch("/cockpit/socket", Origin=f"http://{browser.host}")
    assert answer.code == 400
    assert "without an Upgrade header" in caplog.text
