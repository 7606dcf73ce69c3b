"""Cockpit's own login page and shell, unmodified, on our gateway: with our bridge, and with Cockpit's."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from testbed.browser import Complaints, chromium, find_chromium

expect.set_options(timeout=30_000)

STATIC = Path("/usr/share/cockpit/static")
PASSWORD = "S3cr3t-anna-7291"

pytestmark = pytest.mark.skipif(not (STATIC / "login.html").exists(), reason="cockpit-ws is not installed")


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
async def page(complaints: Complaints) -> AsyncIterator[Page]:
    if find_chromium() is None:
        pytest.skip("Chromium is not installed")
    async with chromium() as program:
        context = await program.new_context(locale="de")
        complaints.watch(context)
        yield await context.new_page()
        await context.close()


@pytest.mark.parametrize("bridge", [(), ("--bridge", "/usr/bin/cockpit-bridge")], ids=["ours", "cockpits"])
async def test_wrong_password_login_page_and_logout(
    serve_system: Any, corner: Any, page: Page, complaints: Complaints, bridge: tuple[str, ...]
) -> None:
    environment = corner.etc / "environment"
    before = environment.read_text() if environment.exists() else ""
    environment.write_text("PILOTHOUSE_PLUGIN_PATH=/usr/share/cockpit\n")
    try:
        system = serve_system("--no-tls", "--static", str(STATIC), *bridge)
        complaints.expect("401")
        await page.goto(system.url)
        await expect(page.get_by_text("Benutzername")).to_be_visible()
        await page.locator("#login-user-input").fill("anna")
        await page.locator("#login-password-input").fill("guess")
        await page.locator("#login-button").click()
        await expect(page.locator("#login-error-message")).to_contain_text("Benutzername oder Passwort falsch")
        await page.locator("#login-password-input").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator("#host-apps")).to_be_visible()
        frame = page.frame_locator('iframe[name="cockpit1:localhost/system"]')
        await expect(frame.locator("#overview")).to_be_visible()
        assert page.url == f"{system.url}system"
        await page.locator("#topnav #navbar-dropdown, #toggle-menu").first.click()
        await page.locator("#go-logout, #logout").first.click()
        await expect(page.locator("#login-user-input")).to_be_visible()
        assert 'reason="logged out"' in system.output
        # Neither the page nor what it brings was refused by a policy.
        refused = [line for line in complaints.all() if "Content Security Policy" in line and "/static/" in line]
        assert refused == []
    finally:
        environment.write_text(before)
