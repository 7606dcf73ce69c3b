"""The inotify binding."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.files import inotify as events
from bridge.files.inotify import Inotify, Watch, inotify


class Ear:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[int, str]] = asyncio.Queue()

    def __call__(self, mask: int, name: str) -> None:
        self.heard.put_nowait((mask, name))

    async def next(self) -> tuple[int, str]:
        async with asyncio.timeout(10):
            return await self.heard.get()


def add(notify: Inotify, path: Path, mask: int, ear: Ear, name: str | None = None) -> Watch:
    fd = os.open(path, os.O_PATH)
    try:
        return notify.add(fd, mask, ear, name)
    finally:
        os.close(fd)


async def test_watches_share_one_descriptor_while_there_are_any(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    ear = Ear()
    watches = [add(inotify(), tmp_path, events.CREATE, ear, f"file{i}") for i in range(1000)]
    assert len({watch.descriptor for watch in watches}) == 1
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
    (tmp_path / "file7").touch()
    assert await ear.next() == (events.CREATE, "file7")
    assert ear.heard.empty()
    for watch in watches:
        watch.close()
        watch.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


async def test_each_listener_hears_what_it_asked_for(tmp_path: Path) -> None:
    notify, one, two = Inotify(), Ear(), Ear()
    watches = [add(notify, tmp_path, events.CREATE, one), add(notify, tmp_path, events.DELETE, two)]
    (tmp_path / "ü").touch()
    (tmp_path / "ü").unlink()
    assert await one.next() == (events.CREATE, "ü")
    assert await two.next() == (events.DELETE, "ü")
    assert one.heard.empty()
    assert two.heard.empty()
    for watch in watches:
        watch.close()


async def test_the_end_of_the_watched_thing(tmp_path: Path) -> None:
    notify, ear = Inotify(), Ear()
    (tmp_path / "file").touch()
    watch = add(notify, tmp_path / "file", events.DELETE_SELF, ear)
    (tmp_path / "file").unlink()
    assert await ear.next() == (events.DELETE_SELF, "")
    assert await ear.next() == (events.IGNORED, "")
    watch.close()


async def test_what_cannot_be_watched() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OSError, match="No such file"):
        Inotify().add(99999, events.CREATE, Ear())
    assert len(list(Path("/proc/self/fd").iterdir())) == before


WITHOUT_INSTANCES = """
import asyncio, os, pathlib
from bridge.files.inotify import Inotify
from bridge.protocol import Problem

async def main():
    pathlib.Path("/proc/sys/user/max_inotify_instances").write_text("0")
    try:
        Inotify().add(0, 0x100, print)
    except Problem as problem:
        print(problem)

asyncio.run(main())
"""


def test_the_systems_limit_is_a_problem() -> None:
    """In a user namespace, which has a limit of its own."""
    argv = ["unshare", "--user", "--map-root-user", sys.executable, "-I", "-c", WITHOUT_INSTANCES]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr:
        pytest.skip(done.stderr)
    assert done.stdout.startswith("limit: ")
    assert "max_user_instances" in done.stdout


async def test_lost_events_are_told_to_everybody(tmp_path: Path) -> None:
    notify, ear = Inotify(), Ear()
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    watch = add(notify, tmp_path, events.CREATE | events.DELETE, ear)
    for _ in range(limit // 2 + 10):
        os.close(os.open(tmp_path / "a", os.O_CREAT))
        (tmp_path / "a").unlink()
    while (await ear.next())[0] != events.OVERFLOW:
        pass
    watch.close()


async def test_equal_events_that_wait_are_one(tmp_path: Path) -> None:
    notify, ear = Inotify(), Ear()
    watch = add(notify, tmp_path, events.CREATE | events.DELETE, ear)
    for _ in range(3):
        (tmp_path / "file").touch()
        (tmp_path / "file").unlink()
    assert [await ear.next(), await ear.next()] == [(events.CREATE, "file"), (events.DELETE, "file")]
    assert ear.heard.empty()
    watch.close()
