"""Descriptors that came to us by other ways, such as a D-Bus reply, and wait to be opened as `stream` channels."""

import os
from collections.abc import Iterable

from bridge.protocol import JsonObject, Problem

WAITING_MAX = 64
"""Descriptors that wait; with more, the oldest is closed."""


class InternalStreams:
    """Each has a name that is said once, is opened at most once, and is closed at the latest with its owner."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[int, object]] = {}
        self._count = 0

    def add(self, fds: Iterable[int], owner: object) -> list[JsonObject]:
        """What to open to have copies of `fds`, as options of a channel; Problem without a descriptor left."""
        return [{"payload": "stream", "internal": self._add(fd, owner)} for fd in fds]

    def _add(self, fd: int, owner: object) -> str:
        try:
            copy = os.dup(fd)
        except OSError as exc:
            raise Problem("org.freedesktop.DBus.Error.LimitsExceeded", f"no descriptor is left: {exc}") from None
        self._count += 1
        name = f"internal-stream-{self._count}"
        self._waiting[name] = copy, owner
        if len(self._waiting) > WAITING_MAX:
            os.close(self.take(next(iter(self._waiting))))
        return name

    def take(self, name: str) -> int:
        """The descriptor `name`, which is the caller's from now on; Problem `not-found`."""
        if name not in self._waiting:
            raise Problem("not-found", f"there is no stream {name!r:.80}, or not any more")
        return self._waiting.pop(name)[0]

    def drop(self, owner: object) -> None:
        """Close what `owner` had and nobody has opened."""
        for name in [name for name, (_, other) in self._waiting.items() if other is owner]:
            os.close(self.take(name))
