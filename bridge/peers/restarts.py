"""When a process that ended may start again: at once, after a pause, or not for a while."""

from bridge.protocol import Problem

QUICK_DEATH = 10.0
"""A process that lived for fewer seconds is started again only after a pause."""
PAUSE_FIRST, PAUSE_MAX = 0.5, 30.0
QUICK_DEATHS_MAX = 5
"""After so many in a row it is given up, until `REST` is over or it is forgiven."""
REST = 60.0


class Restarts:
    """The ends of one process; times are seconds of the caller's clock."""

    def __init__(self) -> None:
        self.pause = 0.0
        """Seconds to wait before the next start."""
        self._quick_deaths = 0
        self._given_up: tuple[float, Problem] | None = None

    def check(self, now: float) -> None:
        """Raise the Problem of the last end while the process is given up."""
        if self._given_up is None:
            return
        if self.is_given_up(now):
            raise self._given_up[1]
        self.forgive()

    def is_given_up(self, now: float) -> bool:
        """Whether `check` would raise."""
        return self._given_up is not None and now - self._given_up[0] < REST

    def forgive(self) -> None:
        """Whatever made it end quickly may be mended."""
        self._given_up, self._quick_deaths, self.pause = None, 0, 0.0

    def ended(self, lived: float, problem: Problem, now: float) -> None:
        """It ended after `lived` seconds with `problem`."""
        if lived > QUICK_DEATH:
            self.forgive()
            return
        self.pause = min(max(self.pause * 2, PAUSE_FIRST), PAUSE_MAX)
        self._quick_deaths += 1
        if self._quick_deaths >= QUICK_DEATHS_MAX:
            times = f"It ended so {self._quick_deaths} times in a row, and rests for {REST:.0f} seconds."
            message = f"{problem.message}. {times}" if problem.message else times
            self._given_up = now, Problem(problem.code, message, **problem.extra)
