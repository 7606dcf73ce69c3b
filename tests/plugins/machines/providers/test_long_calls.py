import asyncio
from collections.abc import Callable

import pytest

from bridge.protocol import Problem
from plugins.machines.providers import long_calls
from plugins.machines.providers.long_calls import to_its_end

Told = list[tuple[float, float, str]]


class Call:
    """A call that comes to its end when it is told to."""

    def __init__(self) -> None:
        self.end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.looks = 0
        self.told: Told = []
        self.has_looked = asyncio.Event()
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        await self.end

    async def look(self) -> tuple[float, float] | None:
        self.looks += 1
        if self.looks == 1:
            raise Problem("not-found", "It is not there yet")
        if self.looks == 3:
            self.has_looked.set()
        return (self.looks, 10) if self.looks > 2 else None

    async def stop(self) -> None:
        self.stopped.set()
        raise Problem("internal-error", "It cannot be stopped")

    def start(self, stop: Callable[..., object] | None = None) -> asyncio.Task[bool]:
        waiting = to_its_end(
            self.run(),
            report=lambda *told: self.told.append(told),
            text="it",
            look=self.look,
            stop=self.stop if stop else None,
        )
        return asyncio.get_running_loop().create_task(waiting)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_calls, "LOOK_INTERVAL", 0.001)


async def test_how_far_it_is_is_told_while_it_runs() -> None:
    call = Call()
    waiting = call.start()
    await call.has_looked.wait()
    await asyncio.sleep(0)
    call.end.set_result(None)
    assert await waiting is False
    assert call.told[:2] == [(0, 0, "it"), (3, 10, "it")]


async def test_a_failure_is_its_own() -> None:
    call = Call()
    waiting = call.start()
    call.end.set_exception(Problem("not-found", "gone"))
    with pytest.raises(Problem, match="gone"):
        await waiting


async def test_a_cancellation_waits_for_what_becomes_of_it() -> None:
    call = Call()
    waiting = call.start(call.stop)
    await call.has_looked.wait()
    waiting.cancel()
    await call.stopped.wait()
    assert not waiting.done()
    call.end.set_exception(Problem("terminated", "aborted"))
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_cancellation_that_comes_too_late_is_none() -> None:
    call = Call()
    waiting = call.start()
    await call.has_looked.wait()
    waiting.cancel()
    await asyncio.sleep(0)
    call.end.set_result(None)
    assert await waiting is True
    assert waiting.cancelling() == 0


async def test_a_second_cancellation_waits_for_nothing() -> None:
    call = Call()
    waiting = call.start()
    await call.has_looked.wait()
    waiting.cancel()
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert call.end.cancelled()
