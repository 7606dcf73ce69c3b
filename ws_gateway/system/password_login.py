"""Logging in by `Basic`, and by `X-Conversation` for what PAM asks besides, in system mode (reference 4.4)."""

import asyncio
import base64
import binascii
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.protocol import Problem
from ws_gateway.auth import AuthBackend, Challenge
from ws_gateway.hookspecs import hookimpl
from ws_gateway.session import Session
from ws_gateway.sessions import Sessions
from ws_gateway.settings import SystemSettings
from ws_gateway.startups import Penalties, Startups, plain_address
from ws_gateway.system.helper_bridge import HelperBridge, Init, Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws_gateway.app import Gateway

CREDENTIALS_MAX = 8 * 1024
"""Characters of what a browser may send in one go."""
ANSWER_WITHIN = 60.0
"""Seconds that a person has for an answer."""
STEP_WITHIN = 90.0
"""Seconds that the helper has for one step; it gives up earlier by itself."""
_ID = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(slots=True)
class _Pending:
    """A login that waits for an answer, or is being worked on."""

    bridge: HelperBridge
    source: str
    leave: Callable[[], None]
    expiry: asyncio.TimerHandle | None = None


class PasswordLogins:
    """The logins that are under way."""

    def __init__(self, settings: SystemSettings, sessions: Sessions) -> None:
        self._path = settings.helper_socket
        self._sessions = sessions
        self._startups = Startups(settings.config.max_startups)
        self._penalties = Penalties()
        self._pending: dict[str, _Pending] = {}

    async def start(self, credentials: str, source: str) -> tuple[Session, str] | Challenge:
        """A new login; `credentials` as `Basic` has them (RFC 7617)."""
        source = plain_address(source)
        self._penalties.check(source)
        text = check_base64(credentials, has=b":")
        leave = self._startups.enter(source)
        try:
            bridge = await self._sessions.place(HelperBridge.connect(self._path))
        except BaseException:
            leave()
            raise
        return await self._step(_Pending(bridge, source, leave), lambda: bridge.log_in(text, source))

    async def go_on(self, credentials: str) -> tuple[Session, str] | Challenge:
        """The answer to a question: `ID BASE64`. An ID is good for one answer."""
        number, _, answer = credentials.partition(" ")
        pending = self._pending.pop(number, None) if _ID.fullmatch(number) else None
        if pending is None:
            raise Problem("authentication-failed", "This login took too long, or was answered already. Start again.")
        if pending.expiry is not None:
            pending.expiry.cancel()
        try:
            text = check_base64(answer)
        except Problem:
            self._give_up(pending)
            raise
        return await self._step(pending, lambda: pending.bridge.answer(text))

    async def _step(
        self, pending: _Pending, step: Callable[[], Awaitable[Question | Init]]
    ) -> tuple[Session, str] | Challenge:
        try:
            async with asyncio.timeout(STEP_WITHIN):
                outcome = await step()
            if isinstance(outcome, Question):
                return self._wait(pending, outcome)
            admitted = self._sessions.admit(pending.bridge, outcome.message, outcome.waiting)
        except TimeoutError:
            self._give_up(pending)
            raise Problem("timeout", "The machine takes too long to check the login.") from None
        except Problem as problem:
            if problem.code == "authentication-failed":
                self._penalties.failed(pending.source)
            self._give_up(pending)
            raise
        except BaseException:
            self._give_up(pending)
            raise
        pending.leave()
        return admitted

    def _wait(self, pending: _Pending, question: Question) -> Challenge:
        number = secrets.token_urlsafe(32)
        self._pending[number] = pending
        pending.expiry = asyncio.get_running_loop().call_later(ANSWER_WITHIN, self._expire, number)
        prompt = base64.b64encode(question.prompt.encode("utf-8", "replace")).decode()
        # Long prompts are in the body only: a header has its bound.
        shown = prompt if len(prompt) <= 1024 else ""
        return Challenge(f"X-Conversation {number} {shown}".rstrip(), {**question._asdict(), "id": number})

    def _expire(self, number: str) -> None:
        pending = self._pending.pop(number, None)
        if pending is not None:
            self._give_up(pending)

    def _give_up(self, pending: _Pending) -> None:
        pending.leave()
        self._sessions.discard(pending.bridge, term_after=0)


class BasicBackend:
    """User name and password."""

    def __init__(self, logins: PasswordLogins) -> None:
        self._logins = logins

    async def login(self, credentials: str, source: str) -> tuple[Session, str] | Challenge:
        """Asks PAM, through a session helper."""
        return await self._logins.start(credentials, source)


class ConversationBackend:
    """Answers to what PAM asked."""

    def __init__(self, logins: PasswordLogins) -> None:
        self._logins = logins

    async def login(self, credentials: str, source: str) -> tuple[Session, str] | Challenge:
        """Passes the answer on; it may come from another address than the question's."""
        return await self._logins.go_on(credentials)


def check_base64(text: str, has: bytes = b"") -> str:
    """`text`, which is base64 of a bounded length, of what `has` is in; Problem `authentication-failed` if not."""
    try:
        if len(text) > CREDENTIALS_MAX or has not in base64.b64decode(text, validate=True):
            raise ValueError
    except (binascii.Error, ValueError):
        raise Problem("authentication-failed", "The credentials cannot be understood.") from None
    return text


@hookimpl
def auth_backends(gateway: "Gateway") -> "Mapping[str, AuthBackend]":
    """`Basic` and `X-Conversation`, in system mode."""
    if gateway.settings.system is None:
        return {}
    logins = PasswordLogins(gateway.settings.system, gateway.sessions)
    return {"basic": BasicBackend(logins), "x-conversation": ConversationBackend(logins)}
