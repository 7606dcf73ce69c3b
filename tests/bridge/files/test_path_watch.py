"""Watching paths."""

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path

from bridge.files import inotify as events
from bridge.files.path_watch import PathWatch
from bridge.protocol import Problem


class Seen:
    def __init__(self) -> None:
        self.replacements: asyncio.Queue[None] = asyncio.Queue()
        self.changes: asyncio.Queue[tuple[int, str]] = asyncio.Queue()

    def replaced(self) -> None:
        self.replacements.put_nowait(None)

    def changed(self, mask: int, name: str) -> None:
        self.changes.put_nowait((mask, name))

    def failed(self, problem: Problem) -> None:
        raise AssertionError(problem)

    async def replacement(self) -> None:
        async with asyncio.timeout(10):
            await self.replacements.get()

    async def change(self, mask: int, name: str = "") -> None:
        async with asyncio.timeout(10):
            while await self.changes.get() != (mask, name):
                pass


def retarget(link: Path, target: str) -> None:
    new = link.with_name("new-link")
    new.symlink_to(target)
    new.rename(link)


async def test_a_file_comes_changes_and_goes(tmp_path: Path) -> None:
    seen = Seen()
    file = tmp_path / "file"
    with PathWatch(str(file), seen) as watch:
        assert (watch.info, watch.error) == (None, errno.ENOENT)
        file.touch()
        await seen.replacement()
        assert watch.info is not None
        file.write_text("x")
        await seen.change(events.MODIFY)
        await seen.change(events.CLOSE_WRITE)
        file.chmod(0o600)
        await seen.change(events.ATTRIB)
        file.unlink()
        await seen.replacement()
        assert watch.error == errno.ENOENT


async def test_a_file_that_takes_the_inode_of_the_one_before(tmp_path: Path) -> None:
    seen = Seen()
    file = tmp_path / "file"
    file.touch()
    with PathWatch(str(file), seen):
        for _ in range(5):
            file.unlink()
            file.touch()
            await seen.replacement()
            file.write_text("x")
            await seen.change(events.MODIFY)


STEPS: list[tuple[Callable[[Path], object], int]] = [
    (lambda d: (d / "a").rename(d / "z"), errno.ENOENT),
    (lambda d: (d / "z").rename(d / "a"), 0),
    (lambda d: retarget(d / "a/link", "other"), errno.ENOENT),
    (lambda d: (d / "a/other/file").touch(), 0),
    (lambda d: (d / "a/other").rename(d / "a/third"), errno.ENOENT),
    (lambda d: (d / "a/other").touch(), errno.ENOTDIR),
    (lambda d: (d / "a/link").unlink(), errno.ENOENT),
    (lambda d: (d / "a/link").symlink_to("link"), errno.ELOOP),
    (lambda d: retarget(d / "a/link", "real"), 0),
    (lambda d: retarget(d / "a/real/file", "../third/file"), 0),
    (lambda d: (d / "a/third/file").rename(d / "a/third/x"), errno.ENOENT),
]


def is_up_to_date(watch: PathWatch, path: Path, error: int) -> bool:
    if watch.info is None or not path.exists():
        return watch.error == error != 0
    return error == 0 and os.path.samestat(watch.info, path.stat())


async def test_replacing_any_component(tmp_path: Path) -> None:
    seen = Seen()
    for name in ("a", "a/real", "a/other"):
        (tmp_path / name).mkdir()
    (tmp_path / "a/real/file").touch()
    (tmp_path / "a/link").symlink_to("real")
    path = tmp_path / "a/link/file"
    with PathWatch(str(path), seen) as watch:
        assert watch.info is not None
        for step, error in STEPS:
            step(tmp_path)
            async with asyncio.timeout(10):
                while not is_up_to_date(watch, path, error):
                    await seen.replacement()


async def test_the_entries_of_a_directory(tmp_path: Path) -> None:
    seen = Seen()
    with PathWatch(f"{tmp_path}/", seen):
        (tmp_path / "a").touch()
        await seen.change(events.CREATE, "a")
        (tmp_path / "a").rename(tmp_path / "b")
        await seen.change(events.MOVED_TO, "b")
        (tmp_path / "b").unlink()
        await seen.change(events.DELETE, "b")


async def test_a_slash_at_the_end_wants_a_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with PathWatch(f"{tmp_path}/file/", Seen()) as watch:
        assert watch.error == errno.ENOTDIR


async def test_nothing_is_left_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with PathWatch(str(tmp_path / "a/b"), Seen()):
        (tmp_path / "a").mkdir()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


async def test_other_files_of_a_directory_do_not_matter(tmp_path: Path) -> None:
    seen = Seen()
    (tmp_path / "file").touch()
    with PathWatch(str(tmp_path / "file"), seen):
        for i in range(100):
            (tmp_path / f"other{i}").write_text("x")
        (tmp_path / "file").write_text("x")
        await seen.change(events.CLOSE_WRITE)
        assert seen.replacements.empty()
