"""The login page, shown wherever a page needs a session and there is none."""

import base64
import hashlib
import json
import secrets
from html import escape
from typing import Any

from ws_gateway.http.handler import Handler
from ws_gateway.http.languages import SOURCE, choose
from ws_gateway.http.static_files import LOGIN_PAGE
from ws_gateway.pages.login_environment import environment_for

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HANDLER = base64.b64encode(hashlib.sha256(b"return false").digest()).decode()
"""Of the one attribute of Cockpit's page that is a script."""
_BY_TOKEN = b'<meta name="login" content="token">'
_BY_PASSWORD = b'<meta name="login" content="password">'
_TITLE = b"<title>Pilothouse</title>"
_LANGUAGE = b'<html lang="en">'
_FILES = b'"/cockpit/static/'
"""What the addresses of its files begin with, as they are written."""
_TEXTS = "dist/"
"""Where the languages are; the build takes them from po/."""
_COCKPITS = b"<meta insert_dynamic_content_here>"
_COCKPITS_TEXTS = b"/*insert_translations_here*/"
_COCKPITS_SCRIPT = b'<script type="text/javascript">'


def send_login_page(handler: Handler) -> None:
    """Answers with the login page; it leads to the address that it was shown at."""
    page = handler.gateway.static_files[LOGIN_PAGE]
    handler.set_header("Content-Type", page.content_type)
    handler.set_header("Vary", "Cookie, Accept-Language")
    if _COCKPITS in page.content:
        _send_cockpits(handler, page.content)
        return
    handler.set_header("Content-Security-Policy", POLICY)
    content = page.content.replace(_FILES, f'"{escape(handler.base)}/static/'.encode())
    environment = environment_for(handler)
    language = _language_of(handler, _TEXTS, ".json")
    if language != SOURCE:
        environment["translations"] = json.loads(handler.gateway.static_files[f"{_TEXTS}{language}.json"].content)
        content = content.replace(_LANGUAGE, f'<html lang="{language.replace("_", "-")}">'.encode(), 1)
    mode = _BY_TOKEN if handler.gateway.settings.system is None else _BY_PASSWORD
    # A block of data is no script: the policy stays as strict as it is.
    data = f'<script type="application/json" id="environment">{_in_html(environment)}</script>'
    content = content.replace(_BY_TOKEN, mode + data.encode(), 1)
    if title := handler.gateway.config.login_title:
        content = content.replace(_TITLE, f"<title>{escape(title)}</title>".encode(), 1)
    handler.finish(content)


def _send_cockpits(handler: Handler, content: bytes) -> None:
    """Cockpit's page has scripts in it, which get a word that no other script can know."""
    nonce = secrets.token_urlsafe(16)
    handler.set_header(
        "Content-Security-Policy",
        POLICY.replace("script-src 'self'", f"script-src 'self' 'nonce-{nonce}' 'unsafe-hashes' 'sha256-{_HANDLER}'")
        .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
        .replace("base-uri 'none'", "base-uri 'self'"),
    )
    script = f'<script type="text/javascript" nonce="{nonce}">'.encode()
    base = f'<base href="{handler.gateway.config.url_root}/">'.encode()
    told = f"var environment = {_in_html(environment_for(handler))};".encode()
    language = _language_of(handler, "po.", ".js")
    texts = handler.gateway.static_files[f"po.{language}.js"].content if language != SOURCE else b""
    content = content.replace(_COCKPITS_SCRIPT, script).replace(_COCKPITS_TEXTS, texts, 1)
    handler.finish(content.replace(_COCKPITS, base + script + told + b"</script>", 1))


def _language_of(handler: Handler, before: str, after: str) -> str:
    files = handler.gateway.static_files
    known = {name[len(before) : -len(after)] for name in files if name.startswith(before) and name.endswith(after)}
    cookie = handler.request.cookies.get("CockpitLang")
    return choose(cookie.value if cookie is not None else "", handler.request.headers.get("Accept-Language", ""), known)


def _in_html(value: Any) -> str:
    """JSON that ends no script and begins no comment."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
