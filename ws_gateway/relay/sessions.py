"""All logins of a gateway: opened, found by their cookie, ended."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Coroutine, Iterator
from itertools import count
from typing import TypeVar

from bridge.protocol import Control, JsonObject, Problem, decode, encode_control, encode_json
from ws_gateway.address import LOCAL
from ws_gateway.logs import audit
from ws_gateway.relay.bridge_process import BridgeCommand, BridgeProcess
from ws_gateway.relay.bridge_stream import TERM_AFTER, BridgeStream
from ws_gateway.relay.failed_start import describe_exit, failed_start
from ws_gateway.relay.login import Login
from ws_gateway.relay.session import Session
from ws_gateway.tasks import Tasks

INIT_TIMEOUT = 30.0
"""Seconds that a bridge has for its `init`."""
SESSIONS_MAX = 64
"""Logins at a time, in single-user mode."""
SYSTEM_SESSIONS_MAX = 256
"""Logins at a time, in system mode."""
MESSAGE_MAX = 2048
"""Characters of a bridge's own words about what is wrong with it."""
DETAILS_MAX = 16 * 1024
"""Bytes of what it tells besides."""
_DETAILS = ("auth-method-results", "error", "known-hosts", "unsupported")

_log = logging.getLogger(__name__)

Bridge = TypeVar("Bridge", bound=BridgeStream)


class Sessions:
    """The logins that are alive. One ends at logout, at its bridge's end, or at ours; `idle` may end it earlier."""

    def __init__(self, limit: int = SESSIONS_MAX, init_timeout: float = INIT_TIMEOUT) -> None:
        self._limit = limit
        self._init_timeout = init_timeout
        self._numbers = count(1)
        self._live: dict[bytes, Session] = {}
        self._places = limit
        self._bridges: set[BridgeStream] = set()
        self._stops: dict[BridgeStream, asyncio.Task[None]] = {}
        self._tasks = Tasks()
        self._closed = False
        self._ended_bytes = 0, 0

    @property
    def traffic(self) -> tuple[int, int]:
        """Bytes of all messages from bridges and to them, those of sessions that have ended included."""
        received, sent = self._ended_bytes
        return received + sum(each.received for each in self), sent + sum(each.sent for each in self)

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._live.values()))

    async def open(self, command: BridgeCommand, login: Login | None = None) -> tuple[Session, str]:
        """Starts a bridge; the session, and the value of its cookie, which is kept nowhere here.

        Problem `too-many-sessions`; `no-cockpit`, `access-denied`, `terminated`, `timeout`, `not-supported` or
        `protocol-error` for a bridge that does not start as it should, or what it says is wrong with itself.
        """
        bridge = await self.place(BridgeProcess.start(command))
        try:
            async with asyncio.timeout(self._init_timeout):
                init, more = await _receive_init(bridge)
        except TimeoutError:
            self.discard(bridge)
            raise Problem("timeout", f"the bridge did not start within {self._init_timeout:g} seconds") from None
        except BaseException:
            self.discard(bridge)
            raise
        return self.admit(bridge, init, more, login)

    async def place(self, starting: Awaitable[Bridge]) -> Bridge:
        """A bridge that is being started takes one of the places, until `discard`; Problem if there is none."""
        if self._closed or not self._places:
            if isinstance(starting, Coroutine):
                starting.close()
            raise Problem("too-many-sessions", f"no more than {self._limit} sessions can run at a time")
        self._places -= 1
        try:
            bridge = await starting
        except BaseException:
            self._places += 1
            raise
        self._bridges.add(bridge)
        return bridge

    def admit(
        self, bridge: BridgeStream, init: JsonObject, waiting: list[bytes], login: Login | None = None
    ) -> tuple[Session, str]:
        """A session for a bridge that said `init`, and the messages since. With a Problem the bridge is discarded."""
        try:
            check_init(init)
            if self._closed:
                raise Problem("terminated", "the console is being stopped")
        except Problem:
            self.discard(bridge)
            raise
        login = login or Login()
        bridge.post(encode_control(_answer_to(init, login)))
        session = Session(next(self._numbers), bridge, init, login)
        value = secrets.token_urlsafe(32)
        self._live[_digest(value)] = session
        self._tasks.start(self._run(session, waiting), f"relay of session {session.number}")
        return session, value

    def find(self, cookie: str | None, application: str = LOCAL) -> Session | None:
        """The session of that application that the cookie's value belongs to."""
        session = self._live.get(_digest(cookie)) if cookie is not None else None
        return session if session is not None and session.login.application == application else None

    def end(self, session: Session, reason: str, problem: str = "terminated", term_after: float = TERM_AFTER) -> None:
        """Ends a session: its cookie is void and its sockets are closed at once, its bridge is gone within seconds.

        `reason` is for the audit log.
        """
        for digest, live in tuple(self._live.items()):
            if live is session:
                del self._live[digest]
                received, sent = self._ended_bytes
                self._ended_bytes = received + session.received, sent + session.sent
                session.login.forget_password()
                audit.record("logout", user=session.login.user or None, session=session.number, reason=reason)
                session.disconnect(problem)
                self.discard(session.bridge, term_after)

    def discard(self, bridge: BridgeStream, term_after: float = TERM_AFTER) -> None:
        """Ends a bridge; its place is free when it is gone."""
        if bridge in self._bridges and bridge not in self._stops:
            self._stops[bridge] = self._tasks.start(self._stop(bridge, term_after), f"end of {bridge}")

    async def stop(self) -> None:
        """Ends all of them, and waits until every bridge is gone."""
        self._closed = True
        for session in self:
            self.end(session, "the console stops")
        for bridge in tuple(self._bridges):
            self.discard(bridge)
        await asyncio.gather(*self._stops.values(), return_exceptions=True)
        await self._tasks.stop()

    def kill(self) -> None:
        """Ends every bridge's process group at once."""
        for bridge in self._bridges:
            bridge.kill()

    async def _run(self, session: Session, waiting: list[bytes]) -> None:
        problem = await session.relay(waiting)
        if session in self._live.values():
            await session.bridge.exited(0.5)
            status = session.bridge.returncode
            self.end(session, f"the bridge {describe_exit(status)}", problem)

    async def _stop(self, bridge: BridgeStream, term_after: float) -> None:
        try:
            await bridge.stop(term_after)
        finally:
            self._bridges.discard(bridge)
            self._stops.pop(bridge, None)
            self._places += 1


async def _receive_init(bridge: BridgeProcess) -> tuple[JsonObject, list[bytes]]:
    """The bridge's first message, and those that came with it (reference 1.5)."""
    messages = await bridge.receive()
    if not messages:
        await bridge.exited(0.5)
        raise failed_start(bridge.returncode, await bridge.last_line())
    event = decode(messages[0])
    if not isinstance(event, Control) or event.command != "init":
        raise Problem("protocol-error", "the bridge did not start with an init message")
    return event.message, messages[1:]


def check_init(init: JsonObject) -> None:
    """Problem for an `init` that tells of one, or of another version of the protocol."""
    problem = init.get("problem")
    if type(problem) is str:
        message = str(init.get("message", ""))[:MESSAGE_MAX]
        raise Problem(
            problem, message.encode("utf-8", "replace").decode(), user=init.get("user"), details=details_of(init)
        )
    version = init.get("version")
    if type(version) is not int or version != 1:
        raise Problem("not-supported", "the bridge speaks another version of the protocol")


def details_of(init: JsonObject) -> JsonObject:
    """What a failed `init` tells besides that login pages can use (reference 1.5), if it is not too much."""
    details = {name: init[name] for name in _DETAILS if name in init}
    try:
        return details if len(encode_json(details)) <= DETAILS_MAX else {}
    except Problem:
        return {}


def _answer_to(init: JsonObject, login: Login) -> JsonObject:
    answer: JsonObject = {"command": "init", "version": 1, "host": "localhost", "superuser-reports": True}
    capabilities = init.get("capabilities")
    if isinstance(capabilities, dict) and capabilities.get("explicit-superuser") is True:
        answer["superuser"] = {"id": login.superuser} if login.superuser else False
    if not answer.get("superuser"):
        login.forget_password()
    return answer


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
