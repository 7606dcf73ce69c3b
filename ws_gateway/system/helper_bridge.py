"""A login at somebody who listens on a socket: a session helper of the monitor's, or an administrator's own program.

The socket is the bridge's stdin and stdout; the helper itself waits beside it, ends the bridge when we hang up, and
closes the PAM session.
"""

import asyncio
from pathlib import Path

from bridge.protocol import Problem
from ws_gateway.relay.bridge_stream import KILL_AFTER, TERM_AFTER, BridgeStream

_GRACE = 1.0
"""Seconds that the helper has to end after it should have killed the bridge."""


class HelperBridge(BridgeStream):
    """Made by `connect`."""

    def __init__(self) -> None:
        super().__init__()
        self.returncode = None

    @classmethod
    async def connect(cls, path: Path) -> "HelperBridge":
        """A new helper; Problem `internal-error` if none can be had."""
        try:
            _, bridge = await asyncio.get_running_loop().create_unix_connection(cls, str(path))
        except OSError as exc:
            raise Problem("internal-error", f"no session can be opened: {exc.strerror}") from None
        return bridge

    def __str__(self) -> str:
        return "the bridge behind a session helper"

    async def exited(self, seconds: float) -> bool:
        """Whether it ended by itself within that time."""
        try:
            await asyncio.wait_for(self._silence(), seconds)
        except TimeoutError:
            return False
        return True

    async def stop(self, term_after: float = TERM_AFTER, kill_after: float = KILL_AFTER) -> None:
        """Hangs up, at once where `term_after` is 0; the helper does the rest."""
        if term_after:
            self._end_input()
            await self.exited(kill_after + _GRACE)
        self._transport.abort()

    def kill(self) -> None:
        """Hangs up."""
        self._transport.abort()
