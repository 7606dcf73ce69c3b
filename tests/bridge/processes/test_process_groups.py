"""Which groups live: one look for many."""

import asyncio
import os
import subprocess
from collections.abc import Iterator

import pytest

from bridge.processes import process_groups
from bridge.processes.process_groups import live_groups


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    """A process in a group of its own."""
    with subprocess.Popen(["sleep", "1000"], start_new_session=True) as process:
        yield process
        process.kill()


async def test_a_group_lives_until_its_last_process_ends(sleeper: "subprocess.Popen[bytes]") -> None:
    assert sleeper.pid in await live_groups()
    assert os.getpgrp() in await live_groups()
    sleeper.kill()
    async with asyncio.timeout(5):
        while sleeper.pid in await live_groups():
            await asyncio.sleep(0.01)
    # A zombie still has the group's number, and is no reason to wait.
    os.killpg(sleeper.pid, 0)


async def test_many_who_ask_share_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def look() -> list[int]:
        nonlocal looks
        looks += 1
        return [5]

    monkeypatch.setattr(process_groups, "_live_groups", look)
    assert await asyncio.gather(*(live_groups() for _ in range(500))) == [frozenset({5})] * 500
    assert looks == 1


async def test_who_gives_up_does_not_take_the_look_from_the_others() -> None:
    first = asyncio.get_running_loop().create_task(live_groups())
    second = asyncio.get_running_loop().create_task(live_groups())
    await asyncio.sleep(0)
    first.cancel()
    assert os.getpgrp() in await second
