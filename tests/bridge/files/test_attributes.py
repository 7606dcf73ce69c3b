"""Attributes of files."""

import os
import socket
import stat
from pathlib import Path

import pytest

from bridge.files.attributes import AttributeReader
from bridge.files.tags import tag_of
from bridge.protocol import JsonObject

ALL = ["type", "tag", "mode", "size", "uid", "gid", "mtime", "user", "group", "target", "r-ok", "w-ok", "x-ok"]


def read(path: Path, attrs: list[str], *, follow: bool = True) -> JsonObject:
    fd = os.open(path, os.O_PATH | (0 if follow else os.O_NOFOLLOW))
    try:
        return AttributeReader(attrs).of_open(fd)
    finally:
        os.close(fd)


def test_all_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("hello")
    file.chmod(0o640)
    info = file.stat()
    found = read(file, [*ALL, "unknown", "entries"])
    assert found.pop("x-ok") is os.access(file, os.X_OK)
    assert found == {
        "type": "reg",
        "tag": tag_of(info),
        "mode": 0o640,
        "size": 5,
        "uid": info.st_uid,
        "gid": info.st_gid,
        "mtime": info.st_mtime,
        "user": file.owner(),
        "group": file.group(),
        "r-ok": True,
        "w-ok": True,
    }


def test_types(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("to somewhere")
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(tmp_path / "sock"))
    assert read(tmp_path, ["type"]) == {"type": "dir"}
    assert read(Path("/dev/null"), ["type"]) == {"type": "chr"}
    assert read(tmp_path / "fifo", ["type"]) == {"type": "fifo"}
    assert read(tmp_path / "sock", ["type"]) == {"type": "sock"}
    assert read(tmp_path / "link", ["type", "target"], follow=False) == {"type": "lnk", "target": "to somewhere"}


def test_entries(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "file").write_text("x" * 10)
    reader = AttributeReader(["type", "size", "target"])
    directory = os.open(tmp_path, os.O_PATH)
    assert reader.of_entry(directory, "link") == {"type": "lnk", "size": 4, "target": "file"}
    assert reader.of_entry(directory, "link", follow=True) == {"type": "reg", "size": 10}
    assert reader.of_entry(directory, "missing") is None
    os.close(directory)


def test_an_owner_without_a_name(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("gives a file away")
    (tmp_path / "file").touch()
    os.chown(tmp_path / "file", 3_999_999, 3_999_998)
    assert read(tmp_path / "file", ["user", "group"]) == {"user": 3_999_999, "group": 3_999_998}


def test_what_the_user_may(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("root may write everything")
    (tmp_path / "file").touch(0o400)
    assert read(tmp_path / "file", ["r-ok", "w-ok", "x-ok"]) == {"r-ok": True, "w-ok": True, "x-ok": False}
    (tmp_path / "file").chmod(stat.S_IXUSR)
    directory = os.open(tmp_path, os.O_PATH)
    assert AttributeReader(["x-ok"]).of_entry(directory, "file") == {"x-ok": True}
    os.close(directory)
