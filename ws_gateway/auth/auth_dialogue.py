"""The dialogue of a login with whatever checks it, before the bridge speaks on the same stream (reference 1.6, 4.4)."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import NamedTuple

from bridge.protocol import Control, JsonObject, Problem, decode, encode_control
from ws_gateway.relay.bridge_stream import BridgeStream

TEXT_MAX = 64 * 1024
"""Characters of what the person is asked or told."""
ROUNDS_MAX = 16
"""Messages that we answer ourselves between two questions to the person."""
TOKEN_MAX = 4 * 1024
"""Characters of a token for the browser, which gets it in a header."""
USER_MAX = 256
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_TEXTS = ("message", "error", "host-key", "default", "hint")
"""Members of a question besides its prompt that the login page gets."""


class Question(NamedTuple):
    """What the person is asked."""

    prompt: str
    more: Mapping[str, str]
    """What belongs to it, of `message`, `error`, `host-key`, `default`, `hint`: those that are not empty."""
    echo: bool


class Token(NamedTuple):
    """What the browser itself is to answer, of a Kerberos ticket (`Negotiate`)."""

    token: str
    """In base64."""


class Init(NamedTuple):
    """The bridge is there: its first message, and those that came with it."""

    message: JsonObject
    waiting: list[bytes]


class AuthDialogue:
    """First `begin`; then `answer` for as long as there are questions, until there is an Init."""

    def __init__(self, stream: BridgeStream) -> None:
        self._stream = stream
        self._cookie = ""
        self._conversation = ""
        self._waiting: list[bytes] = []
        self.login_data: JsonObject = {}
        """What the login page's scripts are told besides."""
        self.user = ""
        """Who it is, where the credentials do not tell and whoever checks them does."""

    async def begin(self, response: str, source: str) -> Question | Token | Init:
        """`response`: as an `Authorization` header has it; `source`: where the person is, if known.

        Problem if they are not let in.
        """
        challenge, outcome = await self._next()
        if isinstance(outcome, Init):
            return outcome
        if challenge != "*":
            raise Problem("protocol-error", "the login's program did not ask for credentials")
        return await self._respond(response, source)

    async def answer(self, answer: str) -> Question | Token | Init:
        """The person's answer, in base64."""
        return await self._respond(f"X-Conversation {self._conversation} {answer}", "")

    async def go_on(self, token: str) -> Question | Token | Init:
        """The browser's answer, in base64."""
        return await self._respond(f"Negotiate {token}", "")

    async def _respond(self, response: str, source: str) -> Question | Token | Init:
        answer = {"command": "authorize", "cookie": self._cookie, "response": response}
        # In this order and without blanks: cockpit-session looks for the members by searching the text.
        self._stream.post(encode_control(answer | {"remote-peer": source} if source else answer))
        for _ in range(ROUNDS_MAX):
            challenge, outcome = await self._next()
            if isinstance(outcome, Init):
                return outcome
            kind, _, rest = challenge.partition(" ")
            match kind.lower():
                case "x-login-data":
                    self._keep(outcome)
                case "x-host-key":
                    self._stream.post(encode_control(answer | {"cookie": self._cookie, "response": ""}))
                case "x-conversation":
                    self._conversation, _, prompt = rest.partition(" ")
                    return _question(self._conversation, prompt, outcome)
                case "negotiate" if response.startswith("Negotiate ") and _is_token(rest):
                    return Token(rest)
                case _:
                    raise Problem("authentication-not-supported", "This way to log in is not known here.")
        raise Problem("protocol-error", "the login's program says too much")

    def _keep(self, told: JsonObject) -> None:
        data, user = told.get("login-data"), told.get("user")
        if isinstance(data, dict):
            self.login_data = data
        if isinstance(user, str):
            self.user = user[:USER_MAX].encode("utf-8", "replace").decode()

    async def _next(self) -> tuple[str, JsonObject | Init]:
        """The next challenge with its message; or no challenge, and the bridge's first message."""
        try:
            messages = self._waiting or await self._stream.receive()
        except Problem as problem:
            raise Problem(
                problem.code, f"not the bridge has the word, but a greeting perhaps: {problem.message}"
            ) from None
        if not messages:
            if await self._stream.exited(0.5) and self._stream.returncode == 127:
                raise Problem("no-cockpit", "there is no bridge")
            raise Problem("terminated", "the login ended before it was done; the machine's log may say why")
        event, self._waiting = decode(messages[0]), messages[1:]
        if isinstance(event, Control):
            if event.command == "init":
                return "", Init(event.message, self._waiting)
            cookie, challenge = event.message.get("cookie"), event.message.get("challenge")
            if event.command == "authorize" and type(challenge) is str and type(cookie) in (str, type(None)):
                self._cookie = cookie or ""
                return challenge, event.message
        raise Problem("protocol-error", "the login's program said something else than expected")


def _question(conversation: str, prompt: str, message: JsonObject) -> Question:
    try:
        text = base64.b64decode(prompt, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise Problem("protocol-error", "the login's program asks what cannot be read") from None
    if not conversation:
        raise Problem("protocol-error", "the login's program asks what cannot be answered")
    more = {name: shown for name in _TEXTS if (shown := _shown(message.get(name)))}
    return Question(text[:TEXT_MAX], more, message.get("echo") is True)


def _is_token(text: str) -> bool:
    return len(text) <= TOKEN_MAX and _BASE64.fullmatch(text) is not None


def _shown(value: object) -> str:
    return value[:TEXT_MAX].encode("utf-8", "replace").decode() if isinstance(value, str) else ""
