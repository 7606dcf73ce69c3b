"""How many logins may be under way (`MaxStartups`)."""

import random
from collections import Counter
from collections.abc import Callable

from bridge.protocol import Problem
from ws_gateway.config_values import MaxStartups
from ws_gateway.http.source import network_of

PER_SOURCE = 4
"""Logins under way from one address."""


class Startups:
    """The logins that are under way."""

    def __init__(self, limits: Callable[[], MaxStartups]) -> None:
        """`limits`: those of now; they may change."""
        self._limits = limits
        self._under_way = 0
        self._by_source: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._under_way

    def enter(self, source: str) -> Callable[[], None]:
        """One more, from that address; what is returned is called once, at its end. Problem `too-many-sessions`."""
        place = network_of(source)
        if self._is_full() or self._by_source[place] >= PER_SOURCE:
            raise Problem("too-many-sessions", "Too many logins are under way. Try again in a moment.")
        self._under_way += 1
        self._by_source[place] += 1

        def leave() -> None:
            self._under_way -= 1
            self._by_source[place] -= 1
            if not self._by_source[place]:
                del self._by_source[place]

        return leave

    def _is_full(self) -> bool:
        limits = self._limits()
        if not limits.full or self._under_way < limits.begin:
            return False
        return self._under_way >= limits.full or random.SystemRandom().uniform(0, 100) < limits.rate
