from typing import Any

import pytest

from ws_gateway.http.handler import error_page
from ws_gateway.pages import public_files as pages


def test_an_error_page_is_constant_for_its_status() -> None:
    assert "<h1>Not Found</h1>" in error_page(404)
    assert "<h1>Error</h1>" in error_page(599)


async def test_a_defect_is_logged_by_its_place_and_shown_as_a_page(
    start: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("a value that must not be logged")

    monkeypatch.setattr(pages.PingHandler, "get", fail)
    browser = await start()
    response = await browser.fetch("/ping?secret", Authorization="secret")
    assert response.code == 500
    assert b"Traceback" not in response.body
    assert "RuntimeError in PingHandler at " in caplog.text
    assert "test_handler.py:" in caplog.text
    for secret in ("secret", "a value"):
        assert secret not in caplog.text
        assert secret.encode() not in response.body


async def test_an_unknown_route_of_a_third_party_is_gated_as_well(start: Any) -> None:
    browser = await start()
    assert (await browser.fetch("/nothing/here.x", "POST")).code in (405, 413)
