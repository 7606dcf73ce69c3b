"""`fsreplace1` (reference 2.8)."""

import grp
import os
import pwd
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from compat.driver import JsonObject, Peer

PIB = 1 << 50


def save(peer: Peer, path: Path, *payloads: bytes, **options: object) -> JsonObject:
    """Replaces a file, which must work: the closing message."""
    peer.opened("f", "fsreplace1", path=str(path), **options)
    for payload in payloads:
        peer.send("f", payload)
    peer.done("f")
    _, close = peer.until("close", "f")
    assert "problem" not in close, close
    return close


def refuse(peer: Peer, path: Path, *payloads: bytes, **options: object) -> JsonObject:
    """Tries to replace a file, which must fail, now or at the end: the closing message."""
    peer.open("f", "fsreplace1", path=str(path), **options)
    for payload in payloads:
        peer.send("f", payload)
    peer.done("f")
    _, close = peer.until("close", "f")
    assert "problem" in close, close
    return close


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def tag_of(peer: Peer, path: Path) -> str:
    peer.open("t", "fsread1", path=str(path), binary="raw", max_read_size=1 << 30)
    return peer.until("close", "t")[1]["tag"]


def test_a_new_file(peer: Peer, folder: Path) -> None:
    save(peer, folder / "file", b"con", b"tent")
    assert (folder / "file").read_bytes() == b"content"


def test_done_comes_before_close(peer: Peer, folder: Path) -> None:
    peer.opened("f", "fsreplace1", path=str(folder / "file"))
    peer.send("f", b"x")
    peer.done("f")
    peer.expect("done", "f")
    peer.expect("close", "f")


def test_a_file_is_replaced(peer: Peer, folder: Path) -> None:
    (folder / "file").write_text("something longer than that")
    before = (folder / "file").stat().st_ino
    save(peer, folder / "file", b"new")
    assert (folder / "file").read_bytes() == b"new"
    assert (folder / "file").stat().st_ino != before


def test_nothing_else_is_left_in_the_folder(peer: Peer, folder: Path) -> None:
    (folder / "sub").mkdir()
    save(peer, folder / "sub/file", b"new")
    assert names_in(folder / "sub") == ["file"]


def test_an_empty_frame_makes_an_empty_file(peer: Peer, folder: Path) -> None:
    save(peer, folder / "file", b"")
    assert (folder / "file").read_bytes() == b""


def test_no_data_deletes(peer: Peer, folder: Path) -> None:
    (folder / "file").touch()
    assert save(peer, folder / "file")["tag"] == "-"
    assert not (folder / "file").exists()


def test_deleting_what_is_missing(peer: Peer, folder: Path) -> None:
    assert save(peer, folder / "file")["tag"] == "-"


def test_the_tag_is_that_of_the_new_file(peer: Peer, folder: Path) -> None:
    close = save(peer, folder / "file", b"new")
    assert close["tag"] == tag_of(peer, folder / "file")
    again = save(peer, folder / "file", b"newer")
    assert again["tag"] == tag_of(peer, folder / "file") != close["tag"]


def test_the_tag_that_is_expected(peer: Peer, folder: Path) -> None:
    tag = save(peer, folder / "file", b"one", tag="-")["tag"]
    tag = save(peer, folder / "file", b"two", tag=tag)["tag"]
    assert save(peer, folder / "file", tag=tag)["tag"] == "-"
    assert not (folder / "file").exists()


def test_the_file_should_not_exist(peer: Peer, folder: Path) -> None:
    (folder / "file").write_text("theirs")
    close = refuse(peer, folder / "file", b"ours", tag="-")
    assert close["problem"] == "change-conflict"
    assert (folder / "file").read_text() == "theirs"


def test_the_content_changed(peer: Peer, folder: Path) -> None:
    tag = save(peer, folder / "file", b"one")["tag"]
    (folder / "file").write_text("theirs")
    os.utime(folder / "file", (1, 1))
    close = refuse(peer, folder / "file", b"two", tag=tag)
    assert close["problem"] == "change-conflict"
    assert (folder / "file").read_text() == "theirs"


def test_the_content_changed_meanwhile(peer: Peer, folder: Path) -> None:
    tag = save(peer, folder / "file", b"one")["tag"]
    peer.opened("f", "fsreplace1", path=str(folder / "file"), tag=tag)
    peer.send("f", b"two")
    peer.barrier()
    (folder / "file").write_text("theirs")
    os.utime(folder / "file", (1, 1))
    peer.done("f")
    _, close = peer.until("close", "f")
    assert close["problem"] == "change-conflict"
    assert (folder / "file").read_text() == "theirs"


def test_the_mode_changed(peer: Peer, folder: Path) -> None:
    tag = save(peer, folder / "file", b"one")["tag"]
    (folder / "file").chmod(0o600)
    assert refuse(peer, folder / "file", b"two", tag=tag)["problem"] == "change-conflict"


def test_the_file_is_gone(peer: Peer, folder: Path) -> None:
    tag = save(peer, folder / "file", b"one")["tag"]
    (folder / "file").unlink()
    assert refuse(peer, folder / "file", b"two", tag=tag)["problem"] == "change-conflict"
    assert not (folder / "file").exists()


def test_deleting_a_changed_file(peer: Peer, folder: Path) -> None:
    tag = save(peer, folder / "file", b"one")["tag"]
    (folder / "file").write_text("theirs")
    os.utime(folder / "file", (1, 1))
    assert refuse(peer, folder / "file", tag=tag)["problem"] == "change-conflict"
    assert (folder / "file").exists()


def test_mode_is_kept_with_a_tag(peer: Peer, folder: Path) -> None:
    (folder / "file").write_text("one")
    (folder / "file").chmod(0o604)
    save(peer, folder / "file", b"two", tag=tag_of(peer, folder / "file"))
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o604


def test_owner_is_kept_with_a_tag(peer: Peer, folder: Path) -> None:
    needs_root()
    (folder / "file").write_text("one")
    os.chown(folder / "file", 1234, 5678)
    save(peer, folder / "file", b"two", tag=tag_of(peer, folder / "file"))
    info = (folder / "file").stat()
    assert (info.st_uid, info.st_gid) == (1234, 5678)


def test_the_mode_of_a_new_file_obeys_the_umask(peer: Peer, folder: Path) -> None:
    previous = os.umask(0)
    os.umask(previous)
    save(peer, folder / "file", b"x")
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o666 & ~previous


def test_a_directory(peer: Peer, folder: Path) -> None:
    (folder / "dir").mkdir()
    assert refuse(peer, folder / "dir", b"x")["problem"] == "access-denied"
    assert (folder / "dir").is_dir()


def test_a_missing_folder(peer: Peer, folder: Path) -> None:
    assert refuse(peer, folder / "missing/file", b"x")["problem"] == "not-found"


def test_a_folder_that_may_not_be_written(plain_peer: Peer, folder: Path) -> None:
    assert refuse(plain_peer, folder / "file", b"x")["problem"] == "access-denied"


def test_deleting_where_that_is_forbidden(plain_peer: Peer, folder: Path) -> None:
    (folder / "file").touch()
    assert refuse(plain_peer, folder / "file")["problem"] == "access-denied"


def test_closing_keeps_the_old_file(peer: Peer, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub/file").write_text("old")
    peer.opened("f", "fsreplace1", path=str(folder / "sub/file"))
    peer.send("f", b"new")
    peer.barrier()
    peer.close("f")
    peer.until("close", "f")
    assert (folder / "sub/file").read_text() == "old"
    assert names_in(folder / "sub") == ["file"]


def test_a_lost_connection_keeps_the_old_file(start: Callable[..., Peer], folder: Path) -> None:
    peer = start()
    (folder / "sub").mkdir()
    (folder / "sub/file").write_text("old")
    peer.opened("f", "fsreplace1", path=str(folder / "sub/file"))
    peer.send("f", b"new")
    peer.barrier()
    peer.end_input()
    assert peer.wait() == 0
    assert (folder / "sub/file").read_text() == "old"
    assert names_in(folder / "sub") == ["file"]


def test_no_path(peer: Peer) -> None:
    peer.open("f", "fsreplace1")
    peer.refused("f", "protocol-error")


def test_a_large_file(peer: Peer, folder: Path) -> None:
    block = os.urandom(65536)
    save(peer, folder / "file", *[block] * 64, binary="raw")
    assert (folder / "file").read_bytes() == block * 64


# size: space is set aside at once


def test_without_size_nothing_is_made_before_data(peer: Peer, folder: Path) -> None:
    (folder / "sub").mkdir()
    peer.opened("f", "fsreplace1", path=str(folder / "sub/file"))
    assert names_in(folder / "sub") == []


def test_size_reserves_before_ready(peer: Peer, folder: Path) -> None:
    (folder / "sub").mkdir()
    peer.opened("f", "fsreplace1", path=str(folder / "sub/file"), size=100_000)
    (name,) = names_in(folder / "sub")
    assert name != "file"
    info = (folder / "sub" / name).stat()
    assert info.st_blocks * 512 >= 100_000
    peer.close("f")
    peer.until("close", "f")
    assert names_in(folder / "sub") == []


def test_a_size_that_is_not_there(peer: Peer, folder: Path) -> None:
    (folder / "sub").mkdir()
    peer.open("f", "fsreplace1", path=str(folder / "sub/file"), size=PIB)
    close = peer.refused("f", "internal-error")
    assert "No space left" in close["message"] or "File too large" in close["message"]
    assert names_in(folder / "sub") == []


def test_size_zero_makes_an_empty_file(peer: Peer, folder: Path) -> None:
    save(peer, folder / "file", size=0)
    assert (folder / "file").read_bytes() == b""


@pytest.mark.parametrize("size", [2, 5, 5000], ids=["longer", "exact", "shorter"])
def test_the_size_is_what_was_sent(peer: Peer, folder: Path, size: int) -> None:
    save(peer, folder / "file", b"12345", size=size)
    assert (folder / "file").read_bytes() == b"12345"


@pytest.mark.parametrize("size", ["5", -1, 1.5, True])
def test_a_bad_size(peer: Peer, folder: Path, size: object) -> None:
    peer.open("f", "fsreplace1", path=str(folder / "file"), size=size)
    peer.refused("f", "protocol-error")


# attrs


def test_a_mode(peer: Peer, folder: Path) -> None:
    save(peer, folder / "file", b"x", attrs={"mode": 0o640})
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o640


def test_an_owner_by_name(peer: Peer, folder: Path) -> None:
    needs_root()
    user, group = pwd.getpwall()[-1], grp.getgrall()[-1]
    save(peer, folder / "file", b"x", attrs={"user": user.pw_name, "group": group.gr_name})
    info = (folder / "file").stat()
    assert (info.st_uid, info.st_gid) == (user.pw_uid, group.gr_gid)


def test_an_owner_by_number(peer: Peer, folder: Path) -> None:
    needs_root()
    save(peer, folder / "file", b"x", attrs={"user": 1234, "group": 5678, "mode": 0o600})
    info = (folder / "file").stat()
    assert (info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)) == (1234, 5678, 0o600)


def test_attrs_win_over_those_of_the_old_file(peer: Peer, folder: Path) -> None:
    (folder / "file").write_text("one")
    (folder / "file").chmod(0o600)
    save(peer, folder / "file", b"two", tag=tag_of(peer, folder / "file"), attrs={"mode": 0o644})
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o644


def test_attrs_that_are_unknown(peer: Peer, folder: Path) -> None:
    peer.open("f", "fsreplace1", path=str(folder / "file"), attrs={"mode": 0o644, "selinux": "x", "acl": []})
    close = peer.refused("f", "protocol-error")
    assert sorted(close["unsupported-attrs"]) == ["acl", "selinux"]


@pytest.mark.parametrize(
    "attrs",
    [{"user": "root"}, {"group": "root"}, {"mode": "644"}, {"user": [], "group": []}, {"user": 1.5, "group": 0}, []],
    ids=["user", "group", "mode", "arrays", "fraction", "array"],
)
def test_attrs_that_are_wrong(peer: Peer, folder: Path, attrs: object) -> None:
    peer.open("f", "fsreplace1", path=str(folder / "file"), attrs=attrs)
    peer.refused("f", "protocol-error")


@pytest.mark.parametrize(
    ("attrs", "message"),
    [
        ({"user": "no-such-user", "group": "root"}, "uid not found for no-such-user"),
        ({"user": "root", "group": "no-such-group"}, "gid not found for no-such-group"),
    ],
    ids=["user", "group"],
)
def test_owners_that_are_unknown(peer: Peer, folder: Path, attrs: object, message: str) -> None:
    peer.open("f", "fsreplace1", path=str(folder / "file"), attrs=attrs)
    peer.refused("f", "not-found", message=message)


def needs_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
