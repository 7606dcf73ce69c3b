"""Behind a reverse proxy: what is believed, and what a browser and the log say when it is set up wrongly."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from testbed.browser import Complaints, chromium, find_chromium
from testbed.processes import wait_until
from testbed.reverse_proxy import ReverseProxy
from tornado.httputil import HTTPHeaders

from ws_gateway.config import Config
from ws_gateway.http.proxy import advice, scheme_of, source_of
from ws_gateway.listening.certificates import make_own

expect.set_options(timeout=30_000)

PASSWORD = "S3cr3t-anna-7291"
PROTOCOL = "X-Forwarded-Proto"
FORWARDED = "X-Forwarded-For"
BELIEVING = Config(protocol_header=PROTOCOL, forwarded_for_header=FORWARDED)


@pytest.mark.parametrize(
    ("config", "said", "own", "scheme"),
    [
        (BELIEVING, ["https"], "http", "https"),
        (BELIEVING, ["HTTPS"], "http", "https"),
        (BELIEVING, ["http"], "http", "http"),
        (BELIEVING, ["https", "https"], "http", "http"),
        (BELIEVING, ["https,http"], "http", "http"),
        (BELIEVING, [], "http", "http"),
        (BELIEVING, ["http"], "https", "https"),
        (Config(), ["https"], "http", "http"),
    ],
)
def test_the_scheme(config: Config, said: list[str], own: str, scheme: str) -> None:
    headers = HTTPHeaders()
    for value in said:
        headers.add(PROTOCOL, value)
    assert scheme_of(headers, config, own) == scheme


@pytest.mark.parametrize(
    ("config", "said", "source"),
    [
        (BELIEVING, ["192.0.2.1"], "192.0.2.1"),
        (BELIEVING, ["evil, 198.51.100.7, 192.0.2.1"], "192.0.2.1"),
        (BELIEVING, ["198.51.100.7", "192.0.2.1"], "192.0.2.1"),
        (BELIEVING, ["::ffff:192.0.2.1"], "192.0.2.1"),
        (BELIEVING, ["[2001:db8::1]"], "2001:db8::1"),
        (BELIEVING, ["what?"], "127.0.0.1"),
        (BELIEVING, [""], "127.0.0.1"),
        (Config(), ["192.0.2.1"], "127.0.0.1"),
    ],
)
def test_the_source(config: Config, said: list[str], source: str) -> None:
    headers = HTTPHeaders()
    for value in said:
        headers.add(FORWARDED, value)
    assert source_of(headers, config, "127.0.0.1") == source


def test_the_advice_names_the_setting() -> None:
    assert "ProtocolHeader" in advice("https://a", "a", "http", Config())
    assert "keep the Host header" in advice("https://b", "a", "https", Config())
    assert "Origins in pilothouse.conf does not name it" in advice("https://b", "a", "https", Config(origins=("x",)))


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
async def page(complaints: Complaints) -> AsyncIterator[Page]:
    if find_chromium() is None:
        pytest.skip("Chromium is not installed")
    async with chromium() as program:
        context = await program.new_context(ignore_https_errors=True)
        complaints.watch(context)
        yield await context.new_page()
        await context.close()


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    certificate = make_own(tmp_path / "proxy", ("127.0.0.1", "localhost"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


def configure(corner: Any, *settings: str) -> None:
    (corner.etc / "pilothouse").mkdir()
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text("\n".join(("[WebService]", *settings, "")))


async def log_in(page: Page, url: str) -> None:
    await page.goto(url)
    await page.get_by_label("User name").fill("anna")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")


async def test_below_a_path_of_a_proxys(
    serve_system: Any, corner: Any, page: Page, complaints: Complaints, tls: ssl.SSLContext
) -> None:
    configure(corner, "UrlRoot=/console", f"ProtocolHeader={PROTOCOL}", f"ForwardedForHeader={FORWARDED}")
    system = serve_system("--no-tls")
    complaints.expect(r"404 .*/favicon\.ico\)")  # of the site's, which is not ours
    async with ReverseProxy(system.port, tls, {PROTOCOL: "https", FORWARDED: "9.9.9.9, 192.0.2.77"}) as proxy:
        await log_in(page, f"{proxy.url}/console/terminal")
        await expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
        await expect(page.frame_locator('iframe[name="cockpit1:localhost/terminal"]').locator(".xterm")).to_be_visible()
        assert page.url == f"{proxy.url}/console/terminal"
        (cookie,) = await page.context.cookies()
        assert (cookie["name"], cookie["secure"]) == ("cockpit", True)
        assert system.get("/").status == 404
        assert system.get("/consoles/").status == 404
        assert system.get("/console/ping").status == 200
    assert "audit: login-ok user=anna rhost=192.0.2.77 method=basic session=1" in system.output
    assert complaints.unexpected() == []


async def test_a_proxy_that_does_not_tell_of_its_tls(
    serve_system: Any, page: Page, complaints: Complaints, tls: ssl.SSLContext
) -> None:
    system = serve_system("--no-tls")
    async with ReverseProxy(system.port, tls) as proxy:
        await log_in(page, proxy.url)
        await expect(page.get_by_role("alert")).to_contain_text("does not know the address that this page has")
        complaints.expect("WebSocket connection to .* failed")
        await page.reload()
        dialog = page.get_by_role("dialog", name="The console cannot be used at this address")
        await expect(dialog).to_contain_text("Behind a proxy, the administrator has to set it up")
    wait_until(lambda: "Then set ProtocolHeader in pilothouse.conf" in system.output, "the log says what to do")
    assert complaints.unexpected() == []


async def test_a_proxy_without_websockets(serve_system: Any, page: Page, complaints: Complaints) -> None:
    system = serve_system("--no-tls")
    complaints.expect("WebSocket connection to .* failed")
    async with ReverseProxy(system.port, drop=("Upgrade",)) as proxy:
        await log_in(page, proxy.url)
        dialog = page.get_by_role("dialog", name="The console cannot be used at this address")
        await expect(dialog).to_contain_text("has to let WebSockets pass")
    assert "without an Upgrade header: does a proxy in between let it pass?" in system.output


async def test_a_browser_that_keeps_no_cookie(serve_system: Any, page: Page) -> None:
    system = serve_system("--no-tls")
    async with ReverseProxy(system.port, drop=("Set-Cookie",)) as proxy:
        await log_in(page, proxy.url)
        await expect(page.get_by_role("alert")).to_contain_text("the browser did not keep the cookie")
    assert "does the browser keep cookies" in system.output
