"""The password of a login, kept for the superuser bridge that the login asked for (reference 1.5, 1.6)."""

import asyncio
import base64
from contextlib import suppress

KEPT_FOR = 120.0
"""Seconds that it is kept at most."""


class KeptPassword:
    """Given out once, to whom it belongs; gone after that, when nobody will ask any more, and after two minutes."""

    def __init__(self, user: str, password: bytearray) -> None:
        """Takes the password over. A password of root's is of no use: root needs no superuser bridge."""
        self._user = user
        self._password = password
        self._expiry = asyncio.get_running_loop().call_later(KEPT_FOR, self.clear)

    def answer(self, challenge: str) -> str:
        """The answer to the bridge's challenge; empty where it is asked for another user, in another way, or again."""
        kind, _, subject = challenge.partition(":")
        if kind.lower() not in ("plain1", "basic") or not self._is_for(subject):
            return ""
        with suppress(UnicodeDecodeError):
            given = self._password.decode()
            self.clear()
            if kind.lower() == "plain1" or not given:
                return given
            return base64.b64encode(f"{self._user}:{given}".encode()).decode()
        return ""

    def clear(self) -> None:
        """Overwrites it in its place."""
        self._expiry.cancel()
        self._password[:] = bytes(len(self._password))
        self._password.clear()

    def _is_for(self, subject: str) -> bool:
        if not subject:
            return True
        with suppress(ValueError):
            return bytes.fromhex(subject).decode() in (self._user, self._user.lower())
        return False
