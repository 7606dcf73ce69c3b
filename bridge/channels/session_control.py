"""`session-control`: logs a session out that nobody uses (reference 2.4)."""

import signal
from weakref import WeakKeyDictionary

from bridge.channel import Channel, NoOptions
from bridge.idle_timer import IdleTimer
from bridge.protocol import JsonObject, Problem
from bridge.router import Router
from manifests.configuration import Configuration

MINUTES_MAX = 240

_timers: WeakKeyDictionary[Router, IdleTimer] = WeakKeyDictionary()


class SessionControlChannel(Channel):
    """`ready {timeout}` tells the seconds, 0 where there is no limit; set by `IdleTimeout` (minutes) of `[Session]`.

    The channels of one bridge share its timer, which runs while there is one. The client sends `active` whenever
    somebody does something; it is sent `countdown {counter}` every second of the last 30, then `logout`. A client that
    does not log out is cut off: ten seconds later the bridge ends.
    """

    payload = "session-control"
    __slots__ = ("_timer",)

    def __init__(self, router: Router, message: JsonObject) -> None:
        super().__init__(router, message)
        self._timer = _timer_of(router)

    def opened(self, options: NoOptions) -> None:
        self._timer.add(self)
        self.ready(timeout=self._timer.timeout)

    def received(self, payload: bytes) -> None:
        raise Problem("protocol-error", "session-control takes no data")

    def finished(self) -> None:
        self.done()
        self.close()

    def receive_control(self, command: str, message: JsonObject) -> None:
        if command == "active":
            self._timer.restart()
        else:
            super().receive_control(command, message)

    def close(self, problem: Problem | None = None) -> None:
        self._timer.remove(self)
        super().close(problem)

    def countdown(self, seconds: int) -> None:
        """Tell the client how many are left."""
        self.control("countdown", counter=seconds)

    def logout(self) -> None:
        """Tell the client to log out."""
        self.control("logout")


def _timer_of(router: Router) -> IdleTimer:
    timer = _timers.get(router)
    if timer is None:
        minutes = Configuration(router.context.environ).get_int("Session", "IdleTimeout", 0, 0, MINUTES_MAX)
        timer = _timers[router] = IdleTimer(minutes * 60, _end_bridge)
    return timer


def _end_bridge() -> None:
    # As if our gateway had ended us: every channel and peer gets its orderly end.
    signal.raise_signal(signal.SIGTERM)
