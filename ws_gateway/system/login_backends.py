"""System mode's ways to log in, by the scheme that a browser names."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ws_gateway.auth.attempt import OTHERS, Attempt, AuthBackend, Challenge
from ws_gateway.config import NEGOTIATE
from ws_gateway.hookspecs import hookimpl
from ws_gateway.relay.session import Session
from ws_gateway.settings import SystemSettings
from ws_gateway.system.logins import Logins

if TYPE_CHECKING:
    from ws_gateway.app import Gateway


class CheckedBackend:
    """Whatever is configured; `Basic` is asked of PAM where nothing is."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins

    async def login(self, attempt: Attempt) -> tuple[Session, str] | Challenge:
        """Asks whoever checks the scheme."""
        return await self._logins.start(attempt)


class NegotiateBackend:
    """Kerberos tickets, which may take several steps."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins

    async def login(self, attempt: Attempt) -> tuple[Session, str] | Challenge:
        """Asks whoever checks tickets."""
        return await self._logins.negotiate(attempt)


class ConversationBackend:
    """Answers to what was asked besides."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins

    async def login(self, attempt: Attempt) -> tuple[Session, str] | Challenge:
        """Passes the answer on; it may come from another address than the question's."""
        return await self._logins.go_on(attempt)


@hookimpl
def auth_backends(gateway: "Gateway") -> Mapping[str, AuthBackend]:
    """`X-Conversation`, and every scheme that nobody else offers, in system mode."""
    if gateway.settings.system is None:
        return {}

    def settings() -> SystemSettings:
        assert gateway.settings.system is not None
        return gateway.settings.system

    logins = Logins(settings, gateway.sessions)
    return {
        OTHERS: CheckedBackend(logins),
        NEGOTIATE: NegotiateBackend(logins),
        "x-conversation": ConversationBackend(logins),
    }
