import asyncio
import threading
import time

import pytest

from bridge.protocol import Problem
from plugins.machines.providers.workers import Workers


async def test_results_and_errors_come_back() -> None:
    workers = Workers("test", 2)
    assert await workers.call(lambda: 42) == 42
    with pytest.raises(KeyError):
        await workers.call(lambda: {}["missing"])
    workers.close()


async def test_calls_run_beside_the_event_loop_and_at_most_so_many_at_once() -> None:
    workers = Workers("test", 2)
    both = threading.Barrier(2, timeout=10)
    names = await asyncio.gather(
        *(workers.call(lambda: (both.wait(), threading.current_thread().name)[1]) for _ in "ab")
    )
    assert sorted(names) == ["test-1", "test-2"]

    running, most = [], []

    def note() -> None:
        running.append(1)
        most.append(len(running))
        time.sleep(0.005)  # noqa: TID251 - a thread
        running.pop()

    await asyncio.gather(*(workers.call(note) for _ in range(20)))
    assert max(most) <= 2
    workers.close()


async def test_a_call_that_hangs_is_given_up_and_its_result_discarded() -> None:
    workers = Workers("test", 1)
    go_on = threading.Event()
    discarded: list[str] = []
    with pytest.raises(Problem, match=r"timeout: libvirt did not answer within 0\.05 seconds"):
        await workers.call(lambda: go_on.wait(10) and "late", limit=0.05, discard=discarded.append)
    with pytest.raises(Problem, match="timeout"):
        await workers.call(lambda: "no thread is free", limit=0.05)
    go_on.set()
    assert await workers.call(lambda: "free again") == "free again"
    assert discarded == ["late"]
    workers.close()


async def test_a_cancelled_call_discards_its_result() -> None:
    workers = Workers("test", 1)
    started, go_on, discarded = threading.Event(), threading.Event(), threading.Event()

    def hang() -> str:
        started.set()
        go_on.wait(10)
        return "late"

    call = asyncio.get_running_loop().create_task(workers.call(hang, limit=None, discard=lambda _: discarded.set()))
    await asyncio.to_thread(started.wait, 10)
    call.cancel()
    await asyncio.wait({call})
    assert call.cancelled()
    go_on.set()
    assert await asyncio.to_thread(discarded.wait, 10)
    workers.close()


async def test_a_queue_that_moves_does_not_time_out() -> None:
    workers = Workers("test", 1)
    calls = (workers.call(lambda: time.sleep(0.02), limit=0.25) for _ in range(25))  # noqa: TID251 - a thread
    await asyncio.gather(*calls)
    workers.close()


async def test_close_ends_the_threads() -> None:
    before = set(threading.enumerate())
    workers = Workers("test", 3)
    barrier = threading.Barrier(3, timeout=10)
    await asyncio.gather(*(workers.call(barrier.wait) for _ in range(3)))
    threads = set(threading.enumerate()) - before
    assert len(threads) == 3
    workers.close()
    for thread in threads:
        await asyncio.to_thread(thread.join, 10)
        assert not thread.is_alive()
