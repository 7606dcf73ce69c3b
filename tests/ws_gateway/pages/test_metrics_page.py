"""Who may read the figures."""

from typing import Any

TOKEN = "a-token-of-some-length"


async def test_a_single_users_console_has_none(start: Any) -> None:
    assert (await (await start()).fetch("/metrics")).code == 404


async def test_to_a_browser_it_is_the_page_of_a_package(start: Any) -> None:
    answer = await (await start()).fetch("/metrics", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert answer.code == 200
    assert b"<html" in answer.body


def test_this_machine_and_who_has_the_token(serve_system: Any, corner: Any) -> None:
    folder = corner.etc / "pilothouse"
    folder.mkdir()
    (folder / "token").write_text(f"{TOKEN}\n")
    (folder / "token").chmod(0o600)
    (folder / "pilothouse.conf").write_text("[Metrics]\nTokenFile = /etc/pilothouse/token\n")
    system = serve_system("--no-tls")
    local = system.get("/metrics")
    assert (local.status, local.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert b"pilothouse_sessions 0\n" in local.body
    for header in ("X_Forwarded_For", "Forwarded", "Via"):
        elsewhere = {header: "192.0.2.1"}
        assert system.get("/metrics", **elsewhere).status == 404
        assert system.get("/metrics", **elsewhere, Authorization="Bearer wrong-token-of-length").status == 404
        assert system.get("/metrics", **elsewhere, Authorization=f"Bearer {TOKEN}").status == 200
    assert TOKEN not in system.output


def test_a_proxy_on_this_machine_is_not_this_machine(serve_system: Any, corner: Any) -> None:
    (corner.etc / "pilothouse").mkdir()
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text("[WebService]\nForwardedForHeader = X-Client\n")
    assert serve_system("--no-tls").get("/metrics").status == 404
