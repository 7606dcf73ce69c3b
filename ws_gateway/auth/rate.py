"""How often something may be asked for from one address."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from bridge.protocol import Problem
from ws_gateway.auth.penalties import SOURCES_MAX
from ws_gateway.http.source import network_of


class Rate:
    """At most `count` times in `period` seconds."""

    def __init__(self, count: int, period: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._period = period
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, source: str) -> None:
        """Once more. Problem `too-many-attempts` when that is too often; then it does not count."""
        place, now = network_of(source), self._clock()
        times = self._times.pop(place, None) or deque()
        self._times[place] = times
        if len(self._times) > SOURCES_MAX:
            self._times.popitem(last=False)
        while times and now - times[0] >= self._period:
            times.popleft()
        if len(times) >= self._count:
            seconds = int(times[0] + self._period - now) + 1
            raise Problem("too-many-attempts", f"Too many logins were tried from here. Try again in {seconds} seconds.")
        times.append(now)
