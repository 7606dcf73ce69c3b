"""Logs a session out that nobody uses (reference 2.4)."""

import asyncio
from collections.abc import Callable
from typing import Protocol

COUNTDOWN = 30
"""Seconds before the end in which the time that is left is told."""
GRACE = 10.0
"""Seconds between the end and what the timer does itself, if no client logged out by then."""


class Listener(Protocol):
    """Is told of the end."""

    def countdown(self, seconds: int) -> None:
        """There are `seconds` left."""

    def logout(self) -> None:
        """There is no time left."""


class IdleTimer:
    """Runs for `timeout` seconds from the last `restart`, while anybody listens; never with 0.

    `expired` is called if the session still is there `GRACE` seconds after the end. `second` is the length of one.
    """

    def __init__(self, timeout: int, expired: Callable[[], object], second: float = 1.0) -> None:
        self.timeout = timeout
        self._expired = expired
        self._second = second
        self._listeners: list[Listener] = []
        self._next: asyncio.TimerHandle | None = None

    def add(self, listener: Listener) -> None:
        """Tell `listener` as well; the first one starts the timer."""
        self._listeners.append(listener)
        if len(self._listeners) == 1:
            self.restart()

    def remove(self, listener: Listener) -> None:
        """Tell `listener` no more; the last one stops the timer."""
        if listener in self._listeners:
            self._listeners.remove(listener)
        if not self._listeners:
            self._stop()

    def restart(self) -> None:
        """Somebody is there."""
        self._stop()
        if self.timeout > 0 and self._listeners:
            self._in(max(self.timeout - COUNTDOWN, 0), self._count, min(COUNTDOWN, self.timeout))

    def _count(self, left: int) -> None:
        for listener in list(self._listeners):
            if left:
                listener.countdown(left)
            else:
                listener.logout()
        if left:
            self._in(1, self._count, left - 1)
        else:
            self._in(GRACE, self._expired)

    def _in(self, seconds: float, callback: Callable[..., object], *args: object) -> None:
        if self._listeners:
            self._next = asyncio.get_running_loop().call_later(seconds * self._second, callback, *args)

    def _stop(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
