"""The timer of a session."""

import asyncio

import pytest

from bridge import idle_timer
from bridge.idle_timer import IdleTimer


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[int] = asyncio.Queue()

    def countdown(self, seconds: int) -> None:
        self.told.put_nowait(seconds)

    def logout(self) -> None:
        self.told.put_nowait(0)

    async def next(self) -> int:
        async with asyncio.timeout(10):
            return await self.told.get()


async def test_it_counts_down_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle_timer, "GRACE", 1)
    expired = asyncio.Event()
    timer = IdleTimer(60, expired.set, second=0.001)
    heard = Heard()
    timer.add(heard)
    assert [await heard.next() for _ in range(31)] == list(range(30, -1, -1))
    async with asyncio.timeout(10):
        await expired.wait()
    timer.remove(heard)


async def test_a_restart_begins_anew() -> None:
    timer = IdleTimer(31, lambda: None, second=0.01)
    heard = Heard()
    timer.add(heard)
    assert [await heard.next() for _ in range(3)] == [30, 29, 28]
    timer.restart()
    assert await heard.next() == 30
    timer.remove(heard)


async def test_it_runs_only_while_somebody_listens() -> None:
    timer = IdleTimer(30, lambda: None, second=0.001)
    first, second = Heard(), Heard()
    timer.add(first)
    timer.add(second)
    timer.remove(first)
    assert await second.next() == 30
    timer.remove(second)
    left = second.told.qsize()
    await asyncio.sleep(0.02)
    assert second.told.qsize() == left
    timer.remove(second)
    timer.restart()
    await asyncio.sleep(0.02)
    assert second.told.qsize() == left


async def test_it_may_end_within_a_countdown_that_expires() -> None:
    heard = Heard()
    timer = IdleTimer(1, lambda: None, second=0.001)
    timer.add(heard)
    assert [await heard.next(), await heard.next()] == [1, 0]
    timer.remove(heard)


async def test_without_a_limit_it_never_runs() -> None:
    timer = IdleTimer(0, lambda: None, second=0.0)
    heard = Heard()
    timer.add(heard)
    timer.restart()
    await asyncio.sleep(0.02)
    assert heard.told.empty()
    timer.remove(heard)
