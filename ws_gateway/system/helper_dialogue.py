"""The session helper's side of a login: questions to the gateway on a socket (reference 1.6).

    helper   {"command":"authorize","cookie":C,"challenge":"*"}
    gateway  {"command":"authorize","cookie":C,"response":"Basic …","remote-peer":ADDRESS}
    helper   {"command":"authorize","cookie":C,"challenge":"X-Conversation ID …","prompt":…}      as often as needed
    gateway  {"command":"authorize","cookie":C,"response":"X-Conversation ID …"}
    helper   {"command":"authorize","cookie":C,"challenge":"Negotiate …"}            where that was the first response
    gateway  {"command":"authorize","cookie":C,"response":"Negotiate …"}
    helper   {"command":"init","problem":…,"message":…}                                          or the bridge's own

Not a byte is read beyond the answer that is waited for: what follows is the bridge's.
"""

import base64
import secrets
import select
import signal
import socket
import time
from typing import NamedTuple

from bridge.protocol import Control, JsonObject, Problem, decode, encode_control, frame
from ws_gateway.system import secret_base64
from ws_gateway.system.pam import Message, Style, wipe

ANSWER_TIME = 60
"""Seconds for an answer, and again for what PAM does with it; then the helper ends, whatever holds it up."""
FRAME_MAX = 16 * 1024
"""Bytes of an answer."""
NOTES_MAX = 16 * 1024
"""Characters of what modules say between two questions."""
_USER_MAX = 256
_LENGTH_DIGITS = 5
_RESPONSE = b'"response":"'
_NEGOTIATE = b"Negotiate "
_UNREADABLE = "The credentials cannot be understood."


class Credentials(NamedTuple):
    """What the login page was given. The password is wiped when it was used."""

    user: str
    password: bytearray
    source: str
    """The address that the person comes from."""
    known_hosts: str = ""
    """The keys of other hosts that their browser knows."""


class Token(NamedTuple):
    """What the browser itself has to say, of a Kerberos ticket."""

    token: bytes
    """Empty: it waits to be asked, as Cockpit's gateway has it."""
    source: str


class Dialogue:
    """One login's questions. Every method raises Problem when the other side is gone or cannot be understood."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._cookie = f"session-{secrets.token_hex(8)}"
        self._notes: dict[Style, list[str]] = {Style.ERROR: [], Style.INFO: []}

    def credentials(self) -> Credentials:
        """The first question, where a password is wanted."""
        given = self.begin()
        if isinstance(given, Token):
            raise Problem("authentication-not-supported", "This way to log in is not known here.")
        return given

    def begin(self) -> Credentials | Token:
        """The first question."""
        secret, answer = self._ask({"challenge": "*"})
        source = answer.get("remote-peer", "")
        try:
            if type(source) is not str:
                raise Problem("authentication-failed", _UNREADABLE)
            if secret.rstrip() == _NEGOTIATE.rstrip():
                return Token(b"", source[:64])
            if secret.startswith(_NEGOTIATE):
                return Token(bytes(_after(secret, _NEGOTIATE)), source[:64])
            return _credentials_in(_after(secret, b"Basic "), source[:64])
        finally:
            wipe(secret)

    def exchange(self, token: bytes) -> bytes:
        """The browser's answer to what the library said."""
        secret, _ = self._ask({"challenge": f"Negotiate {base64.b64encode(token).decode()}".rstrip()})
        return bytes(_after(secret, _NEGOTIATE))

    def ask(self, message: Message, **more: str) -> bytearray:
        """Passes a module's question on, after what modules said before it, with `more` members."""
        number = secrets.token_hex(8)
        prompt = base64.b64encode(message.text.encode()).decode()
        secret, _ = self._ask(
            {
                "challenge": f"X-Conversation {number} {prompt}",
                "prompt": message.text,
                "error": self.notes(Style.ERROR),
                "message": self.notes(Style.INFO),
                "echo": message.style is Style.QUESTION,
                **more,
            }
        )
        try:
            return _after(secret, f"X-Conversation {number} ".encode())
        finally:
            wipe(secret)

    def note(self, message: Message) -> None:
        """Keeps what a module says until the next question, or the end."""
        notes = self._notes[message.style]
        if sum(map(len, notes)) + len(message.text) <= NOTES_MAX:
            notes.append(message.text)

    def notes(self, style: Style) -> str:
        """What modules said, once."""
        notes, self._notes[style] = self._notes[style], []
        return "\n".join(notes)

    def tell(self, data: JsonObject, **more: str) -> None:
        """What the login page's scripts are told, should the login succeed; and the gateway besides."""
        told = {"challenge": "x-login-data", "login-data": data, **more}
        self._send({"command": "authorize", "cookie": self._cookie, **told})

    def refuse(self, problem: Problem) -> None:
        """The last word, where there is no bridge."""
        self._send({"command": "init", "problem": problem.code, "message": problem.message} | problem.extra)

    def _send(self, message: JsonObject) -> None:
        try:
            self._connection.sendall(frame(encode_control(message)))
        except OSError:
            raise Problem("disconnected", "the gateway is gone") from None

    def _ask(self, question: JsonObject) -> tuple[bytearray, JsonObject]:
        """The answer's `response`, and the answer without it."""
        signal.alarm(ANSWER_TIME)
        self._send({"command": "authorize", "cookie": self._cookie, **question})
        message = self._receive(time.monotonic() + ANSWER_TIME)
        try:
            secret = cut_response(message)
            event = decode(bytes(message))
        finally:
            wipe(message)
        signal.alarm(ANSWER_TIME)
        if not isinstance(event, Control) or event.command != "authorize":
            wipe(secret)
            raise Problem("protocol-error", "an answer was expected")
        if event.message.get("cookie") != self._cookie:
            wipe(secret)
            raise Problem("protocol-error", "the answer is for somebody else")
        return secret, event.message

    def _receive(self, deadline: float) -> bytearray:
        length = bytearray()
        while not length.endswith(b"\n"):
            if len(length) > _LENGTH_DIGITS:
                raise Problem("protocol-error", "the answer has no valid length")
            length += self._read(1, deadline)
        digits = length[:-1]
        if not digits.isdigit() or not 0 < int(digits) <= FRAME_MAX:
            raise Problem("protocol-error", "the answer has no valid length")
        return self._read(int(digits), deadline)

    def _read(self, size: int, deadline: float) -> bytearray:
        # The socket stays in blocking mode, which it shares with the bridge; so the waiting is done before the reading.
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        read, view = bytearray(size), 0
        while view < size:
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                wipe(read)
                raise Problem("timeout", "there was no answer in time")
            got = self._connection.recv_into(memoryview(read)[view:])
            if not got:
                wipe(read)
                raise Problem("disconnected", "the gateway is gone")
            view += got
        return read


def cut_response(message: bytearray) -> bytearray:
    """Takes the value of `response` out of a message before it is decoded, so that no other copy comes to be.

    It is base64 after plain words and has nothing to escape; Problem `protocol-error` if it has.
    """
    start = message.find(_RESPONSE)
    if start < 0:
        raise Problem("protocol-error", "the answer has no response")
    start += len(_RESPONSE)
    end = message.find(b'"', start)
    if end < 0 or message.find(b"\\", start, end) >= 0:
        raise Problem("protocol-error", "the answer has no valid response")
    secret = message[start:end]
    message[start:end] = b"-" * (end - start)
    return secret


def _after(secret: bytearray, prefix: bytes) -> bytearray:
    if not secret.startswith(prefix):
        raise Problem("protocol-error", "the answer is of another kind")
    text = secret[len(prefix) :]
    try:
        return secret_base64.decode(text)
    except ValueError:
        raise Problem("protocol-error", "the answer is not base64") from None
    finally:
        wipe(text)


def _credentials_in(given: bytearray, source: str) -> Credentials:
    user, colon, password = _split(given)
    known_hosts = given.partition(b"\0")[2].decode("ascii", "replace")
    wipe(given)
    if not colon:
        wipe(password)
        raise Problem("authentication-failed", _UNREADABLE)
    return Credentials(user, password, source, known_hosts)


def _split(given: bytearray) -> tuple[str, bool, bytearray]:
    """User, whether a password follows, and it; what a NUL separates from it is for other hosts (reference 4.4)."""
    colon = given.find(b":")
    if not 0 <= colon <= _USER_MAX:
        return "", False, bytearray()
    end = given.find(b"\0", colon)
    password = given[colon + 1 : end if end >= 0 else len(given)]
    try:
        return given[:colon].decode(), True, password
    except UnicodeDecodeError:
        wipe(password)
        return "", False, bytearray()
