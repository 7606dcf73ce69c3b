"""Files of packages, fetched through the session's bridge: the gateway opens no user's file (reference 4.6)."""

import re
from contextlib import suppress
from html import escape
from typing import Any
from urllib.parse import unquote_to_bytes

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError

from bridge.protocol import Control, Problem, decode_json
from ws_gateway.channels.internal_channel import InternalChannel
from ws_gateway.config import Config
from ws_gateway.hookspecs import hookimpl
from ws_gateway.http.handler import Handler
from ws_gateway.http.headers import for_bridge, framed_by_us_only, from_bridge, is_field_value
from ws_gateway.pages.login_page import send_login_page
from ws_gateway.relay.session import Session

PACKAGE_CHARACTERS = r"[A-Za-z0-9_*-]"
LOCAL = "localhost"
CHECKSUM = "X-Cockpit-Pkg-Checksum"
LONG = "private, max-age=86400, immutable"
"""Cache-Control of what is asked for by the checksum that it is a part of."""
SHELL_MAX = 2 * 1024 * 1024
"""Bytes of the shell's document, which is held in memory for a moment."""
SEGMENTS_MAX = 32
_CHECKSUMS_MAX = 256
_PATH = re.compile(rf"/{PACKAGE_CHARACTERS}+(/[^/\x00-\x1f\x7f%\\]+)+|/manifests[a-z0-9-]*\.(js|json)|/checksum")
_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_HOST = re.compile(r"[A-Za-z0-9_.:@\[\]-]{1,255}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[_-][A-Za-z0-9]{2,8}){0,2}")
_HEAD = re.compile(rb"<head(?:\s[^>]*)?>", re.IGNORECASE)


def package_path(quoted: str) -> str | None:
    """The path of a package's file from a URL's; None for one that cannot be one (hidden, upward, empty parts)."""
    try:
        path = unquote_to_bytes(quoted).decode()
    except UnicodeDecodeError:
        return None
    if not _PATH.fullmatch(path) or path.count("/") > SEGMENTS_MAX:
        return None
    return None if any(part.startswith(".") for part in path.split("/")) else path


def inject(document: bytes, base: str, config: Config, checksum: str | None = None) -> bytes:
    """The shell's document with the address that its links are relative to, whatever page was asked for.

    `base` is the application's address, below the configured root. `checksum`, if it is known, is part of the address:
    what is there may be kept for long.
    """
    place = f"${checksum}" if checksum else f"@{LOCAL}"
    added = (
        f'<base href="{escape(base)}/{place}{config.shell}"><meta name="url-root" content="{config.url_root}">'
        f'<meta name="allow-multihost" content="{"yes" if config.allow_multi_host else "no"}">'
    )
    return _HEAD.sub(lambda match: match[0] + added.encode(), document, count=1)


def remember(known: dict[str, str], checksum: str, host: str) -> None:
    """From now on, `checksum` stands for `host` in URLs; no other host can take one away from this machine."""
    if host == LOCAL:
        known.pop(checksum, None)
        known[checksum] = host
        if len(known) > _CHECKSUMS_MAX:
            del known[next(iter(known))]
    elif len(known) < _CHECKSUMS_MAX:
        known.setdefault(checksum, host)


class PackageRequest:
    """One file asked of a bridge: its head first, then its body piece by piece."""

    def __init__(self, session: Session, host: str, path: str, headers: dict[str, str]) -> None:
        self._channel = InternalChannel(
            session,
            {
                "payload": "http-stream1",
                "internal": "packages",
                "method": "GET",
                "host": host,
                "path": path,
                "binary": "raw",
                "headers": headers,
            },
        )
        self._channel.control("ready")
        self._channel.control("done")

    async def head(self) -> dict[str, Any] | None:
        """Status, reason and headers; None when there is nothing. Problem when the bridge could not answer."""
        while (event := await self._channel.receive()) is not None:
            if not isinstance(event, Control):
                head = decode_json(event.payload)
                if not _is_head(head):
                    raise Problem("protocol-error", "the bridge's answer has no valid head")
                return dict(head)
        return None

    async def piece(self) -> bytes | None:
        """The next piece of the body; None at its end."""
        while (event := await self._channel.receive()) is not None:
            if not isinstance(event, Control):
                return event.payload
        return None

    def close(self) -> None:
        """Ends it, if it has not ended."""
        self._channel.close()


class FileHandler(Handler):
    """Answers with a package's file."""

    _request: PackageRequest | None = None

    def on_connection_close(self) -> None:
        """Nobody reads any more."""
        if self._request is not None:
            self._request.close()

    async def send_file(
        self, session: Session, host: str, path: str, *, checksum: str | None = None, is_shell: bool = False
    ) -> None:
        """Answers with a file of `host`; `is_shell`: with what the shell's document needs put in.

        `checksum` is what the file was asked for by: where the bridge says that it is a part of just that, the
        browser keeps it. Only this machine's bridge is believed: another could put its own files under our checksum.
        """
        headers = for_bridge(self.request.headers, host, self.gateway.scheme_of(self.request.headers))
        language = self.request.cookies.get("CockpitLang")
        if language is not None and _LANGUAGE.fullmatch(language.value):
            headers["Accept-Language"] = language.value
        # By this we say that we know what to do with one.
        headers[CHECKSUM] = "?"
        if is_shell:
            headers["Accept-Encoding"] = "identity"
            headers.pop("If-None-Match", None)
        self._request = PackageRequest(session, host, path, headers)
        with suppress(StreamClosedError):
            try:
                head = await self._request.head()
                if head is None:
                    self.set_status(204)
                    return
                found = _checksum_of(head)
                if found is not None:
                    remember(session.checksums, found, host)
                self._send_head(head, is_shell, keep=host == LOCAL and found is not None and found == checksum)
                await self._send_body(self._request, found if is_shell else None, is_shell)
            except Problem as problem:
                self._break_off(problem)
            finally:
                self._request.close()

    async def _send_body(self, request: PackageRequest, checksum: str | None, is_shell: bool) -> None:
        if is_shell:
            await self._send_shell(request, checksum)
            return
        if self.request.method == "HEAD":
            return
        while (piece := await request.piece()) is not None:
            self.write(piece)
            await self.flush()

    def _send_head(self, head: dict[str, Any], is_shell: bool, keep: bool) -> None:
        self.set_status(head["status"], head.get("reason") or None)
        self.set_header("Content-Security-Policy", "")
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Type", "application/octet-stream")
        try:
            for name, value in from_bridge(head["headers"]):
                self.set_header(name, value)
        except ValueError as exc:
            raise Problem("protocol-error", str(exc)) from None
        self._set_caching(keep and head["status"] in (200, 304))
        if is_shell:
            self.set_header("Cache-Control", "no-store")
            self.clear_header("Content-Length")
            self.clear_header("ETag")
        policy = self._headers.get("Content-Security-Policy", "")
        self.set_header("Content-Security-Policy", framed_by_us_only(policy) if policy else "frame-ancestors 'self'")

    def _set_caching(self, keep: bool) -> None:
        """Has the browser keep what it may (`keep`), unless the bridge forbids it; sets which headers matter."""
        varies = [name.strip() for name in self._headers.get("Vary", "").split(",") if name.strip()]
        # The language comes from a cookie, by which Chromium does not tell kept answers apart.
        if keep and self._headers["Cache-Control"] == "no-cache" and "Accept-Language" not in varies:
            self.set_header("Cache-Control", LONG)
        # What is kept for long is the same in every session.
        if "max-age" not in self._headers["Cache-Control"]:
            varies.append("Cookie")
        if varies:
            self.set_header("Vary", ", ".join(varies))

    async def _send_shell(self, request: PackageRequest, checksum: str | None) -> None:
        pieces: list[bytes] = []
        size = 0
        while (piece := await request.piece()) is not None:
            size += len(piece)
            if size > SHELL_MAX:
                raise Problem("too-large", "the shell's document is too large")
            pieces.append(piece)
        self.finish(inject(b"".join(pieces), self.base, self.gateway.config, checksum))

    def _break_off(self, problem: Problem) -> None:
        """An error before the head is a page; after it only a torn connection tells that the file is not complete."""
        if not self._headers_written:
            self.fail(problem)
        elif self.request.connection is not None:
            self.request.connection.stream.close()  # type: ignore[attr-defined]


class PackageHandler(FileHandler):
    """`/cockpit/@HOST/PACKAGE/FILE` and `/cockpit/$CHECKSUM/PACKAGE/FILE`."""

    async def get(self, host: str, path: str) -> None:
        """The file; without a session the login page in place of a page, and 401 in place of all else."""
        session = self.session()
        name = package_path(path)
        if session is None:
            if path.endswith(".html"):
                send_login_page(self)
                return
            raise HTTPError(401)
        if name is None:
            raise HTTPError(404)
        checksum = host[1:] if host.startswith("$") else None
        asked = _host_of(host, session)
        if asked != LOCAL and not self.gateway.config.allow_multi_host:
            raise HTTPError(403)
        await self.send_file(session, asked, name, checksum=checksum)


def _is_head(head: object) -> bool:
    return (
        isinstance(head, dict)
        and type(status := head.get("status")) is int
        and 200 <= status <= 599
        and is_field_value(head.get("reason") or "")
        and isinstance(head.setdefault("headers", {}), dict)
    )


def _checksum_of(head: dict[str, Any]) -> str | None:
    value = head["headers"].get(CHECKSUM)
    return value if type(value) is str and _CHECKSUM.fullmatch(value) else None


def _host_of(prefixed: str, session: Session) -> str:
    host = prefixed[1:]
    if prefixed.startswith("$"):
        if not _CHECKSUM.fullmatch(host):
            raise HTTPError(404)
        # A tab that was open before the last login asks by a checksum that we never heard of.
        return session.checksums.get(host, LOCAL)
    if not _HOST.fullmatch(host) or host.startswith("-"):
        raise HTTPError(404)
    return host


ROUTES = [(r"/cockpit/([@$][^/]+)(/.*)", PackageHandler)]


@hookimpl
def routes() -> list[tuple[str, type[Handler]]]:
    """Package files."""
    return list(ROUTES)
