"""The login page, shown wherever a page needs a session and there is none."""

from html import escape

from ws_gateway.handler import Handler
from ws_gateway.settings import SystemSettings
from ws_gateway.static_files import LOGIN_PAGE

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_BY_TOKEN = b'<meta name="login" content="token">'
_BY_PASSWORD = b'<meta name="login" content="password">'
_FILES = b'"/cockpit/static/'
"""What the addresses of its files begin with, as they are written."""
_TITLE = b"<title>Pilothouse</title>"


def send_login_page(handler: Handler) -> None:
    """Answers with the login page; it leads to the address that it was shown at."""
    page = handler.gateway.static_files[LOGIN_PAGE]
    system = handler.gateway.settings.system
    content = page.content.replace(_FILES, f'"{escape(handler.base)}/static/'.encode())
    handler.set_header("Content-Type", page.content_type)
    handler.set_header("Content-Security-Policy", POLICY)
    handler.set_header("Vary", "Cookie")
    handler.finish(content if system is None else for_system(content, system))


def for_system(page: bytes, system: SystemSettings) -> bytes:
    """The page as it asks for a password; an administrator's own page may have the same marks, or none."""
    if title := system.config.login_title:
        page = page.replace(_TITLE, f"<title>{escape(title)}</title>".encode(), 1)
    return page.replace(_BY_TOKEN, _BY_PASSWORD, 1)
