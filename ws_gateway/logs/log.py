"""The log: one line per event on stderr, without header values, tokens or query strings."""

import logging
import time
from collections.abc import Callable

from ws_gateway.logs.log_writer import LogWriter

TEXT_MAX = 64
"""Characters of a value from outside that a log line shows."""


def set_up() -> None:
    """Our lines from INFO on; of the web server only what is wrong with it (its INFO lines quote requests)."""
    logging.basicConfig(level=logging.INFO, format="pilothouse: %(message)s", handlers=[LogWriter()])
    logging.getLogger("tornado").setLevel(logging.WARNING)
    logging.getLogger("tornado.general").addFilter(_Sieve())
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def printable(text: str, limit: int = TEXT_MAX) -> str:
    """`text` from outside, fit for a log line: cut to `limit`, all that is not plainly printable escaped."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:limit])
    return shown + "…" if len(text) > limit else shown


class Throttle:
    """Lets through `count` events per `period` seconds, and tells how many it held back."""

    def __init__(self, count: int, period: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._period = period
        self._clock = clock
        self._until = clock() + period
        self._seen = 0

    def admit(self) -> tuple[bool, int]:
        """Whether the event may pass; and, where a period ended, how many of it were held back."""
        admitted, suppressed = self.admit_some(1)
        return admitted > 0, suppressed

    def admit_some(self, count: int) -> tuple[int, int]:
        """How many of `count` events may pass, the first ones; and the same."""
        suppressed = 0
        if self._clock() >= self._until:
            suppressed = max(0, self._seen - self._count)
            self._until = self._clock() + self._period
            self._seen = 0
        admitted = min(max(0, self._count - self._seen), count)
        self._seen += count
        return admitted, suppressed


class _Sieve(logging.Filter):
    """The web server's complaints about what it was sent: a few of them, however much is sent."""

    def __init__(self) -> None:
        super().__init__()
        self._throttle = Throttle(count=20, period=10.0)

    def filter(self, record: logging.LogRecord) -> bool:
        return self._throttle.admit()[0]


class ThrottledLog:
    """Warnings that whoever can reach the port can cause: a few of them, and a count of the rest."""

    def __init__(self, name: str, count: int = 20, period: float = 10.0) -> None:
        self._log = logging.getLogger(name)
        self._throttle = Throttle(count, period)

    def warning(self, message: str, *values: object) -> None:
        """Logs, unless there were too many lately."""
        admitted, suppressed = self._throttle.admit()
        if suppressed:
            self._log.warning("%d more like the following were not logged", suppressed)
        if admitted:
            self._log.warning(message, *values)
