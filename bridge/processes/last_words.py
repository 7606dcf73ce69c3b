"""What another process says on stderr: into our log, and its last lines kept for whoever asks why it ended."""

import asyncio
import logging
from collections import deque

from bridge.processes.pipe import Pipe

log = logging.getLogger(__name__)

LINES_KEPT = 16
LINE_MAX = 500
"""Characters of one line; the rest is left out."""
LOGGED_MAX, LOGGED_PERIOD = 100, 10.0
"""Lines that are logged in so many seconds; of more only the number."""
_READ = 4096


class LastWords:
    """The stderr of one process; `name` is what the log calls it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._kept: deque[str] = deque(maxlen=LINES_KEPT)
        self._period = float("-inf")
        self._logged = 0
        self._left_out = 0

    @property
    def lines(self) -> list[str]:
        """The last lines."""
        return list(self._kept)

    def clear(self) -> None:
        """Forget them: another process begins, or they were told."""
        self._kept.clear()

    async def listen(self, said: Pipe) -> None:
        """Read until nobody holds the other end any more."""
        rest = b""
        while data := await said.read(_READ):
            *lines, rest = (rest + data).split(b"\n")
            rest = rest[-_READ:]
            for line in lines:
                self._keep(line)
        if rest:
            self._keep(rest)
        self._tell_left_out()

    def _keep(self, line: bytes) -> None:
        text = line.decode(errors="replace")[:LINE_MAX]
        self._kept.append(text)
        now = asyncio.get_running_loop().time()
        if now - self._period >= LOGGED_PERIOD:
            self._tell_left_out()
            self._period, self._logged = now, 0
        if self._logged < LOGGED_MAX:
            self._logged += 1
            log.warning("%s: %s", self._name, text)
        else:
            self._left_out += 1

    def _tell_left_out(self) -> None:
        if self._left_out:
            log.warning("%s: %d lines are left out", self._name, self._left_out)
            self._left_out = 0
