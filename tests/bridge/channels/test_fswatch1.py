"""`fswatch1` on the wire."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.files.tags import tag_of
from bridge.protocol import JsonObject
from bridge.testing import Wire


async def report(wire: Wire, channel: str = "c") -> JsonObject:
    found = json.loads(await wire.data(channel))
    assert isinstance(found, dict)
    return found


async def test_a_file_comes_and_goes(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "dir/file"
    wire.open("c", "fswatch1", path=str(file))
    await wire.expect("ready", "c")
    file.parent.mkdir()
    os.close(os.open(file, os.O_CREAT))
    assert await report(wire) == {"event": "created", "path": str(file), "tag": tag_of(file.stat()), "type": "file"}
    file.parent.rename(tmp_path / "other")
    assert await report(wire) == {"event": "deleted", "path": str(file), "tag": "-"}
    wire.control("done", "c")
    await wire.expect("done", "c")
    assert "problem" not in await wire.expect("close", "c")


async def test_closing_ends_it(wire: Wire, tmp_path: Path) -> None:
    wire.open("c", "fswatch1", path=str(tmp_path))
    await wire.expect("ready", "c")
    wire.control("close", "c")
    await wire.expect("close", "c")


async def test_a_save_is_one_new_file(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    wire.open("w", "fswatch1", path=str(file))
    await wire.expect("ready", "w")
    wire.open("c", "fsreplace1", path=str(file))
    wire.send("c", b"new")
    wire.control("done", "c")
    _, close = await wire.until("close", "c")
    assert await report(wire, "w") == {"event": "created", "path": str(file), "tag": close["tag"], "type": "file"}


async def test_a_thousand_watches_are_one_descriptor(wire: Wire, tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for i in range(1000):
        wire.open(f"c{i}", "fswatch1", path=str(tmp_path / str(i)))
    for i in range(1000):
        await wire.expect("ready", f"c{i}")
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
    (tmp_path / "777").touch()
    assert (await report(wire, "c777"))["event"] == "created"
    assert all(wire.is_quiet(f"c{i}") for i in range(1000) if i != 777)


async def test_names_that_are_not_utf8(wire: Wire, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\n$(x)")
    wire.open("c", "fswatch1", path=str(tmp_path))
    await wire.expect("ready", "c")
    (tmp_path / name).mkdir()
    assert (await report(wire))["path"] == f"{tmp_path}/{name}"


WATCH_WITHOUT_WATCHES = """
import asyncio, json, pathlib, sys
from bridge.testing import open_wire

async def main():
    async with open_wire() as wire:
        pathlib.Path("/proc/sys/user/max_inotify_watches").write_text(sys.argv[1])
        wire.open("c", "fswatch1", path=sys.argv[2])
        if sys.argv[1] != "0":
            await wire.expect("ready", "c")
            pathlib.Path("/proc/sys/user/max_inotify_watches").write_text("0")
            pathlib.Path(sys.argv[2]).mkdir()
        print(json.dumps(await wire.expect("close", "c")))

asyncio.run(main())
"""


@pytest.mark.parametrize("limit", [0, 100])
def test_without_watches_left_the_problem_is_limit(tmp_path: Path, limit: int) -> None:
    """In a user namespace, which has a limit of its own; at the opening, and later."""
    argv = ["unshare", "--user", "--map-root-user", sys.executable, "-I", "-c", WATCH_WITHOUT_WATCHES]
    done = subprocess.run([*argv, str(limit), str(tmp_path / "dir")], capture_output=True, text=True, check=False)
    if "unshare" in done.stderr:
        pytest.skip(done.stderr)
    close = json.loads(done.stdout)
    assert close["problem"] == "limit"
    assert "max_user_watches" in close["message"]


@pytest.mark.parametrize("options", [{}, {"path": "file"}, {"path": ""}, {"path": "/a/../b"}, {"path": 5}])
async def test_faults(wire: Wire, options: dict[str, object]) -> None:
    wire.open("c", "fswatch1", **options)
    await wire.expect("close", "c", problem="protocol-error")


async def test_it_takes_no_data(wire: Wire, tmp_path: Path) -> None:
    wire.open("c", "fswatch1", path=str(tmp_path))
    await wire.expect("ready", "c")
    wire.send("c", b"x")
    await wire.expect("close", "c", problem="protocol-error")
