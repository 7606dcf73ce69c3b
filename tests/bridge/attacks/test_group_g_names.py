"""Attacks by names: links that a user swaps in, file names of every kind, and paths that are none.

| case | test |
|------|------|
| 70 | test_70_a_link_swapped_in_never_leads_out, test_70_root_deletes_nothing_behind_a_users_link, \
test_70_what_was_read_through_a_swapped_link_is_not_saved |
| 72 | test_72_names_of_every_kind, test_72_names_come_back_byte_for_byte, e2e/test_addresses.py |
| 73 | test_73_paths_that_are_none |
"""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import takewhile
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from bridge.files.save import Attributes, Save
from bridge.protocol import Problem
from bridge.testing import Wire

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files away")
USER = 4711
RACES = 10_000
RACES_WITHIN = 60.0
"""Seconds after which a slow disk has had enough of them: each waits for it twice."""

SWAP = """
import os, sys
home, secret = sys.argv[1:]
os.chdir(home)
print(flush=True)
turn = 0
while True:
    turn += 1
    try:
        if turn % 2:
            os.symlink(secret, "new")
            os.rename("dir", "aside")
            os.rename("new", "dir")
            os.unlink("dir")
            os.rename("aside", "dir")
        else:
            os.symlink(secret + "/file", "new")
            os.rename("new", "dir/file")
            os.unlink("dir/file")
    except OSError:
        for name in ("new", "dir"):
            try:
                os.unlink(name)
            except OSError:
                pass
        if not os.path.isdir("dir") and os.path.isdir("aside"):
            os.rename("aside", "dir")
"""


@contextmanager
def swapping(home: Path, secret: Path) -> Iterator[None]:
    """A user swaps his file, and his directory, for links to root's, over and over."""
    user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"]
    with subprocess.Popen([*user, sys.executable, "-Ic", SWAP, home, secret], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"\n"
            yield
            assert process.poll() is None, "the user gave up"
        finally:
            process.kill()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A directory of root's, with a file."""
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == 0 and parent != parent.parent:
            parent.chmod(parent.stat().st_mode | 0o011)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "file").write_bytes(b"secret")
    (secret / "file").chmod(0o600)
    return secret


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's directory, in which there is another one."""
    home = tmp_path / "home"
    for path in (home, home / "dir"):
        path.mkdir()
        os.chown(path, USER, USER)
    return home


@needs_root
def test_70_a_link_swapped_in_never_leads_out(home: Path, secret: Path) -> None:
    """Root saves, gives away, and deletes: neither content nor owner nor mode of anything of root's changes."""
    saved = 0
    attributes = Attributes(0o666, (USER, USER))
    until = monotonic() + RACES_WITHIN
    with swapping(home, secret):
        for turn in takewhile(lambda _: monotonic() < until, range(RACES)):
            try:
                with closing(Save(str(home / "dir/file"), None, attributes if turn % 3 else None)) as saving:
                    if turn % 5:
                        saving.commit([b"root's words"])
                        saved += 1
                    else:
                        saving.delete()
            except (Problem, OSError):
                continue
    info = (secret / "file").stat()
    assert (secret / "file").read_bytes() == b"secret"
    assert (info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)) == (0, 0, 0o600)
    assert (secret.stat().st_uid, os.listdir(secret)) == (0, ["file"])  # noqa: PTH208 - names, hidden ones too
    assert saved > RACES / 100


@needs_root
@pytest.mark.parametrize("name", ["dir/file", "dir/missing"])
async def test_70_root_deletes_nothing_behind_a_users_link(real: Any, home: Path, secret: Path, name: str) -> None:
    (home / "dir").rmdir()
    (home / "dir").symlink_to(secret)
    os.lchown(home / "dir", USER, USER)
    close = await real.save(home / name)
    assert close["problem"] == "access-denied"
    assert (secret / "file").read_bytes() == b"secret"


@needs_root
async def test_70_what_was_read_through_a_swapped_link_is_not_saved(real: Any, home: Path, secret: Path) -> None:
    """Root is shown a file of its own as the user's; the tag keeps its content from being saved as the user's."""
    (home / "file").symlink_to(secret / "file")
    os.lchown(home / "file", USER, USER)
    await real.control("open", "r", payload="fsread1", path=str(home / "file"))
    tag = (await real.command("close", "r"))["tag"]
    (home / "file").unlink()
    (home / "file").write_bytes(b"the user's")
    os.chown(home / "file", USER, USER)
    assert (await real.save(home / "file", b"secret, edited", tag=tag))["problem"] == "change-conflict"
    assert (home / "file").read_bytes() == b"the user's"


NAMES = {
    "newline": b"a\nb",
    "quotes": b"'\"`\\",
    "command": b"$(touch canary);touch${IFS}canary",
    "pipe": b"|touch canary&",
    "invalid UTF-8": b"\xff\xfe\x80",
    "half a character": b"\xc3",
    "a byte that looks escaped": b"\xed\xb3\xbf",
    "long": b"x" * 255,
    "long and wide": "ü".encode() * 127,
    "option": b"-rf",
    "long option": b"--help",
    "bidi": "\u202egnp.exe".encode(),
    "escape": b"\x1b[31mred\x07",
    "glob": b"*?[a]",
    "blank": b" ",
    "tilde": b"~root",
}


async def told(wire: Wire, payload: str, folder: Path, **options: Any) -> list[Any]:
    wire.open("l", payload, path=str(folder), **options)
    wire.control("done", "l")
    found = []
    while not hasattr(event := await wire.next("l"), "command") or event.command != "close":
        if hasattr(event, "payload"):
            found.append(json.loads(event.payload))
    assert "problem" not in event.message
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_72_names_of_every_kind(wire: Wire, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made, listed, opened, renamed and deleted as the pages do it: by channels, and by programs without a shell."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "folder"
    folder.mkdir()
    raw = NAMES[name]
    path = f"{folder}/{os.fsdecode(raw)}"
    (Path(path)).write_bytes(b"content")
    (entry,) = await told(wire, "fslist1", folder, watch=False)
    (info,) = await told(wire, "fsinfo", folder, attrs=["type", "entries"])
    shown = entry["path"]
    assert list(info["info"]["entries"]) == [shown]
    assert os.fsencode(shown) == raw

    wire.open("r", "fsread1", path=f"{folder}/{shown}")
    assert (await wire.until("close", "r"))[0] == b"content"
    wire.open("w", "fsreplace1", path=f"{folder}/{shown}")
    wire.send("w", b"new content")
    wire.control("done", "w")
    assert "problem" not in (await wire.until("close", "w"))[1]
    assert [os.fsencode(each) for each in os.listdir(folder)] == [raw]  # noqa: PTH208 - bytes

    wire.open("m", "stream", spawn=["mv", "--", shown, "plain"], directory=str(folder))
    assert (await wire.until("close", "m"))[1]["exit-status"] == 0
    wire.open("m", "stream", spawn=["mv", "--", "plain", shown], directory=str(folder))
    assert (await wire.until("close", "m"))[1]["exit-status"] == 0
    assert Path(path).read_bytes() == b"new content"
    wire.open("d", "fsreplace1", path=f"{folder}/{shown}")
    wire.control("done", "d")
    assert (await wire.until("close", "d"))[1]["tag"] == "-"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder"]
    assert list(folder.iterdir()) == []


async def test_72_names_come_back_byte_for_byte(wire: Wire, tmp_path: Path) -> None:
    """Every byte that a name can have, one file each."""
    raws = [b"n" + bytes([byte]) for byte in range(1, 256) if byte != ord("/")]
    for raw in raws:
        (tmp_path / os.fsdecode(raw)).touch()
    entries = await told(wire, "fslist1", tmp_path, watch=False)
    assert sorted(os.fsencode(entry["path"]) for entry in entries) == sorted(raws)
    wire.open("w", "fswatch1", path=str(tmp_path / os.fsdecode(b"n\xff")))
    await wire.expect("ready", "w")


@pytest.mark.parametrize("path", ["relative", "", "a/b", "./x", "/a\0b", "/a/../b", "/..", "/../etc/passwd", "/\ud800"])
@pytest.mark.parametrize(
    ("payload", "options"),
    [("fsread1", {}), ("fsreplace1", {}), ("fswatch1", {}), ("fslist1", {}), ("fsinfo", {"attrs": ["type"]})],
)
async def test_73_paths_that_are_none(wire: Wire, payload: str, options: dict[str, Any], path: str) -> None:
    wire.open("c", payload, path=path, **options)
    close = await wire.expect("close", "c", problem="protocol-error")
    assert close["message"].startswith("attribute 'path': must be ")
