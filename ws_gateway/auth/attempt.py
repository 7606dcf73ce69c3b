"""A try to log in, and who judges it: what back ends of logins are given, and what they answer."""

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from bridge.protocol import JsonObject
from ws_gateway.address import LOCAL, Address
from ws_gateway.relay.session import Session

OTHERS = "*"
"""In the table of back ends: the one for the schemes that no other is for."""
TLS_CERT = "tls-cert"
"""The scheme of a certificate that TLS has checked."""


class Challenge(NamedTuple):
    """The login goes on when the browser answers: `challenge` is the WWW-Authenticate header, `body` what to show."""

    challenge: str
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody who wants to log in."""

    scheme: str
    """In lower case."""
    credentials: str = field(repr=False)
    """What follows the scheme word in `Authorization`."""
    source: str = ""
    """Where they are, as far as it is known."""
    address: Address = field(default_factory=lambda: Address(LOCAL, "", ""))
    """Which application they want, and which host is behind it."""
    superuser: str = ""
    """The superuser bridge to start, `any` for the first; empty: none."""
    asks_about_hosts: bool = False
    """Whether the page can show the key of an unknown host."""
    connection: object | None = None
    """The browser's connection, which the steps of a negotiation share."""


class AuthBackend(Protocol):
    """One way to log in."""

    async def login(self, attempt: Attempt) -> tuple[Session, str] | Challenge:
        """Checks the credentials, and opens a session (`Sessions.open`, `admit`).

        Problem `authentication-failed` for wrong credentials, any other for a session that could not be opened.
        """
