"""The login page, as it is sent and in a real browser."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect
from testbed.browser import Complaints, chromium, find_chromium
from testbed.processes import wait_until

AXE = Path(__file__).parents[3] / "node_modules/axe-core/axe.min.js"


@pytest.fixture
async def page(complaints: Complaints) -> AsyncIterator[Page]:
    if find_chromium() is None:
        pytest.skip("Chromium is not installed")
    async with chromium() as program:
        context: BrowserContext = await program.new_context(viewport={"width": 390, "height": 844})
        complaints.watch(context)
        yield await context.new_page()
        await context.close()


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


async def test_its_policy_allows_nothing_inline(start: Any) -> None:
    response = await (await start()).fetch("/")
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert b"<style" not in response.body
    assert b"onclick" not in response.body


async def test_a_link_leads_to_the_page_that_was_asked_for(
    start: Any, packages: Path, page: Page, complaints: Complaints
) -> None:
    browser = await start(PILOTHOUSE_PLUGIN_PATH=str(packages))
    token = browser.gateway.tokens.issue()
    await page.goto(f"http://{browser.host}/pictures?a=b#token={token}")
    await expect(page).to_have_title("shell")
    assert page.url == f"http://{browser.host}/pictures?a=b"
    assert complaints.all() == []
    cookies = await page.context.cookies()
    assert [(cookie["httpOnly"], cookie["sameSite"]) for cookie in cookies] == [(True, "Strict")]


async def test_without_a_link_it_says_how_to_get_one(
    start: Any, packages: Path, page: Page, complaints: Complaints
) -> None:
    browser = await start(PILOTHOUSE_PLUGIN_PATH=str(packages))
    await page.goto(f"http://{browser.host}/")
    await expect(page).to_have_title("Pilothouse")
    await expect(page.get_by_role("alert")).to_contain_text("You need a login link")
    await expect(page.get_by_text("pilothouse login-url")).to_be_visible()
    field = page.get_by_label("Login link or token")
    await expect(field).to_be_focused()
    assert complaints.all() == []

    await field.fill("hunter2")
    await field.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("neither a login link nor a token")

    complaints.expect("401")
    await field.fill("x" * 43)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("alert")).to_contain_text("used already, or is too old")

    await field.fill(f"  {browser.gateway.link()['link']}\n")
    await page.get_by_role("button", name="Log in").click()
    await expect(page).to_have_title("shell")
    assert complaints.unexpected() == []


async def test_a_used_link_says_so(start: Any, page: Page) -> None:
    browser = await start()
    await page.goto(f"http://{browser.host}/#token={'x' * 43}")
    await expect(page.get_by_role("alert")).to_contain_text("used already, or is too old")
    assert page.url == f"http://{browser.host}/"


async def test_a_bridge_that_does_not_start_is_explained(start: Any, page: Page) -> None:
    browser = await start(bridge=("/nonexistent/bridge",))
    await page.goto(browser.gateway.link()["link"])
    await expect(page.get_by_role("alert")).to_contain_text("/nonexistent/bridge cannot be started")


async def test_in_system_mode_it_says_so_in_its_own_words(serve_system: Any, faulty: Any, page: Page) -> None:
    system = serve_system("--no-tls", "--bridge", " ".join(faulty("quits")))
    await page.goto(system.url)
    await page.get_by_label("User name").fill("anna")
    await page.get_by_label("Password").fill("S3cr3t-anna-7291")
    await page.keyboard.press("Enter")
    message = "the bridge exited with status 3 before it said anything: no room left\\x1b[31m"
    await expect(page.get_by_role("alert")).to_have_text(message, timeout=30_000)
    wait_until(lambda: "audit: login-fail user=anna rhost=127.0.0.1" in system.output, "it is on record", 20)
    assert "login-ok" not in system.output


async def test_a_link_that_is_opened_in_the_same_tab_logs_in(start: Any, packages: Path, page: Page) -> None:
    browser = await start(PILOTHOUSE_PLUGIN_PATH=str(packages))
    await page.goto(f"http://{browser.host}/")
    await expect(page.get_by_role("alert")).to_contain_text("You need a login link")
    await page.evaluate("token => { window.location.hash = `token=${token}` }", "x" * 43)
    await expect(page.get_by_role("alert")).to_contain_text("used already, or is too old")
    assert page.url == f"http://{browser.host}/"
    await page.goto(browser.gateway.link()["link"])
    await expect(page).to_have_title("shell")
    assert page.url == f"http://{browser.host}/"


async def test_a_password_is_asked_for_in_system_mode(serve_system: Any, corner: Any, page: Page) -> None:
    system = serve_system("--no-tls")
    await page.goto(system.url)
    await expect(page.get_by_text("your account on the server 127.0.0.1")).to_be_visible()
    await expect(page.get_by_label("User name")).to_be_focused()
    assert await page.get_by_text("pilothouse login-url").is_hidden()
    await page.get_by_label("User name").fill("anna")
    await page.get_by_label("Password").fill("guess")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("alert")).to_have_text("Wrong user name or password.")
    await expect(page.get_by_label("Password")).to_be_focused()
    await expect(page.get_by_label("Password")).to_have_value("")
    await expect(page.get_by_label("User name")).to_have_value("anna")
    # As the shell leaves it when somebody takes administrative access.
    await page.evaluate("localStorage.setItem('superuser:anna', 'any')")
    await page.get_by_label("Password").fill("S3cr3t-anna-7291")
    async with page.expect_response("**/cockpit/login") as logged_in, page.expect_navigation():
        await page.get_by_label("Password").press("Enter")
    answer = await logged_in.value
    assert (answer.status, answer.request.headers["x-superuser"]) == (200, "any")
    assert [cookie["name"] for cookie in await page.context.cookies()] == ["cockpit"]


async def test_what_pam_asks_besides_is_asked_on_the_page(serve_system: Any, corner: Any, page: Page) -> None:
    corner.user("gerda", "S3cr3t-old-one")
    corner.run("chage", "-d", "0", "gerda")
    system = serve_system("--no-tls")
    await page.goto(system.url)
    await page.get_by_label("User name").fill("gerda")
    await page.get_by_label("Password", exact=True).fill("S3cr3t-old-one")
    await page.get_by_label("Password", exact=True).press("Enter")
    answer = page.get_by_label("Current password")
    await expect(answer).to_be_focused()
    await expect(answer).to_have_attribute("type", "password")
    await expect(page.get_by_text("required to change your password immediately")).to_be_visible()
    await check_accessibility(page)
    await answer.fill("S3cr3t-old-one")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("New password:", exact=True).fill("An0ther-l0ng-öne")
    await page.keyboard.press("Enter")
    await page.get_by_label("Retype new password").fill("something else")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("do not match")
    await expect(page.get_by_label("Password", exact=True)).to_be_focused()
    await page.get_by_label("Password", exact=True).fill("S3cr3t-old-one")
    await page.keyboard.press("Enter")
    await expect(answer).to_be_focused()
    await page.get_by_role("button", name="Start over").click()
    await expect(page.get_by_label("Password", exact=True)).to_be_focused()
    corner.run("userdel", "-r", "-f", "gerda")


async def check_accessibility(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run().then(results => results.violations)")
    assert found == [], json.dumps(found, indent=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_password_form_is_accessible(serve_system: Any, page: Page, scheme: Any) -> None:
    system = serve_system("--no-tls")
    await page.emulate_media(color_scheme=scheme)
    await page.goto(system.url)
    await expect(page.get_by_label("User name")).to_be_visible()
    await check_accessibility(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_is_accessible_and_fits_a_phone(start: Any, page: Page, scheme: Any) -> None:
    browser = await start()
    await page.emulate_media(color_scheme=scheme)
    await page.goto(f"http://{browser.host}/")
    await expect(page.get_by_role("alert")).to_be_visible()
    await check_accessibility(page)


async def test_it_is_small_with_all_that_it_needs(start: Any) -> None:
    browser = await start()
    page = await browser.fetch("/", Accept_Language="de")
    assert b"Benutzername" in page.body
    files = set(re.findall(r'"(/cockpit/static/[^"]+)"', page.body.decode()))
    assert len(files) == 4
    sizes = [len((await browser.fetch(file)).body) for file in files]
    assert len(page.body) + sum(sizes) < 20_000
