"""A login at a session helper: the dialogue before the bridge is there, and the bridge afterwards (reference 1.6).

The helper's socket is the bridge's stdin and stdout; the helper itself waits beside it, ends the bridge when we hang
up, and closes the PAM session.
"""

import asyncio
import base64
import binascii
from pathlib import Path
from typing import NamedTuple

from bridge.protocol import Control, JsonObject, Problem, decode, encode_control
from ws_gateway.bridge_stream import KILL_AFTER, READ_SIZE, TERM_AFTER, BridgeStream

QUESTION_MAX = 64 * 1024
"""Characters of what a helper asks the person."""
_GRACE = 1.0
"""Seconds that the helper has to end after it should have killed the bridge."""


class Question(NamedTuple):
    """What PAM asks the person besides the password."""

    prompt: str
    message: str
    error: str
    echo: bool


class Init(NamedTuple):
    """The bridge is there: its first message, and those that came with it."""

    message: JsonObject
    waiting: list[bytes]


class HelperBridge(BridgeStream):
    """Made by `connect`; then `log_in`, and `answer` for as long as there are questions, until there is an Init."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self.returncode = None
        self._cookie = ""
        self._conversation = ""
        self._reading = asyncio.Lock()

    @classmethod
    async def connect(cls, path: Path) -> "HelperBridge":
        """A new helper; Problem `internal-error` if none can be had."""
        try:
            return cls(*await asyncio.open_unix_connection(path, limit=READ_SIZE))
        except OSError as exc:
            raise Problem("internal-error", f"no session can be opened: {exc.strerror}") from None

    def __str__(self) -> str:
        return "the bridge behind a session helper"

    async def receive(self) -> list[bytes]:
        """The next messages; none at the end. Problem `protocol-error` when they cannot be read on."""
        async with self._reading:
            return await super().receive()

    async def log_in(self, credentials: str, source: str) -> Question | Init:
        """`credentials`: base64 of `USER:PASSWORD`; `source`: where the person is, if known. Problem if not let in."""
        challenge, _ = await self._next()
        if challenge != "*":
            raise Problem("protocol-error", "the session helper did not ask for credentials")
        return await self._respond(f"Basic {credentials}", source)

    async def answer(self, answer: str) -> Question | Init:
        """The person's answer, in base64."""
        return await self._respond(f"X-Conversation {self._conversation} {answer}", "")

    async def exited(self, seconds: float) -> bool:
        """Whether it ended by itself within that time."""
        try:
            async with asyncio.timeout(seconds), self._reading:
                while await self._reader.read(READ_SIZE):
                    pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True

    async def stop(self, term_after: float = TERM_AFTER, kill_after: float = KILL_AFTER) -> None:
        """Hangs up, at once where `term_after` is 0; the helper does the rest."""
        if term_after:
            self._end_input()
            await self.exited(kill_after + _GRACE)
        self._writer.transport.abort()

    def kill(self) -> None:
        """Hangs up."""
        self._writer.transport.abort()

    async def _respond(self, response: str, source: str) -> Question | Init:
        answer = {"command": "authorize", "cookie": self._cookie, "response": response}
        # In this order and without blanks: cockpit-session looks for the members by searching the text.
        self.post(encode_control(answer | {"remote-peer": source} if source else answer))
        challenge, outcome = await self._next()
        if isinstance(outcome, Init):
            return outcome
        kind, _, rest = challenge.partition(" ")
        self._conversation, _, prompt = rest.partition(" ")
        if kind.lower() != "x-conversation" or not self._conversation:
            raise Problem("not-supported", "this way to log in is not known here")
        return _question(prompt, outcome)

    async def _next(self) -> tuple[str, JsonObject | Init]:
        """The next challenge with its message; or no challenge, and the bridge's first message."""
        messages = await self.receive()
        if not messages:
            raise Problem("terminated", "the login ended before it was done; the machine's log may say why")
        event = decode(messages[0])
        if not isinstance(event, Control):
            raise Problem("protocol-error", "the session helper said something else than expected")
        if event.command == "init":
            return "", Init(event.message, messages[1:])
        cookie, challenge = event.message.get("cookie"), event.message.get("challenge")
        if event.command != "authorize" or type(cookie) is not str or type(challenge) is not str or messages[1:]:
            raise Problem("protocol-error", "the session helper said something else than expected")
        self._cookie = cookie
        return challenge, event.message


def _question(prompt: str, message: JsonObject) -> Question:
    try:
        text = base64.b64decode(prompt, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise Problem("protocol-error", "the session helper asks what cannot be read") from None
    told, error = (_shown(message.get(key)) for key in ("message", "error"))
    return Question(text[:QUESTION_MAX], told, error, message.get("echo") is True)


def _shown(value: object) -> str:
    return value[:QUESTION_MAX].encode("utf-8", "replace").decode() if isinstance(value, str) else ""
