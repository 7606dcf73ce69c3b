"""A bounded queue between one writer who must not wait and one reader who may be slow."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

from bridge.protocol import Problem

SOFT_MAX = 3 * 1024 * 1024
"""Bytes waiting from which on the source is paused."""
HARD_MAX = 16 * 1024 * 1024
"""Bytes waiting past which the reader is given up."""
PATIENCE = 0.7
"""Seconds for which the source is paused before the reader is given up: it is the source of others as well."""

T = TypeVar("T")


class Backlog(Generic[T]):
    """Items in order, their bytes counted until the reader comes back for the next."""

    def __init__(self, soft: int = SOFT_MAX, hard: int = HARD_MAX) -> None:
        self._soft = soft
        self._hard = hard
        self._items: deque[tuple[T, int]] = deque()
        self._size = 0
        self._in_hand = 0
        self._arrived = asyncio.Event()
        self._eased = asyncio.Event()
        self._eased.set()

    @property
    def size(self) -> int:
        """Bytes waiting, with those of the item that the reader has in hand."""
        return self._size

    @property
    def congested(self) -> bool:
        """Whether the source should wait (`settle`)."""
        return self._size > self._soft

    def put(self, item: T, size: int) -> None:
        """Adds an item; Problem `too-slow` when more than the hard limit would wait. One of 0 bytes always fits."""
        if size and self._size and self._size + size > self._hard:
            raise Problem("too-slow", "too much data is waiting to be read")
        self._items.append((item, size))
        self._grow(size)
        self._arrived.set()

    async def get(self) -> T:
        """The next item; asking for it says that the one before it is dealt with. One reader only."""
        self._grow(-self._in_hand)
        self._in_hand = 0
        while not self._items:
            self._arrived.clear()
            await self._arrived.wait()
        item, self._in_hand = self._items.popleft()
        return item

    def take(self, size: int) -> list[T]:
        """The next items of about `size` bytes together, for a reader who does not wait; none: nothing is there.

        One of 0 bytes comes alone. Asking says, as with `get`, that what was got before is dealt with.
        """
        self._grow(-self._in_hand)
        self._in_hand = 0
        taken: list[T] = []
        while self._items and self._in_hand < size:
            item, weight = self._items[0]
            if not weight and taken:
                break
            self._items.popleft()
            self._in_hand += weight
            taken.append(item)
            if not weight:
                break
        return taken

    def clear(self) -> None:
        """Forgets what nobody has in hand."""
        self._items.clear()
        self._grow(self._in_hand - self._size)

    async def settle(self, patience: float = PATIENCE) -> None:
        """Waits until it is no longer congested; Problem `too-slow` when that takes longer than `patience` seconds."""
        try:
            await asyncio.wait_for(self._eased.wait(), patience)
        except TimeoutError:
            raise Problem("too-slow", "the data was not read in time") from None

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > self._soft:
            self._eased.clear()
        elif not self._eased.is_set():
            self._eased.set()
