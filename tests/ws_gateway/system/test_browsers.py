"""Logging in and out in real browsers, over HTTPS, with a real account. More of the page is in test_login_page."""

import base64
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect
from testbed.browser import chromium, find_chromium
from testbed.firefox import Firefox, find_firefox
from testbed.oath import SECOND_FACTOR, has_pam_oath, one_time_password

expect.set_options(timeout=30_000)

PASSWORD = "S3cr3t-anna-7291"
SOURCE = "cockpit/@localhost/base1/cockpit.js"
"""A page of the console's origin that does nothing, and may open sockets."""
OPEN_SOCKET = """new Promise((done, failed) => {
    const socket = new WebSocket(location.origin.replace("http", "ws") + "/cockpit/socket", "cockpit1");
    window.socket = socket;
    window.ended = new Promise(over => socket.addEventListener("close", event => over(event.code)));
    socket.addEventListener("message", () => done(true), { once: true });
    socket.addEventListener("error", failed);
})"""
LOG_OUT = """{
    socket.send('\\n{"command":"init","version":1}');
    socket.send('\\n{"command":"logout","disconnect":true}');
}"""


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    if find_chromium() is None:
        pytest.skip("Chromium is not installed")
    async with chromium() as program:
        context = await program.new_context(ignore_https_errors=True)
        yield context
        await context.close()


async def log_in(page: Page, url: str) -> None:
    """By the form."""
    await page.goto(url)
    await page.get_by_label("User name").fill("anna")
    await page.get_by_label("Password").fill(PASSWORD)
    async with page.expect_response("**/cockpit/login") as answered:
        await page.get_by_label("Password").press("Enter")
    assert (await answered.value).status == 200


async def test_n113_a_browser_keeps_no_secret(serve_system: Any, context: BrowserContext) -> None:
    """Neither the password nor the page's token is in a place that outlives the page, nor is the cookie for scripts."""
    system = serve_system()
    page = await context.new_page()
    await log_in(page, system.url)
    await expect(page.get_by_role("navigation").first).to_be_visible()
    (cookie,) = await context.cookies()
    token = (await page.evaluate("fetch('/cockpit/login').then(answer => answer.json())"))["csrf-token"]
    assert len(token) == 43
    kept = await page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, name, history.state, location.href])"
    )
    known = json.dumps(await context.storage_state(indexed_db=True)) + kept
    for form in (PASSWORD, base64.b64encode(f"anna:{PASSWORD}".encode()).decode(), token):
        assert form not in known.replace(cookie["value"], "")
    assert cookie["value"] not in kept


async def test_five_tabs_are_logged_out_at_once(serve_system: Any, context: BrowserContext) -> None:
    system = serve_system()
    await log_in(await context.new_page(), system.url)
    (cookie,) = await context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (
        "cockpit",
        True,
        True,
        "Strict",
    )
    tabs = [await context.new_page() for _ in range(5)]
    for tab in tabs:
        await tab.goto(system.url + SOURCE)
        assert await tab.evaluate(OPEN_SOCKET)
    await tabs[0].evaluate(LOG_OUT)
    assert [await tab.evaluate("window.ended") for tab in tabs] == [1001] * 5
    await tabs[1].goto(system.url)
    await expect(tabs[1].get_by_label("User name")).to_be_visible()


async def test_a_second_factor_on_the_page(serve_system: Any, corner: Any, context: BrowserContext) -> None:
    if not has_pam_oath():
        pytest.skip("pam_oath is not installed")
    key = secrets.token_bytes(20)
    users = corner.etc / "users.oath"
    users.write_text(f"HOTP/E/6 anna - {key.hex()}\n")
    users.chmod(0o600)
    corner.service(SECOND_FACTOR)
    system = serve_system()
    page = await context.new_page()
    await page.goto(system.url)
    await page.get_by_label("User name").fill("anna")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Password").press("Enter")
    question = page.get_by_label("One-time password")
    await expect(question).to_be_focused()
    await question.fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Wrong user name or password.")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(question).to_be_focused()
    await question.fill(one_time_password(key, 0))
    async with page.expect_response("**/cockpit/login") as answered:
        await page.keyboard.press("Enter")
    assert (await answered.value).status == 200
    users.unlink()


@pytest.mark.timeout(180)
async def test_an_expired_password_is_changed_on_the_page(
    serve_system: Any, corner: Any, context: BrowserContext
) -> None:
    """What PAM says about it is on the page, a mistake too; afterwards the new password is the one that counts."""
    old, new = "S3cr3t-old-one", "An0ther-l0ng-one"
    corner.user("erna", old)
    corner.run("chage", "-d", "0", "erna")
    system = serve_system()
    try:
        page = await context.new_page()
        await page.goto(system.url)
        await page.get_by_label("User name").fill("erna")
        for again in ("not the same", new):
            await page.get_by_label("Password", exact=True).fill(old)
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("You are required to change your password immediately")).to_be_visible()
            await _answer(page, "Current password:", old)
            await _answer(page, "New password:", new)
            if again != new:
                await _answer(page, "Retype new password:", again)
                await expect(page.get_by_role("alert")).to_have_text("Sorry, passwords do not match.")
        # The question before may still be on its way: what is waited for is the answer that lets in.
        async with page.expect_response(lambda answer: answer.url.endswith("/cockpit/login") and answer.ok):
            await _answer(page, "Retype new password:", new)
        assert (system.log_in("erna", old).status, system.log_in("erna", new).status) == (401, 200)
    finally:
        corner.run("userdel", "-r", "-f", "erna")
    assert old not in system.output
    assert new not in system.output


async def _answer(page: Page, question: str, text: str) -> None:
    """Types the answer where the page asks for it."""
    field = page.get_by_label(question, exact=True)
    await expect(field).to_be_focused()
    assert await field.get_attribute("type") == "password"
    await field.fill(text)
    await page.keyboard.press("Enter")


@pytest.mark.skipif(find_firefox() is None, reason="Firefox is not installed")
@pytest.mark.timeout(300)
async def test_firefox_logs_in_and_out(serve_system: Any, tmp_path: Path) -> None:
    system = serve_system()
    async with Firefox(tmp_path) as page:
        await page.goto(system.url)
        await page.until("document.activeElement.labels?.[0]?.textContent.includes('User name')")
        await page.type("anna\tguess\n")
        await page.until("document.querySelector('[role=alert]')?.textContent.includes('Wrong user name')")
        await page.until("document.activeElement.type === 'password'")
        await page.type(f"{PASSWORD}\n")
        # The page loads itself anew, and that would cut off whatever is asked for meanwhile.
        await page.until("document.readyState === 'complete' && !document.querySelector('[type=password]')")
        await page.goto(system.url + SOURCE)
        assert await page.evaluate(OPEN_SOCKET) is True
        await page.evaluate(f"(() => {LOG_OUT})()")
        assert await page.evaluate("window.ended") == 1001
        await page.goto(system.url)
        await page.until("document.querySelector('input[type=password]') !== null")
