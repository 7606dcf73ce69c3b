"""Waiting in threads."""

import asyncio
import threading

import pytest

from bridge.files.blocking import in_thread


async def test_result_and_error() -> None:
    assert await in_thread(lambda: threading.current_thread() is threading.main_thread()) is False
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


async def test_a_cancelled_caller_waits_for_the_end() -> None:
    started, give_up, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        assert give_up.wait(10)
        ended.set()

    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(in_thread(work, cancelled=give_up.set))
        await in_thread(lambda: started.wait(10))
        waiting.cancel()
    assert waiting.cancelled()
    assert ended.is_set()
