"""Attacks on files: what a save leaves behind when the disk, the bridge or the client fails it.

| case | test |
|------|------|
| 63 | test_63_no_space, test_63_no_more_quota_or_a_broken_disk, test_63_a_folder_that_cannot_be_synced, \
test_63_a_file_that_gets_too_large |
| 64 | test_64_killed_at_any_point, test_64_killed_at_a_system_call, test_64_stopped_and_continued, \
test_64_the_order_of_the_system_calls |
| 65 | test_65_cancelled_and_nothing_written_to_a_recycled_descriptor, test_65_the_connection_is_lost |
| 67 | test_67_owner_and_mode_without_a_tag, test_67_a_new_file, \
test_64_the_order_of_the_system_calls (0600 from birth) |
| 68 | test_68_labels_and_attributes, test_68_set_user_id_only_on_request, \
test_64_the_order_of_the_system_calls (owner before mode); ACLs: files/test_save.py |
| 69 | test_69_links, test_69_another_hard_link_keeps_the_old_content; whose links: files/test_links.py |
| 70 | test_group_g_names.py; whose links are followed: files/test_links.py |
| 72, 73 | test_group_g_names.py |
| 74 | test_group_g_watches.py |
"""

import asyncio
import contextlib
import os
import random
import re
import resource
import signal
import stat
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bridge.files.tags import tag_of

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounts, and gives files away")
OLD = b"the old version, all of it"
FAULTY_DISK = Path(__file__).parents[2] / "testbed/faulty_disk.py"
ON_A_SMALL_DISK = 'mount -t tmpfs -o size=1m none "$0" && exec "$@"'
PRIVATELY = ["unshare", "--mount", "--propagation", "private", "--"]
BIG = 1_100_000


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def as_the_bridge_sees(real: Any, folder: Path) -> Path:
    return Path(f"/proc/{real.pid}/root{folder}")


def blocks(count: int) -> list[bytes]:
    """BIG bytes in so many frames."""
    return [b"x" * (BIG // count)] * count


async def test_63_no_space(start_real: Any, tmp_path: Path) -> None:
    async with start_real(*PRIVATELY, "sh", "-c", ON_A_SMALL_DISK, str(tmp_path)) as real:
        disk, file = as_the_bridge_sees(real, tmp_path), tmp_path / "file"
        assert "problem" not in await real.save(file, OLD)
        for count, options in product([1, 11], [{}, {"size": BIG}]):
            close = await real.save(file, *blocks(count), **options)
            assert close["problem"] == "internal-error"
            assert "No space left on device" in close["message"]
            assert (names(disk), (disk / "file").read_bytes()) == (["file"], OLD)
        assert "problem" not in await real.save(file, b"small")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("operation", "error", "message"),
    [
        ("write", "EDQUOT", "Disk quota exceeded"),
        ("write", "EIO", "Input/output error"),
        ("fsync", "EIO", "Input/output error"),
        ("fsync", "EDQUOT", "Disk quota exceeded"),
        ("rename", "EIO", "Input/output error"),
    ],
)
async def test_63_no_more_quota_or_a_broken_disk(
    start_real: Any, tmp_path: Path, operation: str, error: str, message: str
) -> None:
    disk_of = [sys.executable, "-I", str(FAULTY_DISK), str(tmp_path), operation, error]
    async with start_real(*PRIVATELY, *disk_of) as real:
        disk, file = as_the_bridge_sees(real, tmp_path), tmp_path / "file"
        assert "problem" not in await real.save(file, OLD)
        for count, options in product([1, 11], [{}, {"size": BIG}, {"tag": tag_of((disk / "file").stat())}]):
            close = await real.save(file, *blocks(count), **options)
            assert close["problem"] == "internal-error"
            assert message in close["message"]
            assert (names(disk), (disk / "file").read_bytes()) == (["file"], OLD)
        assert "problem" not in await real.save(file, b"small")
        assert (disk / "file").read_bytes() == b"small"
        assert await real.is_alive()


async def test_63_a_folder_that_cannot_be_synced(start_real: Any, tmp_path: Path) -> None:
    """The new version is in place by then: it is whole, and it is what the tag says."""
    disk_of = [sys.executable, "-I", str(FAULTY_DISK), str(tmp_path), "fsyncdir", "EIO"]
    async with start_real(*PRIVATELY, *disk_of) as real:
        disk, file = as_the_bridge_sees(real, tmp_path), tmp_path / "file"
        await real.save(file, OLD)
        close = await real.save(file, b"x" * BIG)
        assert (names(disk), (disk / "file").read_bytes()) == (["file"], b"x" * BIG)
        assert close["tag"] == tag_of((disk / "file").stat())


async def test_63_a_file_that_gets_too_large(real: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(OLD)
    resource.prlimit(real.pid, resource.RLIMIT_FSIZE, (500_000, 500_000))
    for count, options in product([1, 11], [{}, {"size": BIG}]):
        close = await real.save(file, *blocks(count), **options)
        assert close["problem"] == "internal-error"
        assert "File too large" in close["message"]
        assert (names(tmp_path), file.read_bytes()) == (["file"], OLD)
    assert "problem" not in await real.save(file, b"small")


NEW = b"new" * 1_700_000
BLOCKS = [NEW[start : start + 64 * 1024] for start in range(0, len(NEW), 64 * 1024)]


async def begin_to_save(real: Any, file: Path) -> None:
    await real.control("open", "c", payload="fsreplace1", path=str(file), **{"send-acks": "bytes"})
    for block in BLOCKS:
        await real.data("c", block)
    await real.control("done", "c")


async def acks(real: Any, count: int) -> None:
    for _ in range(count):
        await real.next(lambda event: getattr(event, "command", "") == "ack")


async def killed(real: Any) -> None:
    real.process.kill()
    with pytest.raises(AssertionError, match="the bridge ended"):
        await real.next(lambda event: False)


async def assert_old_or_new(start_real: Any, file: Path) -> None:
    """After a kill; and the next save clears up."""
    assert file.read_bytes() in (OLD, NEW)
    assert len(names(file.parent)) <= 2
    async with start_real() as real:
        assert "problem" not in await real.save(file, OLD)
    assert (names(file.parent), file.read_bytes()) == (["file"], OLD)


async def test_64_killed_at_any_point(start_real: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(OLD)
    chance = random.Random(4711)
    for _ in range(20):
        async with start_real() as real:
            await begin_to_save(real, file)
            await acks(real, chance.randrange(len(BLOCKS) + 1))
            await killed(real)
        assert file.read_bytes() in (OLD, NEW)
        assert len(names(tmp_path)) <= 2
    await assert_old_or_new(start_real, file)


TRACE = ["strace", "--follow-forks", "--quiet=all", "-y", "--output"]


@pytest.mark.parametrize(
    ("call", "nth", "survivor"),
    [("flock", 1, OLD), ("fchmod", 1, OLD), ("fsync", 1, OLD), ("/^rename", 1, None), ("fsync", 2, NEW)],
)
async def test_64_killed_at_a_system_call(
    start_real: Any, tmp_path: Path, call: str, nth: int, survivor: bytes | None
) -> None:
    """Killed as it enters the call; whether a rename still happens is the kernel's affair."""
    file = tmp_path / "file"
    file.write_bytes(OLD)
    inject = f"--inject={call}:signal=KILL:when={nth}"
    async with start_real(*TRACE, os.devnull, f"--trace={call}", inject) as real:
        with contextlib.suppress(BrokenPipeError):
            await begin_to_save(real, file)
        with pytest.raises(AssertionError, match="the bridge ended"):
            await real.next(lambda event: False)
    assert survivor is None or file.read_bytes() == survivor
    await assert_old_or_new(start_real, file)


async def test_64_stopped_and_continued(real: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(OLD)
    await begin_to_save(real, file)
    await acks(real, 10)
    os.kill(real.pid, signal.SIGSTOP)
    while Path(f"/proc/{real.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        await asyncio.sleep(0.001)
    assert file.read_bytes() in (OLD, NEW)
    os.kill(real.pid, signal.SIGCONT)
    assert "problem" not in await real.command("close", "c")
    assert (names(tmp_path), file.read_bytes()) == (["file"], NEW)


CALLS = "openat,write,writev,fsync,fchown,fchmod,ftruncate,rename,renameat,renameat2,unlinkat,close"
CALL = re.compile(r"^\d+ +(?P<name>\w+)\((?P<arguments>.*)")


def traced(log: Path, folder: Path) -> list[tuple[str, str]]:
    """The calls that name `folder` or answer the client, in order: name and arguments."""
    found = [match.groups() for line in log.read_text().splitlines() if (match := CALL.match(line))]
    return [(name, text) for name, text in found if str(folder) in text or '\\"command\\":\\"close' in text]


async def test_64_the_order_of_the_system_calls(start_real: Any, tmp_path: Path) -> None:
    """File before name, name before folder and answer: after a power cut the one or the other is whole."""
    folder, log = tmp_path / "folder", tmp_path / "log"
    folder.mkdir()
    file = folder / "file"
    file.write_bytes(OLD)
    os.chown(file, 1000, 1000)
    file.chmod(0o640)
    async with start_real(*TRACE, str(log), "--seccomp-bpf", f"--trace={CALLS}", "--string-limit=400") as real:
        assert "problem" not in await real.save(file, b"x" * 100_000, b"y" * 300_000)
    calls = traced(log, folder)
    steps = {
        "birth": [("openat", ".file-pilothouse", "O_EXCL"), ("openat", ".file-pilothouse", "0600)")],
        "write": [("write", ".file-pilothouse")],
        "owner": [("fchown", ".file-pilothouse", "1000, 1000")],
        "mode": [("fchmod", ".file-pilothouse", "0640")],
        "content is on the disk": [("fsync", ".file-pilothouse")],
        "name": [("rename", '".file-pilothouse"', '"file"')],
        "answer": [("write", '\\"command\\":\\"close')],
        "name is on the disk": [("fsync", f"{folder}>)")],
    }
    at = []
    for step, marks in steps.items():
        found = [
            {i for i, (name, text) in enumerate(calls) if name.startswith(call) and all(part in text for part in parts)}
            for call, *parts in marks
        ]
        done = set.intersection(*found)
        assert done, f"there is no {step}"
        at.append(max(done))
    assert at == sorted(at), dict(zip(steps, at, strict=True))


async def test_65_cancelled_and_nothing_written_to_a_recycled_descriptor(start_real: Any, tmp_path: Path) -> None:
    """Each cancelled save is followed at once by another one, whose file gets the descriptor that has just closed."""
    folder, log = tmp_path / "folder", tmp_path / "log"
    folder.mkdir()
    (folder / "cancelled").write_bytes(OLD)
    chance = random.Random(65)
    async with start_real(
        *TRACE, str(log), "--seccomp-bpf", "--trace=write,pwrite64,unlinkat", "--string-limit=4"
    ) as real:
        for turn in range(20):
            await real.control("open", "c", payload="fsreplace1", path=f"{folder}/cancelled")
            for _ in range(chance.randrange(1, 20)):
                await real.data("c", b"CCCC" * 15_000)
            await real.control("close", "c", problem="cancelled")
            assert "problem" not in await real.save(folder / f"other{turn}", b"OOOO" * 100_000)
    assert names(folder) == sorted(["cancelled", *(f"other{turn}" for turn in range(20))])
    assert (folder / "cancelled").read_bytes() == OLD
    assert {(folder / f"other{turn}").read_bytes() for turn in range(20)} == {b"OOOO" * 100_000}
    written = [text for name, text in traced(log, folder) if "write" in name]
    wrong = [text for text in written if '"CCCC"' in text and f"{folder}/.cancelled-" not in text]
    assert [text for text in written if '"CCCC"' in text], "no save was cancelled after it had begun to write"
    assert wrong == []


async def test_65_the_connection_is_lost(start_real: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(OLD)
    async with start_real() as real:
        await real.control("open", "c", payload="fsreplace1", path=str(file), **{"send-acks": "bytes"})
        for _ in range(10):
            await real.data("c", b"x" * 60_000)
        await acks(real, 10)
        assert len(names(tmp_path)) == 2
        real.process.stdin.close()
        assert await real.exit_status(5) == 0
    assert (names(tmp_path), file.read_bytes()) == (["file"], OLD)


async def test_67_owner_and_mode_without_a_tag(real: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(OLD)
    file.chmod(0o600)
    os.chown(file, 1000, 1000)
    await real.save(file, b"new")
    info = file.stat()
    assert (info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)) == (1000, 1000, 0o600)
    await real.save(file, b"new", attrs={"user": "root", "group": "root", "mode": 0o640})
    info = file.stat()
    assert (info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)) == (0, 0, 0o640)


@pytest.mark.parametrize(("umask", "mode"), [("0", 0o644), ("022", 0o644), ("027", 0o640), ("077", 0o600)])
async def test_67_a_new_file(start_real: Any, tmp_path: Path, umask: str, mode: int) -> None:
    async with start_real("sh", "-c", f'umask {umask} && exec "$0" "$@"') as real:
        await real.save(tmp_path / "file", b"new")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


async def test_68_labels_and_attributes(real: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(OLD)
    attributes = {
        "security.selinux": b"system_u:object_r:etc_t:s0\0",
        "user.comment": b"\0\xff\n",
        "trusted.note": b"root's",
    }
    for name, value in attributes.items():
        os.setxattr(file, name, value)
    await real.save(file, b"new")
    assert {name: os.getxattr(file, name) for name in attributes} == attributes
    assert set(os.listxattr(file)) == set(attributes)


async def test_68_set_user_id_only_on_request(real: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(OLD)
    os.chown(file, 1000, 1000)
    file.chmod(0o6755)
    await real.save(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o755
    await real.save(file, b"new", attrs={"mode": 0o4755, "user": 1000, "group": 1000})
    assert (file.stat().st_uid, stat.S_IMODE(file.stat().st_mode)) == (1000, 0o4755)


async def test_69_links(real: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(OLD)
    for name, target in (("link", "file"), ("dangling", "nowhere"), ("loop", "loop"), ("a", "b"), ("b", "a")):
        (tmp_path / name).symlink_to(target)
    before = names(tmp_path)
    assert "problem" not in await real.save(tmp_path / "link", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (await real.save(tmp_path / "dangling", b"new"))["problem"] == "not-found"
    for name in ("loop", "a"):
        close = await real.save(tmp_path / name, b"new")
        assert (close["problem"], "Too many levels" in close["message"]) == ("internal-error", True)
    assert names(tmp_path) == before
    assert (tmp_path / "link").is_symlink()


async def test_69_another_hard_link_keeps_the_old_content(real: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(OLD)
    (tmp_path / "peer").hardlink_to(tmp_path / "file")
    await real.save(tmp_path / "file", b"new")
    assert ((tmp_path / "file").read_bytes(), (tmp_path / "peer").read_bytes()) == (b"new", OLD)
    assert not await asyncio.to_thread((tmp_path / "file").samefile, tmp_path / "peer")
