"""Calls in threads of their own."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import wait

import pytest

from bridge.processes.daemon_threads import DaemonThreads


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a call waits for; open at the end."""
    event = threading.Event()
    yield event
    event.set()


def test_results_and_errors() -> None:
    threads = DaemonThreads("test", 2)
    assert threads.submit(divmod, 7, 2).result(10) == (3, 1)
    assert threads.submit(int, "7", base=8).result(10) == 7
    assert isinstance(threads.submit(int, "x").exception(10), ValueError)


def test_a_thread_is_used_again(gate: threading.Event) -> None:
    threads = DaemonThreads("test", 8)
    for _ in range(20):
        assert threads.submit(threading.current_thread).result(10).daemon
    names = {threads.submit(threading.current_thread).result(10).name for _ in range(20)}
    assert len(names) <= 2


def test_what_hangs_takes_one_thread_each_and_no_more(gate: threading.Event) -> None:
    threads = DaemonThreads("test", 2)
    hanging = threads.submit(gate.wait, 10)
    assert threads.submit(int, "1").result(10) == 1
    also = threads.submit(gate.wait, 10)
    waiting = threads.submit(int, "2")
    assert not wait([waiting], timeout=0.05).done
    gate.set()
    assert waiting.result(10) == 2
    assert hanging.result(10)
    assert also.result(10)


def test_what_is_cancelled_before_its_turn_never_runs(gate: threading.Event) -> None:
    threads = DaemonThreads("test", 1)
    ran = threading.Event()
    hanging = threads.submit(gate.wait, 10)
    cancelled = threads.submit(ran.set)
    assert cancelled.cancel()
    gate.set()
    assert threads.submit(int, "1").result(10) == 1
    assert hanging.result(10)
    assert not ran.is_set()


async def test_the_loop_takes_it_as_an_executor(gate: threading.Event) -> None:
    threads = DaemonThreads("test", 2)
    loop = asyncio.get_running_loop()
    assert await loop.run_in_executor(threads, int, "3") == 3
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await loop.run_in_executor(threads, gate.wait, 10)
