"""Ends the sessions that no page or no person uses any more, in system mode (reference 4.1)."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from ws_gateway.relay.sessions import Sessions

if TYPE_CHECKING:
    from ws_gateway.relay.session import Session

IDLE_MAX = 15.0
"""Seconds that a session stays without a socket or a download: a page that is loaded anew has none for a moment."""
LOOK_EVERY = 1.0
GRACE = 8.5
"""Seconds after the time (`IdleTimeout`) at which a page should have logged out by itself. The bridge waits a little
longer before it ends itself: so it is the gateway that says why."""


class IdleWatch:
    """Since when each session has been without anybody."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Callable[[], float],
        idle_max: float,
        patience: Callable[[], float] = lambda: 0,
    ) -> None:
        """`patience`: the seconds, as set now, for which nobody needs to do anything; 0: for ever."""
        self._patience = patience
        self._sessions = sessions
        self._clock = clock
        self._idle_max = idle_max
        self._since: dict[Session, float] = {}

    def look(self) -> None:
        """Ends those for which it was too long."""
        now = self._clock()
        idle = [session for session in self._sessions if not session.endpoints]
        self._since = {session: self._since.get(session, now) for session in idle}
        for session, since in self._since.items():
            if now - since >= self._idle_max:
                self._sessions.end(session, "no page uses it any more")
        patience = self._patience()
        for session in self._sessions:
            if patience and now - session.active_at >= patience + GRACE:
                self._sessions.end(session, "nobody did anything for too long", "timeout")


async def end_idle(sessions: Sessions, patience: Callable[[], float]) -> None:
    """Looks after them until cancelled."""
    watch = IdleWatch(sessions, asyncio.get_running_loop().time, IDLE_MAX, patience)
    while True:
        watch.look()
        await asyncio.sleep(LOOK_EVERY)
