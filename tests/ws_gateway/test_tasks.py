import asyncio

import pytest

from ws_gateway.tasks import Tasks


async def test_stopping_cancels_and_waits() -> None:
    tasks = Tasks()
    ended = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    tasks.start(work(), "work")
    await asyncio.sleep(0)
    await tasks.stop()
    assert ended == [True]
    assert len(tasks) == 0


async def test_a_failure_is_logged_and_hurts_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks()

    async def fail() -> None:
        raise RuntimeError

    tasks.start(asyncio.sleep(60), "other")
    failing = tasks.start(fail(), "this one")
    await asyncio.wait([failing])
    await asyncio.sleep(0)
    assert "task this one failed: RuntimeError" in caplog.text
    assert len(tasks) == 1
    await tasks.stop()
