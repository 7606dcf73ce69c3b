"""Attacks on watches (case 74).

| clause | test |
|--------|------|
| 10⁵ events, at most ten messages a second | test_74_a_flood |
| the watched directory is deleted, renamed, unmounted | test_74_the_watched_folder_goes |
| no watches left | test_74_no_watches_left |
| 1000 watches | test_74_a_thousand_watches |
| names of files of settings | internal/test_machines.py::test_files_that_are_refused |
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.testing import Wire

MIB = 1024 * 1024
EVENTS = 200_000
PAYLOADS: dict[str, dict[str, Any]] = {
    "fswatch1": {},
    "fslist1": {},
    "fsinfo": {"attrs": ["type", "size", "mtime", "entries"], "watch": True},
}

FLOOD = f"""
import os, sys
os.chdir(sys.argv[1])
files = [os.open(str(i), os.O_WRONLY | os.O_CREAT) for i in range(8)]
for i in range({EVENTS}):
    os.pwrite(files[i % 8], b"x", i)
"""


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_74_a_flood(real: Any, tmp_path: Path, payload: str) -> None:
    """200 000 events of eight files, as fast as they come; meanwhile another channel is answered."""
    await real.control("open", "c", payload=payload, path=str(tmp_path), **PAYLOADS[payload])
    await real.command("ready", "c")
    memory = await real.settled_rss()
    times = []
    flood = await asyncio.create_subprocess_exec(sys.executable, "-Ic", FLOOD, tmp_path)
    ended = asyncio.ensure_future(flood.wait())  # noqa: TID251 - awaited below
    lag = 0.0
    while not ended.done():
        asked = time.monotonic()
        await real.control("ping", x="?")
        while (event := await real.next()).channel is not None:
            times.append(time.monotonic())
        assert event.command == "pong"
        lag = max(lag, time.monotonic() - asked)
        await asyncio.sleep(0)
    assert await ended == 0
    assert lag < 1
    for i, at in enumerate(times):
        assert sum(at <= other < at + 1 for other in times[i:]) <= 12
    assert await real.settled_rss() - memory < 4 * MIB
    (tmp_path / "last").mkdir()
    await real.next(lambda event: b"last" in getattr(event, "payload", b""))
    assert await real.is_alive()


@contextlib.asynccontextmanager
async def watched(real: Any, path: Path) -> AsyncIterator[None]:
    for payload, options in PAYLOADS.items():
        await real.control("open", payload, payload=payload, path=str(path), **options)
        await real.command("ready", payload)
    yield
    heard: dict[str, Any] = {}
    while heard.keys() != PAYLOADS.keys():
        event = await real.next(lambda event: hasattr(event, "payload"))
        message = json.loads(event.payload)
        is_gone = (message.get("event"), message.get("path")) == ("deleted", str(path)) or "error" in message
        if is_gone:
            heard[event.channel] = message
    assert heard["fsinfo"]["error"]["problem"] == "not-found"
    assert await real.is_alive()


@pytest.mark.parametrize("how", ["deleted", "renamed", "its folder is renamed"])
async def test_74_the_watched_folder_goes(real: Any, tmp_path: Path, how: str) -> None:
    folder = tmp_path / "parent/folder"
    folder.mkdir(parents=True)
    async with watched(real, folder):
        match how:
            case "deleted":
                folder.rmdir()
            case "renamed":
                folder.rename(folder.with_name("other"))
            case _:
                folder.parent.rename(tmp_path / "other")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts")
async def test_74_the_watched_folder_is_unmounted(start_real: Any, tmp_path: Path) -> None:
    script = 'mount -t tmpfs none "$0" && mkdir "$0/folder" && exec "$@"'
    prefix = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, str(tmp_path)]
    async with start_real(*prefix) as real, watched(real, tmp_path / "folder"):
        subprocess.run(["nsenter", f"--mount=/proc/{real.pid}/ns/mnt", "umount", tmp_path], check=True)  # noqa: ASYNC221


WITHOUT_WATCHES = """
import asyncio, json, pathlib, sys
from bridge.testing import open_wire

async def main():
    async with open_wire() as wire:
        pathlib.Path("/proc/sys/user/max_inotify_watches").write_text(sys.argv[1])
        wire.open("c", sys.argv[2], path=sys.argv[3], **json.loads(sys.argv[4]))
        if sys.argv[1] != "0":
            await wire.expect("ready", "c")
            pathlib.Path("/proc/sys/user/max_inotify_watches").write_text("0")
            pathlib.Path(sys.argv[3]).rename(sys.argv[3] + "-aside")
            pathlib.Path(sys.argv[3]).mkdir()
        print(json.dumps((await wire.until("close", "c"))[1]))
        wire.open("e", "echo")
        await wire.expect("ready", "e")

asyncio.run(main())
"""


@pytest.mark.parametrize("limit", [0, 100], ids=["at the opening", "later"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_74_no_watches_left(tmp_path: Path, payload: str, limit: int) -> None:
    """In a user namespace, which has a limit of its own."""
    (tmp_path / "dir").mkdir()
    argv = ["unshare", "--user", "--map-root-user", sys.executable, "-I", "-c", WITHOUT_WATCHES, str(limit)]
    words = [*argv, payload, str(tmp_path / "dir"), json.dumps(PAYLOADS[payload])]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    close = json.loads(done.stdout)
    assert close["problem"] == "limit"
    assert "max_user_watches" in close["message"]


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_74_a_thousand_watches(wire: Wire, tmp_path: Path, payload: str) -> None:
    """Of one folder each, all below one: one descriptor, and each hears of its own."""
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    for i in range(1000):
        (tmp_path / str(i)).mkdir()
        wire.open(f"c{i}", payload, path=str(tmp_path / str(i)), **PAYLOADS[payload])
    for i in range(1000):
        await wire.expect("ready", f"c{i}")
        if payload == "fsinfo":
            await wire.data(f"c{i}")
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors + 1
    for i in (0, 500, 999):
        (tmp_path / str(i) / "new").mkdir()
        assert b"new" in await wire.data(f"c{i}")
    assert all(wire.is_quiet(f"c{i}") for i in range(1000) if i not in (0, 500, 999))
