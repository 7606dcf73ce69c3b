import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from plugins.machines.history import recorder as module
from plugins.machines.history.history import History
from plugins.machines.history.history_store import load, path_of
from plugins.machines.history.recorder import Recorder
from plugins.machines.providers.choice import Choice
from plugins.machines.providers.connections import Connections


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEP", 0.02)


async def measured(history: History, key: str) -> None:
    async with asyncio.timeout(10):
        while not [value for value in history.of(key, "hour", time.time())["cpu"] if value is not None]:
            await asyncio.sleep(0.01)


async def test_a_connection_is_recorded_once_and_also_while_nobody_looks(
    world: str, uuid: Callable[[int], str]
) -> None:
    connections = Connections()
    recorder = Recorder(connections)
    async with connections.use(Choice(world)) as watcher:
        history = recorder.begin(Choice(world))
        assert recorder.begin(Choice(world, provider="libvirt-python")) is history
        await watcher.settled.wait()
    await measured(history, uuid(1))
    (shared,) = connections._shared.values()
    assert shared.watcher is watcher
    assert history.of(uuid(2), "hour", time.time())["cpu"].count(None) == 720, "it is shut off"
    await recorder.close()
    assert connections._shared == {}


async def test_one_that_does_not_answer_is_not_held(caplog: pytest.LogCaptureFixture) -> None:
    connections = Connections()
    recorder = Recorder(connections)
    first = recorder.begin(Choice("test:///nowhere"))
    async with asyncio.timeout(10):
        while connections._shared or recorder._tasks:
            await asyncio.sleep(0.01)
    assert recorder.begin(Choice("test:///nowhere")) is first
    await recorder.close()


async def test_no_more_than_a_few_are_recorded(monkeypatch: pytest.MonkeyPatch, make_world: Callable[..., str]) -> None:
    monkeypatch.setattr(module, "RECORDED_MAX", 1)
    recorder = Recorder(Connections())
    recorder.begin(Choice(make_world()))
    recorder.begin(Choice(make_world()))
    assert len(recorder._tasks) == 1
    await recorder.close()


async def test_what_was_recorded_is_there_at_the_next_login(world: str, uuid: Callable[[int], str]) -> None:
    first = Recorder(Connections())
    await measured(first.begin(Choice(world)), uuid(1))
    await first.close()
    assert [minute.key for minute in load(path_of(world, os.environ), time.time())] == [uuid(1)]
    second = Recorder(Connections())
    history = second.begin(Choice(world))
    await measured(history, uuid(1))
    await second.close()


async def test_a_disk_that_takes_nothing_costs_no_history(
    world: str, uuid: Callable[[int], str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    recorder = Recorder(Connections())
    await measured(recorder.begin(Choice(world)), uuid(1))
    await recorder.close()
    assert len([record for record in caplog.records if "in memory only" in record.message]) == 1
