"""A path of the console's: what stands before it (`UrlRoot`), and which application it belongs to (reference 4.3)."""

import re
from typing import NamedTuple
from urllib.parse import unquote

LOCAL = "cockpit"
"""The application that is this machine's."""
_USER = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?"
_LITERAL = r"\[[0-9A-Fa-f:.]{2,45}\]"
_PORT = r"(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"
_HOST = re.compile(rf"(?:{_USER}@)?(?:{_NAME}|{_LITERAL})(?::{_PORT})?", re.ASCII)
_HOST_MAX = 300
"""Characters of a host, with user and port."""
_NAMED = re.compile(r"cockpit\+[A-Za-z0-9_-]{1,64}")
_TOKEN = re.compile(r"[^A-Za-z0-9.]")


class Address(NamedTuple):
    """Where a request is for: the application, the host behind it (empty: this machine), the path inside of it."""

    application: str
    host: str
    path: str

    @property
    def cookie_name(self) -> str:
        """Of the application's session (reference 4.4); a cookie's name takes few characters."""
        if not self.host:
            return self.application
        return "machine-cockpit+" + _TOKEN.sub(lambda match: f"_{ord(match[0]):02x}", self.host)


def is_host(text: str) -> bool:
    """Whether a person may ask to be connected there: `[USER@]NAME[:PORT]`, which no program takes for an option."""
    return len(text) <= _HOST_MAX and _HOST.fullmatch(text) is not None


def locate(path: str, root: str = "") -> Address | None:
    """What a request's path means; None for what lies outside of `root`, or names a host that can be none.

    `/cockpit+=HOST/…` and `/=HOST/…` become `/cockpit/…` and `/…`, and belong to that host's application.
    """
    if root:
        if path != root and not path.startswith(f"{root}/"):
            return None
        path = path[len(root) :] or "/"
    first, slash, rest = path[1:].partition("/")
    if first.startswith(("cockpit+=", "=")):
        host = unquote(first[first.index("=") + 1 :])
        inside = f"/{LOCAL}/{rest}" if first.startswith("cockpit") else f"/{rest}"
        return Address(f"cockpit+={host}", host, inside) if is_host(host) else None
    if _NAMED.fullmatch(first) and slash:
        return Address(first, "", f"/{LOCAL}/{rest}")
    return Address(LOCAL, "", path)
