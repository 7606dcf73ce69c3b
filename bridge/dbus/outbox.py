"""The output of one channel, in order, and bounded where its client is slow."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bridge.protocol import FRAME_MAX

MESSAGE_MAX = FRAME_MAX - 1024
"""Bytes of the longest message that whoever reads our frames takes, less room for the channel's name."""
BURST = 64 * 1024
"""Bytes that are sent before asking whether the client takes more."""
QUEUE_MAX = 2 * 1024 * 1024
"""Bytes that may wait before `put` refuses; replies, of which a client decides how many there are, still fit.

With what waits further on, a client that does not read costs less than 4 MiB.
"""
QUEUE_COUNT_MAX = 4096
"""Messages that may wait before `put` refuses."""
FULL = 1024 * 1024
"""Bytes that wait when the channel shall stop taking requests."""


class Slot:
    """A place in the output that is filled later; what comes after it waits."""

    __slots__ = ("payloads",)

    def __init__(self) -> None:
        self.payloads: list[bytes] | None = None


class Outbox:
    """Sends with `send` at once while the client keeps up; otherwise what is put waits for `drain`.

    `spawn` runs the task that does the waiting; there is none while nothing waits.
    """

    def __init__(
        self,
        send: Callable[[bytes], None],
        drain: Callable[[], Awaitable[None]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._send = send
        self._drain = drain
        self._spawn = spawn
        self._queue: deque[bytes | Slot] = deque()
        self._size = 0
        self._burst = 0
        self._is_pumping = False
        self._waiters: list[asyncio.Future[None]] = []

    def put(self, payload: bytes, *, bounded: bool = False) -> bool:
        """Send `payload` after what was put before; False when too much waits already, asked only if `bounded`."""
        if not self._queue and not self._is_pumping:
            self._emit(payload)
            return True
        if bounded and (self._size >= QUEUE_MAX or len(self._queue) >= QUEUE_COUNT_MAX):
            return False
        self._queue.append(payload)
        self._size += len(payload)
        return True

    def reserve(self) -> Slot:
        """Keep a place at the end of the output; it must be given to `fill`."""
        slot = Slot()
        self._queue.append(slot)
        return slot

    def fill(self, slot: Slot, payloads: list[bytes]) -> None:
        """Put `payloads`, of which there may be none, in the place of `slot`."""
        slot.payloads = payloads
        self._size += sum(map(len, payloads))
        if not self._is_pumping:
            self._advance()

    @property
    def is_full(self) -> bool:
        """Whether so much waits that the channel shall take no more requests."""
        return self._size > FULL

    async def room(self) -> None:
        """Wait while `is_full`."""
        while self.is_full:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    def flush(self) -> None:
        """Send all there is, whether the client is slow or not; places not filled stay empty. For the end."""
        while self._queue:
            self._send_head(self._queue.popleft())

    def _emit(self, payload: bytes) -> None:
        self._send(payload)
        self._burst += len(payload)
        if self._burst >= BURST and not self._is_pumping:
            self._is_pumping = True
            self._spawn(self._pump())

    async def _pump(self) -> None:
        while True:
            await self._drain()
            self._burst = 0
            self._advance()
            if self._burst < BURST:
                self._is_pumping = False
                return

    def _advance(self) -> None:
        while self._queue and self._burst < BURST:
            head = self._queue[0]
            if isinstance(head, Slot) and head.payloads is None:
                break
            self._queue.popleft()
            self._send_head(head)
        if not self.is_full:
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    def _send_head(self, head: bytes | Slot) -> None:
        for payload in (head.payloads or []) if isinstance(head, Slot) else [head]:
            self._size -= len(payload)
            self._emit(payload)
