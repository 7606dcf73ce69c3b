"""How many logins may be under way (`MaxStartups`), and how long who guesses passwords has to wait."""

import ipaddress
import random
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bridge.protocol import Problem

PER_SOURCE = 4
"""Logins under way from one address."""
FREE_FAILURES = 5
"""Failed logins from one address before it has to wait."""
FIRST_PENALTY = 5.0
"""Seconds to wait after one more; each further one doubles them."""
LAST_PENALTY = 300.0
FORGET_AFTER = 900.0
"""Seconds after the last failure until an address starts anew."""
SOURCES_MAX = 4096
"""Addresses that are remembered; the one that failed longest ago gives way."""


@dataclass(frozen=True, slots=True)
class MaxStartups:
    """From `begin` logins under way a new one is refused by `rate` percent, from `full` always. 0: no limit."""

    begin: int = 10
    rate: int = 100
    full: int = 10


def parse_max_startups(text: str) -> MaxStartups:
    """`FULL` or `BEGIN:RATE:FULL`, as sshd_config(5) has it; ValueError, a sentence, for all else."""
    match = re.fullmatch(r"(\d{1,6})(?::(\d{1,3}):(\d{1,6}))?", text.strip(), re.ASCII)
    if match is None:
        raise ValueError("MaxStartups is a number, or BEGIN:RATE:FULL")
    begin = int(match[1])
    if match[2] is None:
        return MaxStartups(begin, 100, begin)
    rate, full = int(match[2]), int(match[3])
    if rate > 100 or full < begin:
        raise ValueError("MaxStartups BEGIN:RATE:FULL needs a RATE of at most 100 and a FULL of at least BEGIN")
    return MaxStartups(begin, rate, full)


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


def plain_address(source: str) -> str:
    """An address as PAM and the records know it: a socket for both families writes IPv4 as `::ffff:192.0.2.1`."""
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def network_of(source: str) -> str:
    """What counts as one source: an IPv4 address, or an IPv6 network of 64 bits, which one person can have."""
    address = plain_address(source)
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False))


def _penalty(count: int) -> float:
    doublings = min(max(0, count - FREE_FAILURES), 16)
    return min(LAST_PENALTY, FIRST_PENALTY * 2.0**doublings)
