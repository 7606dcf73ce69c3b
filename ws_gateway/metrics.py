"""Figures about the gateway, in the text format of Prometheus."""

import asyncio
from collections import Counter
from collections.abc import Iterator

from ws_gateway.relay.sessions import Sessions

LOOK_EVERY = 0.5
"""Seconds between two looks at the event loop's lag."""
LAG_KEPT = 120
"""Looks of which the worst is told: a minute's."""
RESULTS = frozenset(
    (
        *("ok", "authentication-failed", "access-denied", "too-many-attempts", "too-many-sessions", "timeout"),
        *("no-host", "unknown-host", "unknown-hostkey", "invalid-hostkey", "authentication-not-supported"),
    )
)
"""What a login can come to by name; all else counts as `other`, so that nobody can make names."""


class Metrics:
    """What is counted as it happens; the rest is looked at when somebody asks."""

    def __init__(self) -> None:
        self._logins: Counter[str] = Counter(dict.fromkeys(("ok", "authentication-failed"), 0))
        self._lags: list[float] = []

    def count_login(self, result: str) -> None:
        """One more login that came to this: `ok`, or a problem."""
        self._logins[result if result in RESULTS else "other"] += 1

    async def watch_loop(self) -> None:
        """Measures, until cancelled, by how much the event loop is late."""
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(LOOK_EVERY)
            self._lags.append(max(0.0, loop.time() - before - LOOK_EVERY))
            del self._lags[:-LAG_KEPT]

    def text(self, sessions: Sessions, sockets: int) -> str:
        """All of it, for now."""
        return "".join(f"{line}\n" for line in self._lines(sessions, sockets))

    def _lines(self, sessions: Sessions, sockets: int) -> Iterator[str]:
        yield from _gauge("sessions", "Sessions that are open.", len(sessions))
        yield from _gauge("sockets", "WebSockets of pages.", sockets)
        yield from _gauge("channels", "Channels that are open.", sum(len(each.owners) for each in sessions))
        yield "# HELP pilothouse_bytes_total Bytes of messages between the gateway and bridges."
        yield "# TYPE pilothouse_bytes_total counter"
        received, sent = sessions.traffic
        yield f'pilothouse_bytes_total{{direction="from_bridges"}} {received}'
        yield f'pilothouse_bytes_total{{direction="to_bridges"}} {sent}'
        yield "# HELP pilothouse_logins_total Logins by what they came to."
        yield "# TYPE pilothouse_logins_total counter"
        for result, count in sorted(self._logins.items()):
            yield f'pilothouse_logins_total{{result="{result}"}} {count}'
        worst = f"{max(self._lags, default=0.0):.6f}"
        yield from _gauge("event_loop_lag_seconds", "The worst delay of the event loop in the last minute.", worst)


def _gauge(name: str, text: str, value: object) -> Iterator[str]:
    yield f"# HELP pilothouse_{name} {text}"
    yield f"# TYPE pilothouse_{name} gauge"
    yield f"pilothouse_{name} {value}"
