"""Logging in: `GET /cockpit/login`, whoever it is that checks (reference 4.4)."""

import base64
import logging
import re
from collections.abc import Mapping

from bridge.protocol import Problem, encode_json
from ws_gateway.auth.attempt import OTHERS, TLS_CERT, Attempt, Challenge
from ws_gateway.hookspecs import hookimpl
from ws_gateway.http.handler import Handler
from ws_gateway.http.headers import set_session_cookie
from ws_gateway.logs import audit
from ws_gateway.logs.log import ThrottledLog, printable
from ws_gateway.pages.login_environment import has_certificate
from ws_gateway.relay.session import Session

_log = logging.getLogger(__name__)
_refusals = ThrottledLog(__name__)

_STATUS = {
    "authentication-failed": 401,
    "authentication-not-supported": 401,
    "authentication-disabled": 401,
    "no-host": 401,
    "unknown-host": 401,
    "unknown-hostkey": 401,
    "invalid-hostkey": 401,
    "access-denied": 403,
    "too-many-attempts": 429,
    "too-many-sessions": 503,
}
"""The statuses of problems of a login; 500 for all others."""
_WORD = re.compile(r"[A-Za-z0-9-]{1,64}")
_SUPERUSER = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class LoginHandler(Handler):
    """Exchanges credentials for a session; tells the page of a session its CSRF token."""

    async def get(self) -> None:
        """200 with `csrf-token`; 401, 403, 500 or 503 with `problem` and `message`."""
        self._gone = False
        self._source = self.gateway.source_of(self.request)
        if (origin := self._foreign_origin()) is not None:
            _refusals.warning("refused a login that a page of %s asked for: only a page of ours may", printable(origin))
            self._answer(403, {"problem": "access-denied", "message": "The login was asked for by another site."})
            return
        authorization = self.request.headers.get("Authorization")
        if authorization is None and (authorization := self._certificate()) is None:
            self._resume()
            return
        # Nothing that is made of the request later, a log line or an error, shall hold it.
        self.request.headers.pop("Authorization", None)
        try:
            outcome = await self._login(authorization)
        except Problem as problem:
            self._record_failure(problem)
            self._refuse(problem)
            return
        if isinstance(outcome, Challenge):
            self._ask(outcome)
        else:
            self._welcome(*outcome)

    def _foreign_origin(self) -> str | None:
        """Whose page asked, if it is not ours: browsers answer for a person (`Negotiate`) whoever asks them to."""
        headers = self.request.headers
        if "Origin" in headers:
            return None if self.gateway.allows_origin(headers) else headers["Origin"]
        return "another site" if headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") else None

    def on_connection_close(self) -> None:
        """Nobody is there any more to get the cookie."""
        self._gone = True

    def _welcome(self, session: Session, cookie: str) -> None:
        if self._gone:
            self.gateway.sessions.end(session, "the browser is gone")
            return
        if (previous := self.session()) is not None:
            # Its cookie is about to be replaced: nobody could log it out any more.
            self.gateway.sessions.end(previous, "another login took its place")
        self.gateway.metrics.count_login("ok")
        login = session.login
        audit.record(
            "login-ok",
            user=login.user or None,
            rhost=self._source,
            method=login.method,
            host=self.address.host or None,
            session=session.number,
        )
        secure = self.gateway.scheme_of(self.request.headers) == "https"
        name = self.gateway.cookie_name(self.address)
        self.set_header("Set-Cookie", set_session_cookie(name, cookie, secure))
        data = session.login.data
        self._answer(200, {"csrf-token": session.csrf_token} | ({"login-data": data} if data else {}))

    def _record_failure(self, problem: Problem) -> None:
        """Names of this machine's users only where it has them: people type their password into the wrong field."""
        self.gateway.metrics.count_login(problem.code)
        audit.record(
            "login-fail",
            user=problem.extra.get("user") or "(unknown)",
            rhost=self._source,
            method=self._method,
            host=self.address.host or None,
            problem=problem.code,
        )

    def _ask(self, challenge: Challenge) -> None:
        self.set_header("WWW-Authenticate", challenge.challenge)
        self._answer(401, challenge.body, "Authentication failed")

    async def _login(self, authorization: str) -> tuple[Session, str] | Challenge:
        scheme, _, credentials = authorization.partition(" ")
        self._method = scheme.lower()
        backends = self.gateway.auth_backends
        backend = backends.get(scheme.lower()) or backends.get(OTHERS)
        forged = scheme.lower() == TLS_CERT and authorization != self._certificate()
        if backend is None or scheme == OTHERS or forged:
            raise Problem("authentication-failed", "this way to log in is not known here")
        wanted = self.request.headers.get("X-Superuser", "")
        return await backend.login(
            Attempt(
                scheme.lower(),
                credentials.strip(),
                self._source,
                self.address,
                wanted if wanted != "none" and _SUPERUSER.fullmatch(wanted) else "",
                self.request.headers.get("X-SSH-Connect-Unknown-Hosts") == "yes",
                self.request.server_connection,
            )
        )

    def _certificate(self) -> str | None:
        """The credentials that the connection itself has: a certificate, which TLS has checked."""
        if self.session() is not None or not has_certificate(self, self.gateway.config):
            return None
        certificate = self.request.get_ssl_certificate(binary_form=True)
        assert isinstance(certificate, bytes)
        return f"{TLS_CERT} {base64.b64encode(certificate).decode()}"

    def _resume(self) -> None:
        session = self.session()
        if session is None:
            self._refuse(
                Problem("authentication-failed", "there is no session"), self.gateway.takes_tickets(self.address)
            )
        else:
            self._answer(200, {"csrf-token": session.csrf_token})

    def _refuse(self, problem: Problem, offers_negotiate: bool = False) -> None:
        status = _STATUS.get(problem.code, 500)
        reason = "Authentication failed"
        if status == 401:
            # Not `Basic`: browsers would ask for a password by themselves.
            self.set_header("WWW-Authenticate", "Negotiate" if offers_negotiate else "Bearer")
        if problem.code != "authentication-failed" and _WORD.fullmatch(problem.code):
            reason = f"{reason}: {problem.code}"
        details = problem.extra.get("details", {})
        self._answer(status, {**details, "problem": problem.code, "message": problem.message}, reason)

    def _answer(self, status: int, body: Mapping[str, object], reason: str | None = None) -> None:
        self.set_status(status, reason)
        self.set_header("Content-Type", "application/json")
        self.set_header("Vary", "Cookie")
        self.finish(encode_json(body))


ROUTES = [(r"/cockpit/login", LoginHandler)]


@hookimpl
def routes() -> list[tuple[str, type[Handler]]]:
    """The login."""
    return list(ROUTES)
