"""Ways to log in, as people see them in a real browser."""

import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, Page, expect
from testbed.browser import Complaints, chromium, find_chromium

from ws_gateway.listening.certificates import make_own

expect.set_options(timeout=30_000)

PASSWORD = "S3cr3t-anna-7291"
COMMAND = f"{sys.executable} -I {Path(__file__).parent / 'auth_command.py'}"
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
async def program() -> AsyncIterator[Browser]:
    if find_chromium() is None:
        pytest.skip("Chromium is not installed")
    async with chromium() as running:
        yield running


@pytest.fixture
async def page(program: Browser, complaints: Complaints) -> AsyncIterator[Page]:
    context = await program.new_context(viewport={"width": 390, "height": 844}, locale="de-AT")
    complaints.watch(context)
    yield await context.new_page()
    await context.close()


def configure(corner: Any, text: str) -> None:
    (corner.etc / "pilothouse").mkdir(exist_ok=True)
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text(text)


async def test_another_host_in_another_language(
    serve_system: Any, corner: Any, page: Page, complaints: Complaints
) -> None:
    configure(corner, f"[WebService]\nLoginTo = yes\n[Ssh-Login]\nCommand = {COMMAND} {PASSWORD} ask\n")
    system = serve_system("--no-tls")
    complaints.expect("401")
    await page.goto(system.url)
    assert await page.evaluate("document.documentElement.lang") == "de"
    await page.get_by_label("Benutzername").fill("anna")
    await page.get_by_text("Weitere Möglichkeiten").click()
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run().then(results => results.violations)")
    assert found == [], json.dumps(found, indent=1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.get_by_label("Verbinden mit").fill("-oProxyCommand=x")
    await page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("nicht der Name eines Rechners")
    await page.get_by_label("Verbinden mit").fill("far.example.com")
    await page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Ist das der Schlüssel des Rechners?")).to_be_visible()
    await expect(page.get_by_text("SHA256:abc")).to_be_visible()
    await page.get_by_role("button", name="Schlüssel annehmen").click()
    await expect(page.get_by_role("button", name="Sitzung von nobody")).to_be_visible()
    assert page.url.startswith(f"{system.url}=far.example.com/")
    await expect(page.get_by_role("link", name="Pilothouse")).to_have_attribute("href", re.compile("^/=far"))
    assert "checks a login to far.example.com, 1" in system.output
    assert complaints.unexpected() == []


class IdentityProvider(BaseHTTPRequestHandler):
    """Sends everybody back at once, with a token."""

    token = "t0ken"

    def do_GET(self) -> None:
        back = parse_qs(urlsplit(self.path).query)["redirect_uri"][0]
        self.send_response(303)
        self.send_header("Location", f"{back}#access_token={self.token}")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


async def test_a_token_from_elsewhere(serve_system: Any, corner: Any, page: Page) -> None:
    with HTTPServer(("127.0.0.1", 0), IdentityProvider) as provider:
        thread = Thread(target=provider.serve_forever)
        thread.start()
        configure(
            corner,
            f"[Bearer]\nCommand = {COMMAND} t0ken\n[OAuth]\nURL = http://127.0.0.1:{provider.server_port}/authorize\n",
        )
        system = serve_system("--no-tls")
        try:
            # What somebody else sent here with a token of theirs is asked anew.
            await page.goto(f"{system.url}terminal#access_token=stolen")
            await expect(page.get_by_role("button", name="Sitzung von nobody")).to_be_visible()
            assert page.url.partition("#")[0] == f"{system.url}terminal"
            assert "access_token" not in page.url
            assert "login-fail" not in system.output
        finally:
            provider.shutdown()
            thread.join()


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)


def client_certificate(folder: Path, name: str, *extensions: str) -> Path:
    """A self-signed one, which is its own authority."""
    path = folder / f"{name}.pem"
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
        *("-subj", f"/CN={name}", "-keyout", str(folder / f"{name}.key"), "-out", str(path), *extensions),
    )
    return path


def test_a_certificate(serve_system: Any, corner: Any, tmp_path: Path) -> None:
    known, other = client_certificate(tmp_path, "anna"), client_certificate(tmp_path, "eve")
    folder = corner.etc / "pilothouse"
    make_own(folder / "ws-certs.d", ("127.0.0.1",))
    (folder / "people.pem").write_text(known.read_text())
    configure(
        corner,
        "[WebService]\nClientCertAuthentication = yes\nClientCertAuthorities = /etc/pilothouse/people.pem\n"
        f"[tls-cert]\nCommand = {COMMAND} x cert\n",
    )
    system = serve_system()
    assert system.get("/cockpit/login").status == 401, "nobody has to have one"
    assert system.get("/cockpit/login", Authorization="tls-cert MII").status == 401
    assert system.log_in("anna", PASSWORD).status == 200
    system.trust()
    system.context.load_cert_chain(known, known.with_suffix(".key"))
    assert '"certificate": true' in system.get("/").body.decode()
    login = system.get("/cockpit/login")
    assert (login.status, "set-cookie" in login.headers) == (200, True)
    assert "audit: login-ok rhost=127.0.0.1 method=tls-cert" in system.output
    assert system.get("/cockpit/login", Authorization="tls-cert MII").status == 401, "only the one that was shown"
    system.trust()
    system.context.load_cert_chain(other, other.with_suffix(".key"))
    with pytest.raises(OSError, match=r"unknown ca|CA|certificate|reset|EOF"):
        system.get("/cockpit/login")
