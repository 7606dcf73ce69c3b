"""One clock for all websockets: pages hear something before they take us for dead, and who vanished is found out."""

import asyncio
import logging
from itertools import cycle
from typing import Protocol

PULSE = 10.0
"""Seconds between two words to a socket; a page takes a connection for dead after 30 s of silence. Every second time
it is asked for an answer, and has as long for it: who vanished is let go within four of them, and their part."""
PART_MIN = 32
"""Sockets that have their turn at once, where there are few."""
PARTS = 20
"""Turns at most: a thousand sockets at once would hold up everybody else."""

_log = logging.getLogger(__name__)


class Member(Protocol):
    """A socket."""

    def pulse(self, asks: bool) -> None:
        """Says something; with `asks`, wants an answer, and ends where there was none since the one before."""


class Keepalive:
    """The sockets that are open."""

    def __init__(self) -> None:
        self._members: dict[Member, None] = {}

    def join(self, member: Member) -> None:
        """From now on it is called, until it leaves."""
        self._members[member] = None

    def leave(self, member: Member) -> None:
        """It is not called any more."""
        self._members.pop(member, None)

    async def run(self) -> None:
        """For ever."""
        for asks in cycle((False, True)):
            members = tuple(self._members)
            size = max(PART_MIN, -(-len(members) // PARTS))
            parts = [members[start : start + size] for start in range(0, len(members), size)] or [()]
            for part in parts:
                await asyncio.sleep(PULSE / len(parts))
                for member in part:
                    self._pulse(member, asks)

    def _pulse(self, member: Member, asks: bool) -> None:
        if member not in self._members:
            return
        try:
            member.pulse(asks)
        except Exception:
            # One socket's fault is not to be everybody's silence.
            self.leave(member)
            _log.exception("a socket cannot be kept alive")
