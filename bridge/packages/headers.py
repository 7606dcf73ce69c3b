"""Headers of package responses: types, caching, the content security policy."""

import os
import re
import zlib
from collections.abc import Mapping

CONTENT_TYPES = {
    "avif": "image/avif",
    "css": "text/css",
    "eot": "application/vnd.ms-fontobject",
    "gif": "image/gif",
    "html": "text/html",
    "ico": "image/vnd.microsoft.icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript",
    "json": "application/json",
    "map": "application/json",
    "mjs": "text/javascript",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "wasm": "application/wasm",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "xml": "text/xml",
}
"""By a name's extension; all else is text/plain."""

VOLATILE = "no-cache, no-store"
"""Cache-Control of what is made for one request."""
_IMMUTABLE = "private, max-age=31536000, immutable"
_HASHED = re.compile(r"(?:.*/)?dist/(?:.*/)?[^/]+-[A-Z0-9]{8,}(?:\.[a-z0-9]+)+")
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")


def content_type(name: str) -> str:
    """The content type of the file called `name`."""
    return CONTENT_TYPES.get(name.rpartition(".")[2].lower(), "text/plain")


def cache_control(path: str) -> str:
    """How long the file at `path` may be kept: for good where its name carries a hash of its content."""
    return _IMMUTABLE if _HASHED.fullmatch(path) and not path.endswith(".html") else "no-cache"


def entity_tag(status: os.stat_result, *variant: str) -> str:
    """A strong tag of one version of a file; `variant` is what else the response depends on."""
    digest = zlib.crc32("\n".join(variant).encode())
    version = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, digest)
    return f'"{"-".join(f"{number:x}" for number in version)}"'


def is_cached(headers: Mapping[str, str], tag: str) -> bool:
    """Whether If-None-Match says that the client has the version `tag`."""
    tags = [each.strip().removeprefix("W/") for each in headers.get("if-none-match", "").split(",")]
    return tag in tags or tags == ["*"]


def accepts_gzip(headers: Mapping[str, str]) -> bool:
    """Whether Accept-Encoding names gzip, without a weight of 0."""
    for item in headers.get("accept-encoding", "").lower().split(","):
        coding, _, parameter = item.partition(";")
        if coding.strip() in ("gzip", "*"):
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", parameter)
    return False


def websocket_origin(headers: Mapping[str, str]) -> str | None:
    """The origin of the page's websocket, from X-Forwarded-Proto and -Host; None without valid ones."""
    scheme = {"http": "ws", "https": "wss"}.get(headers.get("x-forwarded-proto", ""))
    host = headers.get("x-forwarded-host", "")
    return f"{scheme}://{host}" if scheme and _HOST.fullmatch(host) else None


def content_security_policy(overrides: str, origin: str) -> str:
    """The policy of a page: ours, with the directives that its manifest replaces; `origin` may always be connected to.

    The directives are those of protocol reference 5.4, and `frame-ancestors`, so that only our shell frames pages.
    """
    directives = {
        "default-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'self'",
        "object-src": "'none'",
        "font-src": "'self' data:",
        "img-src": "'self' data:",
        "frame-ancestors": "'self'",
        "block-all-mixed-content": "",
    }
    for directive in overrides.split(";"):
        name, _, sources = directive.strip().partition(" ")
        if name:
            directives[name.lower()] = sources.strip()
    if directives["connect-src"] != "'none'":
        directives["connect-src"] = f"{origin} {directives['connect-src']}".strip()
    return "; ".join(f"{name} {sources}".strip() for name, sources in directives.items())
