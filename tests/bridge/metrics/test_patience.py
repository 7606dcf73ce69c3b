"""Questions that may never be answered."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from bridge.metrics import patience
from bridge.metrics.patience import FILE_SYSTEMS, ask


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What a question waits for; patience is short."""
    monkeypatch.setattr(patience, "PATIENCE", 0.1)
    event = threading.Event()
    yield event
    event.set()


async def test_an_answer_and_an_error() -> None:
    assert await ask(divmod, 7, 2) == (3, 1)
    with pytest.raises(ValueError, match="invalid literal"):
        await ask(int, "x")


async def test_the_same_question_is_asked_once_at_a_time(gate: threading.Event) -> None:
    asked = []

    def question(name: str) -> str:
        asked.append(name)
        gate.wait(30)
        return name

    waiting = asyncio.gather(*(ask(question, name) for name in "aab"))
    await asyncio.sleep(0)  # until each of them has asked
    gate.set()
    assert await waiting == ["a", "a", "b"]
    assert sorted(asked) == ["a", "b"]
    assert await ask(question, "a") == "a"
    assert sorted(asked) == ["a", "a", "b"]


async def test_what_hangs_is_waited_for_once(gate: threading.Event) -> None:
    def question() -> int:
        gate.wait(30)
        return 1

    assert await ask(question) is None
    start = time.monotonic()
    for _ in range(100):
        assert await ask(question) is None
    assert time.monotonic() - start < 0.1
    gate.set()
    while await ask(question) is None:
        await asyncio.sleep(0.001)


async def test_a_channel_that_ends_leaves_the_question_alone(gate: threading.Event) -> None:
    def question() -> int:
        gate.wait(30)
        return 1

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await ask(question)
    gate.set()
    while await ask(question) is None:
        await asyncio.sleep(0.001)


async def test_file_systems_that_hang_stop_no_one_else(gate: threading.Event) -> None:
    async with asyncio.TaskGroup() as tasks:
        hanging = [
            tasks.create_task(ask(lambda _: gate.wait(30), number, threads=FILE_SYSTEMS)) for number in range(20)
        ]
        assert await ask(int, "1") == 1
    assert [task.result() for task in hanging] == [None] * 20
    gate.set()
    while await ask(int, "2", threads=FILE_SYSTEMS) is None:
        await asyncio.sleep(0.001)
