"""`fsreplace1` on the wire."""

import asyncio
import os
import socket
import stat
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bridge.files.tags import tag_of
from bridge.protocol import JsonObject
from bridge.stdio import FrameStream
from bridge.testing import Wire

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
OLD = b"old" * 1000


async def replace(wire: Wire, path: object, *blocks: bytes, **options: object) -> JsonObject:
    """The `close` of a save."""
    wire.open("c", "fsreplace1", path=str(path), **options)
    for block in blocks:
        wire.send("c", block)
    wire.control("done", "c")
    return (await wire.until("close", "c"))[1]


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def test_create_replace_and_delete(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "file"
    wire.open("c", "fsreplace1", path=str(file))
    await wire.expect("ready", "c")
    wire.send("c", b"one ")
    wire.send("c", b"two")
    wire.control("done", "c")
    await wire.expect("done", "c")
    close = await wire.expect("close", "c", tag=tag_of(file.stat()))
    assert "problem" not in close
    assert file.read_bytes() == b"one two"
    assert (await replace(wire, file, b"three", tag=close["tag"]))["tag"] == tag_of(file.stat())
    assert file.read_bytes() == b"three"
    assert (await replace(wire, file, b""))["tag"] == tag_of(file.stat())
    assert file.read_bytes() == b""
    for _ in range(2):
        assert await replace(wire, file) == {"command": "close", "channel": "c", "tag": "-"}
    assert names(tmp_path) == []


async def test_who_waits_for_nothing_is_told_of_the_start_with_the_end(wire: Wire, tmp_path: Path) -> None:
    """The order is the same; a write of its own for `ready` would only wake the client early."""
    await replace(wire, tmp_path / "file", b"new")
    wire.open("e", "fsreplace1", path=str(tmp_path / "missing" / "file"))
    wire.send("e", b"new")
    wire.control("done", "e")
    await wire.expect("ready", "e")
    await wire.expect("close", "e", problem="not-found")


async def test_change_conflicts(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "file"
    close = await replace(wire, file, b"mine", tag="-")
    assert (await replace(wire, file, b"again", tag="-"))["problem"] == "change-conflict"
    file.chmod(0o600)
    assert (await replace(wire, file, b"again", tag=close["tag"]))["problem"] == "change-conflict"
    assert (await replace(wire, file, tag=close["tag"]))["problem"] == "change-conflict"
    assert file.read_bytes() == b"mine"
    assert names(tmp_path) == ["file"]


async def test_the_temporary_file_comes_with_the_data(wire: Wire, tmp_path: Path) -> None:
    wire.open("c", "fsreplace1", path=str(tmp_path / "file"))
    await wire.expect("ready", "c")
    assert names(tmp_path) == []
    wire.control("close", "c")
    await wire.expect("close", "c")


@pytest.mark.parametrize("blocks", [[], [b"x" * 10], [b"x" * 70_000] * 20])
async def test_with_a_size_it_is_there_when_the_channel_is_ready(
    wire: Wire, tmp_path: Path, blocks: list[bytes]
) -> None:
    wire.open("c", "fsreplace1", path=str(tmp_path / "file"), size=100_000)
    await wire.expect("ready", "c")
    (temporary,) = tmp_path.iterdir()
    assert temporary.stat().st_size == 100_000
    assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
    for block in blocks:
        wire.send("c", block)
    wire.control("done", "c")
    await wire.until("close", "c")
    assert (tmp_path / "file").read_bytes() == b"".join(blocks)
    assert names(tmp_path) == ["file"]


async def test_a_size_of_nothing_is_an_empty_file(wire: Wire, tmp_path: Path) -> None:
    assert "problem" not in await replace(wire, tmp_path / "file", size=0)
    assert (tmp_path / "file").read_bytes() == b""


async def test_more_room_than_there_is(wire: Wire, tmp_path: Path) -> None:
    wire.open("c", "fsreplace1", path=str(tmp_path / "file"), size=1 << 50)
    close = await wire.expect("close", "c", problem="internal-error")
    assert "No space left" in close["message"] or "File too large" in close["message"]
    assert names(tmp_path) == []


async def test_closing_the_channel_leaves_the_old_file(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(OLD)
    for options in ({}, {"size": 1 << 20}):
        wire.open("c", "fsreplace1", path=str(file), **options, **{"send-acks": "bytes"})
        await wire.expect("ready", "c")
        for _ in range(10):
            wire.send("c", b"x" * 60_000)
            await wire.expect("ack", "c", bytes=60_000)
        wire.control("close", "c", problem="cancelled")
        await wire.expect("close", "c")
        assert names(tmp_path) == ["file"]
        assert file.read_bytes() == OLD


async def test_acks_are_for_what_was_taken(wire: Wire, tmp_path: Path) -> None:
    wire.open("c", "fsreplace1", path=str(tmp_path / "file"), **{"send-acks": "bytes"})
    await wire.expect("ready", "c")
    assert wire.is_quiet("c")
    for size in (0, 1, 100_000):
        wire.send("c", b"x" * size)
        await wire.expect("ack", "c", bytes=size)
    wire.control("done", "c")
    await wire.expect("done", "c")
    await wire.expect("close", "c")


@needs_root
async def test_attrs(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "file"
    await replace(wire, file, b"x", attrs={"mode": 0o600, "user": "nobody", "group": 4711})
    info = file.stat()
    assert (file.owner(), info.st_gid, stat.S_IMODE(info.st_mode)) == ("nobody", 4711, 0o600)
    await replace(wire, file, b"y", attrs={"mode": 0o640})
    info = file.stat()
    assert (file.owner(), info.st_gid, stat.S_IMODE(info.st_mode)) == ("nobody", 4711, 0o640)


@pytest.mark.parametrize(
    ("attrs", "members"),
    [
        ({"size": 3, "acl": 1}, {"problem": "protocol-error", "unsupported-attrs": ["acl", "size"]}),
        ({"user": "root"}, {"problem": "protocol-error"}),
        ({"group": "root"}, {"problem": "protocol-error"}),
        ({"user": 1.5, "group": 0}, {"problem": "protocol-error"}),
        ({"user": True, "group": 0}, {"problem": "protocol-error"}),
        ({"user": -1, "group": 0}, {"problem": "protocol-error"}),
        ({"mode": "0644"}, {"problem": "protocol-error"}),
        ({"mode": 0o10000}, {"problem": "protocol-error"}),
        ({"user": "nonesuch", "group": "root"}, {"problem": "not-found", "message": "uid not found for nonesuch"}),
        ({"user": "root", "group": "nonesuch"}, {"problem": "not-found", "message": "gid not found for nonesuch"}),
        ([], {"problem": "protocol-error", "message": "attribute 'attrs': must have type object"}),
    ],
)
async def test_attrs_that_are_refused(wire: Wire, tmp_path: Path, attrs: object, members: dict[str, object]) -> None:
    wire.open("c", "fsreplace1", path=str(tmp_path / "file"), attrs=attrs)
    await wire.expect("close", "c", **members)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "members"),
    [
        ("dir", {"problem": "access-denied"}),
        ("dir/", {"problem": "access-denied"}),
        ("no/file", {"problem": "not-found"}),
        ("file/x", {"problem": "not-found"}),
        ("dangling", {"problem": "not-found"}),
        ("loop", {"problem": "internal-error"}),
        ("x" * 300, {"problem": "internal-error"}),
        ("dir/../file", {"problem": "protocol-error", "message": "attribute 'path': must be an absolute path"}),
        ("a\0b", {"problem": "protocol-error"}),
    ],
)
async def test_paths_that_are_refused(wire: Wire, tmp_path: Path, path: str, members: dict[str, str]) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    before = names(tmp_path)
    close = await replace(wire, f"{tmp_path}/{path}", b"x")
    assert close | members == close
    assert names(tmp_path) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "attribute 'path' required"),
        ({"path": "/x", "size": -1}, "attribute 'size': must not be negative"),
        ({"path": "/x", "tag": 5}, "attribute 'tag': must have type str"),
        ({"path": "/x", "send-acks": True}, "attribute 'send-acks': invalid value \"True\" not in ['bytes']"),
    ],
)
async def test_options_that_are_refused(wire: Wire, options: dict[str, object], message: str) -> None:
    wire.open("c", "fsreplace1", **options)
    await wire.expect("close", "c", problem="protocol-error", message=message)


async def test_a_link_stays_a_link(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    await replace(wire, tmp_path / "link", b"new")
    assert (tmp_path / "file").read_text() == "new"
    assert (tmp_path / "link").is_symlink()


@asynccontextmanager
async def bridge_process(*argv: str) -> AsyncIterator[tuple[Wire, asyncio.subprocess.Process]]:
    """A bridge in a process of its own, started by `argv`, to which the bridge's command is added."""
    ours, theirs = socket.socketpair()
    command = [*argv, sys.executable, "-I", "-m", "bridge"]
    process = await asyncio.create_subprocess_exec(*command, stdin=theirs.fileno(), stdout=theirs.fileno())
    theirs.close()
    stream = FrameStream(ours.fileno(), ours.fileno(), received=lambda m: wire.arrived(m), ended=lambda _: None)
    wire = Wire(stream)
    stream.start()
    try:
        await wire.expect("init", version=1)
        wire.control("init", version=1, host="localhost", superuser=False)
        yield wire, process
    finally:
        await stream.close()
        ours.close()
        await process.wait()


@needs_root
async def test_a_user_cannot_keep_the_owner_of_anothers_file() -> None:
    """The directory is his, so he could put a file of his own in its place: that is not what a save does."""
    user = ["setpriv", "--reuid=4711", "--regid=4711", "--clear-groups"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        file.write_bytes(OLD)
        os.chown(folder, 4711, 4711)
        async with bridge_process(*user) as (wire, _):
            close = await replace(wire, file, b"new")
            assert close["problem"] == "access-denied"
            assert "may not be given to root:root" in close["message"]
            assert "problem" not in await replace(wire, Path(folder) / "own", b"new")
        assert file.read_bytes() == OLD
        assert names(Path(folder)) == ["file", "own"]


async def test_the_end_of_the_connection_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(OLD)
    async with bridge_process() as (wire, _):
        wire.open("c", "fsreplace1", path=str(file), **{"send-acks": "bytes"})
        await wire.expect("ready", "c")
        for _ in range(10):
            wire.send("c", b"x" * 60_000)
            await wire.expect("ack", "c", bytes=60_000)
        assert len(names(tmp_path)) == 2
    assert names(tmp_path) == ["file"]
    assert file.read_bytes() == OLD
