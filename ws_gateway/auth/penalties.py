"""How long whoever guesses passwords has to wait."""

import time
from collections import OrderedDict
from collections.abc import Callable

from bridge.protocol import Problem
from ws_gateway.http.source import network_of

FREE_FAILURES = 5
"""Failed logins from one address before it has to wait."""
FIRST_PENALTY = 5.0
"""Seconds to wait after one more; each further one doubles them."""
LAST_PENALTY = 300.0
FORGET_AFTER = 900.0
"""Seconds after the last failure until an address starts anew."""
SOURCES_MAX = 4096
"""Addresses that are remembered; the one that failed longest ago gives way."""


class Penalties:
    """Failed logins by where they came from. A login that succeeds forgives nothing: the next guess waits as long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def check(self, source: str) -> None:
        """Problem `too-many-attempts` while that address has to wait."""
        count, last = self._failures.get(network_of(source), (0, 0.0))
        wait = last + _penalty(count) - self._clock()
        if count >= FREE_FAILURES and wait > 0:
            seconds = int(wait) + 1
            raise Problem("too-many-attempts", f"Too many logins failed from here. Try again in {seconds} seconds.")

    def failed(self, source: str) -> None:
        """One more that failed."""
        place, now = network_of(source), self._clock()
        count, last = self._failures.pop(place, (0, now))
        self._failures[place] = (1 if now - last > FORGET_AFTER else count + 1, now)
        if len(self._failures) > SOURCES_MAX:
            self._failures.popitem(last=False)


def _penalty(count: int) -> float:
    doublings = min(max(0, count - FREE_FAILURES), 16)
    return min(LAST_PENALTY, FIRST_PENALTY * 2.0**doublings)
