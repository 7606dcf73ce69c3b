"""Logging in through a session helper or a program of the administrator's, in system mode (reference 4.4)."""

import asyncio
import base64
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from bridge.protocol import Problem
from ws_gateway.auth.attempt import Attempt, Challenge
from ws_gateway.auth.auth_dialogue import AuthDialogue, Init, Question, Token
from ws_gateway.auth.penalties import Penalties
from ws_gateway.auth.rate import Rate
from ws_gateway.auth.startups import Startups
from ws_gateway.config import NEGOTIATE, Way
from ws_gateway.http.source import plain_address
from ws_gateway.logs import audit
from ws_gateway.relay.bridge_stream import BridgeStream
from ws_gateway.relay.login import Login
from ws_gateway.relay.session import Session
from ws_gateway.relay.sessions import Sessions
from ws_gateway.settings import SystemSettings
from ws_gateway.system.credentials import TOKEN_MAX, check_base64, login_of, response_of
from ws_gateway.system.ways import Checker, checker_for

REMOTE_RATE = 10, 60.0
"""Logins to other hosts from one address, in so many seconds: each tells a little about a network."""
UNREACHABLE_AFTER = 10.0
"""Seconds after which is told that a host cannot be reached, whatever the reason: that it took longer would tell it."""
NEGOTIATION_ROUNDS_MAX = 5
"""Answers of a browser's about one ticket."""
_ID = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(slots=True)
class _Pending:
    """A login that waits for an answer, or is being worked on."""

    stream: BridgeStream
    dialogue: AuthDialogue
    login: Login
    way: Way
    leave: Callable[[], None]
    started: float
    connection: object | None
    rounds: int = 0
    host_key: Mapping[str, str] | None = None
    """What the person was asked to accept as another host's key."""
    expiry: asyncio.TimerHandle | None = None


class Logins:
    """The logins that are under way."""

    def __init__(self, settings: Callable[[], SystemSettings], sessions: Sessions) -> None:
        """`settings`: those of now; they may change."""
        self._settings = settings
        self._sessions = sessions
        self._startups = Startups(lambda: settings().config.max_startups)
        self._penalties = Penalties()
        self._remote_rate = Rate(*REMOTE_RATE)
        self._pending: dict[str, _Pending] = {}
        self._negotiations: WeakKeyDictionary[object, str] = WeakKeyDictionary()

    async def start(self, attempt: Attempt) -> tuple[Session, str] | Challenge:
        """A new login."""
        source = plain_address(attempt.source)
        self._penalties.check(source)
        checker = self._checker_for(attempt)
        response = response_of(attempt)
        if attempt.address.host:
            self._remote_rate.take(source)
        leave = self._startups.enter(source)
        try:
            stream = await self._sessions.place(checker.start())
        except BaseException:
            leave()
            raise
        dialogue = AuthDialogue(stream)
        login = login_of(attempt, source)
        started = asyncio.get_running_loop().time()
        pending = _Pending(stream, dialogue, login, checker.way, leave, started, attempt.connection)
        return await self._step(pending, lambda: dialogue.begin(response, source), checker.way.timeout)

    async def negotiate(self, attempt: Attempt) -> tuple[Session, str] | Challenge:
        """The browser's next word about a ticket: the first of a login, or the one that this connection waits for."""
        if not attempt.credentials:
            self._checker_for(attempt)
            return Challenge("Negotiate", {})
        number = self._negotiations.pop(attempt.connection, "") if attempt.connection is not None else ""
        pending = self._take(number, attempt)
        if pending is None:
            return await self.start(attempt)
        try:
            token = check_base64(attempt.credentials, limit=TOKEN_MAX)
        except Problem:
            self._give_up(pending)
            raise
        return await self._step(pending, lambda: pending.dialogue.go_on(token), _patience(pending))

    async def go_on(self, attempt: Attempt) -> tuple[Session, str] | Challenge:
        """The answer to a question: `ID BASE64`. It is good once, in the application that asked, from anywhere."""
        number, _, answer = attempt.credentials.partition(" ")
        pending = self._take(number if _ID.fullmatch(number) else "", attempt)
        if pending is None:
            raise Problem("authentication-failed", "This login took too long, or was answered already. Start again.")
        try:
            text = check_base64(answer)
        except Problem:
            self._give_up(pending)
            raise
        if pending.host_key is not None:
            _record_host_key(pending, answer)
        return await self._step(pending, lambda: pending.dialogue.answer(text), _patience(pending))

    def _checker_for(self, attempt: Attempt) -> Checker:
        settings = self._settings()
        return checker_for(attempt, settings.config, settings.helper_socket, settings.keytab is not None)

    def _take(self, number: str, attempt: Attempt) -> _Pending | None:
        """The login that waits by that number, which is good once, and for the application that asked."""
        pending = self._pending.get(number)
        if pending is None or pending.login.application != attempt.address.application:
            return None
        del self._pending[number]
        if pending.expiry is not None:
            pending.expiry.cancel()
        return pending

    async def _step(
        self, pending: _Pending, step: Callable[[], Awaitable[Question | Token | Init]], within: float
    ) -> tuple[Session, str] | Challenge:
        try:
            async with asyncio.timeout(within):
                outcome = await step()
            if isinstance(outcome, Question):
                return self._ask(pending, outcome)
            if isinstance(outcome, Token):
                return self._await_token(pending, outcome)
            pending.login.data = pending.dialogue.login_data
            pending.login.user = pending.login.user or pending.dialogue.user
            admitted = self._sessions.admit(pending.stream, outcome.message, outcome.waiting, pending.login)
        except TimeoutError:
            self._give_up(pending)
            raise Problem("timeout", "The machine takes too long to check the login.") from None
        except Problem as problem:
            # Nobody guesses a ticket; and a browser that has one for elsewhere shows it without having been told to.
            if problem.code == "authentication-failed" and pending.login.method != NEGOTIATE:
                self._penalties.failed(pending.login.source)
            self._give_up(pending)
            if problem.code in ("no-host", "unknown-host"):
                await asyncio.sleep(pending.started + UNREACHABLE_AFTER - asyncio.get_running_loop().time())
                raise Problem("no-host", "The host cannot be reached.") from None
            raise
        except BaseException:
            self._give_up(pending)
            raise
        pending.leave()
        return admitted

    def _await_token(self, pending: _Pending, token: Token) -> Challenge:
        pending.rounds += 1
        if pending.rounds > NEGOTIATION_ROUNDS_MAX or pending.connection is None:
            raise Problem("authentication-failed", "The negotiation has no end.")
        self._negotiations[pending.connection] = self._wait(pending)
        return Challenge(f"Negotiate {token.token}".rstrip(), {})

    def _wait(self, pending: _Pending) -> str:
        number = secrets.token_urlsafe(32)
        self._pending[number] = pending
        loop = asyncio.get_running_loop()
        pending.expiry = loop.call_later(pending.way.response_timeout, self._expire, number)
        return number

    def _ask(self, pending: _Pending, question: Question) -> Challenge:
        number = self._wait(pending)
        pending.host_key = question.more if "host-key" in question.more else None
        prompt = base64.b64encode(question.prompt.encode("utf-8", "replace")).decode()
        # Long prompts are in the body only: a header has its bound.
        shown = prompt if len(prompt) <= 1024 else ""
        body = {"message": "", "error": "", **question.more, "prompt": question.prompt, "echo": question.echo}
        return Challenge(f"X-Conversation {number} {shown}".rstrip(), {**body, "id": number})

    def _expire(self, number: str) -> None:
        pending = self._pending.pop(number, None)
        if pending is not None:
            self._give_up(pending)

    def _give_up(self, pending: _Pending) -> None:
        pending.leave()
        pending.login.forget_password()
        self._sessions.discard(pending.stream, term_after=0)


def _patience(pending: _Pending) -> float:
    """Whoever checks may take as long for an answer as for the start, and the person's time besides."""
    return pending.way.timeout + pending.way.response_timeout


def _record_host_key(pending: _Pending, answer: str) -> None:
    """The page answers with the fingerprint that it was given, or with `yes`, where the person accepts the key."""
    assert pending.host_key is not None
    fingerprint = pending.host_key.get("default", "")
    accepted = base64.b64decode(answer).decode("utf-8", "replace") in ("yes", fingerprint)
    audit.record(
        "host-key",
        user=pending.login.user or None,
        rhost=pending.login.source,
        host=pending.host_key["host-key"].partition(" ")[0],
        key=fingerprint,
        decision="accepted" if accepted else "refused",
    )
