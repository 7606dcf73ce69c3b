"""Channels that a page closed, until the bridge has closed them too: their names are not free before (reference 1.7).

A page may use the name again at once, as with Cockpit's gateway. The bridge would not hear of the new channel, and the
page would take the old one's end for the new one's: what the page says meanwhile waits here.
"""

from bridge.protocol import Problem

HELD_MAX = 256 * 1024
"""Bytes that wait, of all channels of a page."""


class Reopened:
    """The names of one page."""

    __slots__ = ("_held", "_size")

    def __init__(self) -> None:
        self._held: dict[str, list[bytes]] = {}
        self._size = 0

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._held)

    def __contains__(self, channel: str | None) -> bool:
        """Whether the page closed it and the bridge did not."""
        return channel in self._held

    def waits(self, channel: str) -> bool:
        """Whether the page has opened it anew."""
        return bool(self._held.get(channel))

    def closed_by_page(self, channel: str) -> None:
        """The page closed it, whatever of it waited."""
        self._size -= sum(map(len, self._held.get(channel, ())))
        self._held[channel] = []

    def hold(self, channel: str, message: bytes) -> None:
        """The message waits, an `open` first. Problem `protocol-error` when too much does."""
        self._size += len(message)
        if self._size > HELD_MAX:
            raise Problem("protocol-error", "too much was said on channels whose names were not free yet")
        self._held[channel].append(message)

    def closed_by_bridge(self, channel: str) -> list[bytes] | None:
        """The name is free: what waited for that. None for a channel that the page did not close."""
        if (messages := self._held.pop(channel, None)) is not None:
            self._size -= sum(map(len, messages))
        return messages
