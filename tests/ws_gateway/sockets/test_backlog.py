import asyncio

import pytest

from bridge.protocol import Problem
from ws_gateway.sockets.backlog import Backlog


async def test_items_come_in_order_and_count_until_the_next_is_asked_for() -> None:
    backlog: Backlog[str] = Backlog(soft=10, hard=20)
    backlog.put("a", 6)
    backlog.put("b", 5)
    assert backlog.congested
    assert await backlog.get() == "a"
    assert backlog.size == 11
    assert await backlog.get() == "b"
    assert backlog.size == 5
    assert not backlog.congested


async def test_more_than_the_hard_limit_is_refused() -> None:
    backlog: Backlog[str] = Backlog(soft=10, hard=20)
    backlog.put("one item may be larger", 30)
    with pytest.raises(Problem, match="too-slow"):
        backlog.put("more", 1)
    backlog.put("nothing always fits", 0)
    assert await backlog.get() == "one item may be larger"


async def test_settling_waits_for_the_reader() -> None:
    backlog: Backlog[str] = Backlog(soft=10, hard=20)
    backlog.put("a", 11)
    backlog.put("b", 1)

    async def read() -> None:
        await backlog.get()
        await backlog.get()

    async with asyncio.TaskGroup() as group:
        settled = group.create_task(backlog.settle())
        await asyncio.sleep(0)
        assert not settled.done()
        group.create_task(read())


async def test_settling_has_an_end() -> None:
    backlog: Backlog[str] = Backlog(soft=10, hard=20)
    backlog.put("a", 11)
    with pytest.raises(Problem, match="too-slow"):
        await backlog.settle(patience=0.01)


async def test_a_reader_waits_for_an_item() -> None:
    backlog: Backlog[str] = Backlog()
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(backlog.get())
        await asyncio.sleep(0)
        backlog.put("late", 4)
    assert reading.result() == "late"


async def test_clearing_keeps_what_is_in_hand() -> None:
    backlog: Backlog[str] = Backlog()
    backlog.put("a", 1)
    backlog.put("b", 2)
    await backlog.get()
    backlog.clear()
    assert backlog.size == 1


def test_who_does_not_wait_takes_many_and_an_item_of_no_size_alone() -> None:
    backlog: Backlog[str] = Backlog(soft=10, hard=20)
    for item, size in (("a", 4), ("b", 4), ("c", 4), ("do", 0), ("e", 4)):
        backlog.put(item, size)
    assert backlog.take(6) == ["a", "b"]
    assert backlog.congested
    assert backlog.take(100) == ["c"]
    assert backlog.take(100) == ["do"]
    assert (backlog.take(100), backlog.size) == (["e"], 4)
    assert (backlog.take(100), backlog.size) == ([], 0)
