"""Logging in: `GET /cockpit/login`, and the token that single-user mode takes (reference 4.4)."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from bridge.protocol import JsonObject, Problem, encode_json
from ws_gateway.bridge_process import BridgeCommand
from ws_gateway.handler import Handler
from ws_gateway.headers import set_session_cookie
from ws_gateway.hookspecs import hookimpl
from ws_gateway.log import ThrottledLog, printable
from ws_gateway.session import Session
from ws_gateway.sessions import Sessions
from ws_gateway.tokens import Tokens

if TYPE_CHECKING:
    from ws_gateway.app import Gateway

_log = logging.getLogger(__name__)
_refusals = ThrottledLog(__name__)

_STATUS = {
    "authentication-failed": 401,
    "access-denied": 403,
    "too-many-attempts": 429,
    "too-many-sessions": 503,
}
"""The statuses of problems of a login; 500 for all others."""


class Challenge(NamedTuple):
    """The login goes on when the browser answers: `challenge` is the WWW-Authenticate header, `body` what to show."""

    challenge: str
    body: JsonObject


class AuthBackend(Protocol):
    """One way to log in."""

    async def login(self, credentials: str, source: str) -> tuple[Session, str] | Challenge:
        """Checks what follows the scheme word in `Authorization`, and opens a session (`Sessions.open`, `admit`).

        `source` is the address that the request came from. Problem `authentication-failed` for wrong credentials, any
        other for a session that could not be opened.
        """


class BearerBackend:
    """Single-user mode's: a one-time token starts a bridge as the user that the gateway runs as."""

    def __init__(self, tokens: Tokens, sessions: Sessions, command: BridgeCommand) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._command = command

    async def login(self, credentials: str, source: str) -> tuple[Session, str]:
        """Uses the token up, unless the session cannot be opened."""
        token = self._tokens.take(credentials)
        try:
            return await self._sessions.open(self._command)
        except Problem:
            self._tokens.restore(token)
            raise


class LoginHandler(Handler):
    """Exchanges credentials for a session; tells the page of a session its CSRF token."""

    async def get(self) -> None:
        """200 with `csrf-token`; 401, 403, 500 or 503 with `problem` and `message`."""
        self._gone = False
        if "Origin" in self.request.headers and not self.gateway.allows_origin(self.request.headers):
            origin = printable(self.request.headers["Origin"])
            _refusals.warning("refused a login that a page of %s asked for", origin)
            self._answer(403, {"problem": "access-denied", "message": "The login was asked for by another site."})
            return
        authorization = self.request.headers.get("Authorization")
        if authorization is None:
            self._resume()
            return
        # Nothing that is made of the request later, a log line or an error, shall hold it.
        del self.request.headers["Authorization"]
        try:
            outcome = await self._login(authorization)
        except Problem as problem:
            _refusals.warning("login from %s failed: %s", self.request.remote_ip, printable(problem.code))
            self._refuse(problem)
            return
        if isinstance(outcome, Challenge):
            self._ask(outcome)
        else:
            self._welcome(*outcome)

    def on_connection_close(self) -> None:
        """Nobody is there any more to get the cookie."""
        self._gone = True

    def _welcome(self, session: Session, cookie: str) -> None:
        if self._gone:
            self.gateway.sessions.end(session)
            return
        if (previous := self.session()) is not None:
            # Its cookie is about to be replaced: nobody could log it out any more.
            self.gateway.sessions.end(previous)
        _log.info("session %d: login from %s, %s", session.number, self.request.remote_ip, session.bridge)
        secure = self.gateway.scheme == "https"
        self.set_header("Set-Cookie", set_session_cookie(self.gateway.cookie_name, cookie, secure))
        self._answer(200, {"csrf-token": session.csrf_token})

    def _ask(self, challenge: Challenge) -> None:
        self.set_header("WWW-Authenticate", challenge.challenge)
        self._answer(401, challenge.body, "Authentication failed")

    async def _login(self, authorization: str) -> tuple[Session, str] | Challenge:
        scheme, _, credentials = authorization.partition(" ")
        backend = self.gateway.auth_backends.get(scheme.lower())
        if backend is None:
            raise Problem("authentication-failed", "this way to log in is not known here")
        return await backend.login(credentials.strip(), self.request.remote_ip or "")

    def _resume(self) -> None:
        session = self.session()
        if session is None:
            self._refuse(Problem("authentication-failed", "there is no session"))
        else:
            self._answer(200, {"csrf-token": session.csrf_token})

    def _refuse(self, problem: Problem) -> None:
        status = _STATUS.get(problem.code, 500)
        reason = "Authentication failed"
        if status == 401:
            # Not `Basic`: browsers would ask for a password by themselves.
            self.set_header("WWW-Authenticate", "Bearer")
        elif problem.code.isascii() and problem.code.replace("-", "").isalnum():
            reason = f"{reason}: {problem.code}"
        self._answer(status, {"problem": problem.code, "message": problem.message}, reason)

    def _answer(self, status: int, body: Mapping[str, object], reason: str | None = None) -> None:
        self.set_status(status, reason)
        self.set_header("Content-Type", "application/json")
        self.set_header("Vary", "Cookie")
        self.finish(encode_json(body))


ROUTES = [(r"/cockpit/login", LoginHandler)]


@hookimpl
def auth_backends(gateway: "Gateway") -> dict[str, AuthBackend]:
    """`Bearer`: the token of a login link, in single-user mode."""
    if gateway.settings.system is not None:
        return {}
    return {"bearer": BearerBackend(gateway.tokens, gateway.sessions, gateway.bridge_command)}


@hookimpl
def routes() -> list[tuple[str, type[Handler]]]:
    """The login."""
    return list(ROUTES)
