"""One-time login tokens: known by their hash alone, for a time, each good for one login."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import NamedTuple

from bridge.protocol import Problem

LINK_TTL = 600.0
"""Seconds for which a link that was asked for can be used."""
FIRST_LINK_TTL = 3600.0
"""Seconds for which the link of the start can be used."""
TOKENS_MAX = 16
"""Tokens that are good at a time; the oldest gives way."""
_TOKEN_LENGTH_MAX = 128


class Token(NamedTuple):
    """What is kept of a token."""

    digest: bytes
    expires: float


class Tokens:
    """The tokens that are outstanding."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._outstanding: list[Token] = []

    def issue(self, ttl: float = LINK_TTL) -> str:
        """A new token, 256 random bits, good for `ttl` seconds."""
        token = secrets.token_urlsafe(32)
        self.restore(Token(_digest(token), self._clock() + ttl))
        return token

    def take(self, token: str) -> Token:
        """Uses `token` up; Problem `authentication-failed` when it was never issued, was used before, or is too old."""
        digest = _digest(token[:_TOKEN_LENGTH_MAX])
        found = None
        for candidate in self._outstanding:
            if hmac.compare_digest(candidate.digest, digest):
                found = candidate
        if found is not None:
            self._outstanding.remove(found)
            if found.expires > self._clock():
                return found
        raise Problem("authentication-failed", "this login link was used already, or is too old")

    def restore(self, token: Token) -> None:
        """Makes a taken token good again: the login it was taken for failed for another reason."""
        now = self._clock()
        good = [known for known in self._outstanding if known.expires > now]
        self._outstanding = [*good, token][-TOKENS_MAX:]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
