"""`fslist1` on the wire."""

import json
import os
from pathlib import Path

import pytest

from bridge.protocol import JsonObject
from bridge.testing import Wire


async def entries(wire: Wire, count: int) -> dict[str, JsonObject]:
    found = [json.loads(await wire.data("c")) for _ in range(count)]
    assert all(entry.pop("event") == "present" for entry in found)
    return {entry.pop("path"): entry for entry in found}


async def test_a_directory(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("hello")
    (tmp_path / "dir").mkdir()
    (tmp_path / "to-dir").symlink_to("dir")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "fifo")
    wire.open("c", "fslist1", path=str(tmp_path), watch=False)
    await wire.expect("ready", "c")
    found = await entries(wire, 5)
    assert {name: entry["type"] for name, entry in found.items()} == {
        "file": "file",
        "dir": "directory",
        "to-dir": "directory",
        "dangling": "link",
        "fifo": "special",
    }
    file = tmp_path / "file"
    assert found["file"] == {
        "type": "file",
        "owner": file.owner(),
        "group": file.group(),
        "size": 5,
        "modified": int(file.stat().st_mtime),
    }
    await wire.expect("done", "c")
    assert "problem" not in await wire.expect("close", "c")


async def test_watching_is_the_default(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "one").touch()
    wire.open("c", "fslist1", path=str(tmp_path))
    await wire.expect("ready", "c")
    assert list(await entries(wire, 1)) == ["one"]
    (tmp_path / "one").unlink()
    assert json.loads(await wire.data("c")) == {"event": "deleted", "path": str(tmp_path / "one"), "tag": "-"}
    (tmp_path / "two").mkdir()
    created = json.loads(await wire.data("c"))
    assert (created["event"], created["path"], created["type"]) == ("created", str(tmp_path / "two"), "directory")
    wire.control("done", "c")
    await wire.expect("done", "c")
    await wire.expect("close", "c")


async def test_names_that_are_not_utf8(wire: Wire, tmp_path: Path) -> None:
    names = {os.fsdecode(name) for name in (b"\xff\xfe", b"a\nb", b'"$(x)', b"-rf", b"\x1b[31m", b"x" * 255)}
    for name in names:
        (tmp_path / name).touch()
    wire.open("c", "fslist1", path=str(tmp_path), watch=False)
    await wire.expect("ready", "c")
    assert set(await entries(wire, len(names))) == names


@pytest.mark.parametrize("watch", [True, False])
@pytest.mark.parametrize(
    ("path", "problem", "message"),
    [
        ("/does/not/exist", "not-found", "No such file or directory"),
        ("/etc/passwd", "not-found", "Not a directory"),
        ("etc", "protocol-error", "must be an absolute path"),
    ],
)
async def test_faults(wire: Wire, path: str, problem: str, message: str, watch: bool) -> None:
    wire.open("c", "fslist1", path=path, watch=watch)
    assert message in (await wire.expect("close", "c", problem=problem))["message"]
