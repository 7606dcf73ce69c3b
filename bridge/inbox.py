"""What the other side of a channel sent and the channel has not taken yet: bounded, in order."""

from collections import deque

INPUT_MAX = 2 * 1024 * 1024
"""Bytes a channel may leave unread before the bridge stops reading its input."""
ENTRY_COST = 128
"""Bytes that an entry counts at least, so that many empty frames cannot fill memory."""
INPUT_PATIENCE = 10.0
"""Seconds that a channel over `INPUT_MAX` may take nothing while others wait to be read, before it is closed."""


class Inbox:
    """Data frames, and between them the control messages that must keep their place, encoded."""

    __slots__ = ("_entries", "size")

    def __init__(self) -> None:
        self._entries: deque[tuple[bytes, bool]] = deque()
        self.size = 0
        """Bytes that wait; an entry counts `ENTRY_COST` at least."""

    def __bool__(self) -> bool:
        return bool(self._entries)

    @property
    def is_full(self) -> bool:
        """Whether nothing more should be read for now."""
        return self.size > INPUT_MAX

    def put(self, content: bytes, *, is_data: bool) -> None:
        """Append; there is no refusal here, whoever reads the input stops when the box `is_full`."""
        self._entries.append((content, is_data))
        self.size += max(len(content), ENTRY_COST)

    def take(self) -> tuple[bytes, bool]:
        """The oldest entry, and whether it is data; IndexError when there is none."""
        entry = self._entries.popleft()
        self.size -= max(len(entry[0]), ENTRY_COST)
        return entry

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self.size = 0
