"""Single-user mode's way to log in: the one-time token of a link."""

from typing import TYPE_CHECKING

from bridge.protocol import Problem
from ws_gateway.auth.attempt import Attempt, AuthBackend
from ws_gateway.auth.tokens import Tokens
from ws_gateway.hookspecs import hookimpl
from ws_gateway.relay.bridge_process import BridgeCommand
from ws_gateway.relay.login import Login
from ws_gateway.relay.session import Session
from ws_gateway.relay.sessions import Sessions

if TYPE_CHECKING:
    from ws_gateway.app import Gateway


class BearerBackend:
    """A token starts a bridge as the user that the gateway runs as."""

    def __init__(self, tokens: Tokens, sessions: Sessions, command: BridgeCommand) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._command = command

    async def login(self, attempt: Attempt) -> tuple[Session, str]:
        """Uses the token up, unless the session cannot be opened."""
        token = self._tokens.take(attempt.credentials)
        try:
            return await self._sessions.open(self._command, Login(source=attempt.source, method=attempt.scheme))
        except Problem:
            self._tokens.restore(token)
            raise


@hookimpl
def auth_backends(gateway: "Gateway") -> dict[str, AuthBackend]:
    """`Bearer`: the token of a login link, in single-user mode."""
    if gateway.settings.system is not None:
        return {}
    return {"bearer": BearerBackend(gateway.tokens, gateway.sessions, gateway.bridge_command)}
