"""Names on the disk."""

import asyncio
import logging
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from bridge.files import name_sync
from bridge.files.name_sync import WAITING_MAX, NameSync, sync_now

PATH_ONLY = os.O_PATH | os.O_DIRECTORY


class Spawned:
    """Owns the tasks, as a router does."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def __call__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(coroutine))

    async def ended(self) -> None:
        while waiting := [task for task in self.tasks if not task.done()]:
            await asyncio.wait(waiting)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The directories that fsync(2) was called for, in order."""
    paths: list[str] = []
    sync = os.fsync

    def record(fd: int) -> None:
        paths.append(str(Path(f"/proc/self/fd/{fd}").readlink()))
        sync(fd)

    monkeypatch.setattr(os, "fsync", record)
    return paths


async def test_many_saves_into_a_directory_cost_one_sync(tmp_path: Path, synced: list[str]) -> None:
    (tmp_path / "other").mkdir()
    spawned, names = Spawned(), NameSync()
    for _ in range(200):
        await asyncio.to_thread(names.add, spawned, os.open(tmp_path, PATH_ONLY))
    names.add(spawned, os.open(tmp_path / "other", PATH_ONLY))
    await asyncio.sleep(0)
    await spawned.ended()
    assert len(synced) <= 1 + len(spawned.tasks)
    assert set(synced) == {str(tmp_path), str(tmp_path / "other")}


async def test_what_comes_after_a_sync_has_one_of_its_own(tmp_path: Path, synced: list[str]) -> None:
    spawned, names = Spawned(), NameSync()
    for _ in range(2):
        names.add(spawned, os.open(tmp_path, PATH_ONLY))
        await asyncio.sleep(0)
        await spawned.ended()
    assert synced == [str(tmp_path)] * 2


async def test_more_directories_than_may_wait_are_synced_at_once(
    tmp_path: Path, synced: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_sync, "DELAY", 0.5)
    spawned, names = Spawned(), NameSync()
    for number in range(WAITING_MAX + 1):
        (tmp_path / str(number)).mkdir()
        names.add(spawned, os.open(tmp_path / str(number), PATH_ONLY))
        await asyncio.sleep(0)
    assert synced == [str(tmp_path / str(WAITING_MAX))]
    await spawned.ended()
    assert len(synced) == WAITING_MAX + 1


def test_a_directory_that_is_gone_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    directory = os.open(tmp_path / "gone", PATH_ONLY)
    (tmp_path / "gone").rmdir()
    sync_now(directory)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(directory)


def test_a_disk_that_fails_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_fd: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with caplog.at_level(logging.WARNING):
        sync_now(os.open(tmp_path, PATH_ONLY))
    assert caplog.messages == ["cannot make a saved file's name durable: Input/output error"]
