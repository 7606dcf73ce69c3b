"""`fsread1` (reference 2.7)."""

import os
import stat
from pathlib import Path

import pytest
from compat.driver import Peer

DEFAULT_LIMIT = 16 * 1024 * 1024


def test_content_and_tag(peer: Peer, folder: Path) -> None:
    (folder / "file").write_text("content")
    peer.opened("f", "fsread1", path=str(folder / "file"))
    assert peer.data("f") == b"content"
    peer.expect("done", "f")
    close = peer.expect("close", "f")
    assert close["tag"].startswith("1:")
    assert "problem" not in close


def test_an_empty_file(peer: Peer, folder: Path) -> None:
    (folder / "file").touch()
    peer.opened("f", "fsread1", path=str(folder / "file"))
    data, close = peer.until("close", "f")
    assert data == b""
    assert close["tag"] != "-"


def test_a_missing_file(peer: Peer, folder: Path) -> None:
    peer.open("f", "fsread1", path=str(folder / "file"))
    peer.expect("done", "f")
    close = peer.expect("close", "f")
    assert close["tag"] == "-"
    assert "problem" not in close


def test_the_tag_of_a_missing_file(peer: Peer, folder: Path) -> None:
    peer.open("f", "fsread1", path=str(folder / "file"))
    data, close = peer.until("close", "f")
    assert (data, close["tag"], close.get("problem")) == (b"", "-", None)


def test_the_tag_changes_with_the_content(peer: Peer, folder: Path) -> None:
    tags = [_tag_after(peer, folder / "file", lambda file, i=i: file.write_text(f"text {i}")) for i in range(3)]
    assert len(set(tags)) == 3


def test_the_tag_changes_with_the_mode(peer: Peer, folder: Path) -> None:
    (folder / "file").touch()
    tags = [_tag_after(peer, folder / "file", lambda file, mode=mode: file.chmod(mode)) for mode in (0o600, 0o640)]
    assert tags[0] != tags[1]


def _tag_after(peer: Peer, file: Path, change: object) -> str:
    change(file)  # type: ignore[operator]
    peer.open("f", "fsread1", path=str(file))
    return peer.until("close", "f")[1]["tag"]


def test_forbidden(plain_peer: Peer) -> None:
    plain_peer.open("f", "fsread1", path="/etc/shadow")
    plain_peer.refused("f", "access-denied")


def test_forbidden_with_a_message(plain_peer: Peer) -> None:
    plain_peer.open("f", "fsread1", path="/etc/shadow")
    plain_peer.refused("f", "access-denied", message="[Errno 13] Permission denied: '/etc/shadow'")


def test_a_directory(peer: Peer) -> None:
    peer.open("f", "fsread1", path="/")
    peer.refused("f", "internal-error")


def test_a_directory_with_a_message(peer: Peer) -> None:
    peer.open("f", "fsread1", path="/")
    peer.refused("f", "internal-error", message="[Errno 21] Is a directory: '/'")


def test_no_path(peer: Peer) -> None:
    peer.open("f", "fsread1")
    peer.refused("f", "protocol-error")


def test_no_path_with_a_message(peer: Peer) -> None:
    peer.open("f", "fsread1")
    peer.refused("f", "protocol-error", message="attribute 'path' required")


@pytest.mark.parametrize("limit", ["1M", [], True])
def test_the_limit_is_a_number(peer: Peer, limit: object) -> None:
    peer.open("f", "fsread1", path="/etc/passwd", max_read_size=limit)
    peer.refused("f", "protocol-error", message="attribute 'max_read_size': must have type int")


def test_a_limit(peer: Peer, folder: Path) -> None:
    (folder / "file").write_bytes(b"x" * 11)
    peer.open("f", "fsread1", path=str(folder / "file"), max_read_size=10)
    peer.refused("f", "too-large")
    peer.open("g", "fsread1", path=str(folder / "file"), max_read_size=11)
    assert peer.until("close", "g")[0] == b"x" * 11


def test_the_default_limit(peer: Peer, folder: Path) -> None:
    (folder / "file").touch()
    os.truncate(folder / "file", DEFAULT_LIMIT + 1)
    peer.open("f", "fsread1", path=str(folder / "file"), binary="raw")
    peer.refused("f", "too-large")


def test_no_limit(peer: Peer, folder: Path) -> None:
    (folder / "file").touch()
    os.truncate(folder / "file", DEFAULT_LIMIT + 1)
    peer.opened("f", "fsread1", path=str(folder / "file"), binary="raw", max_read_size=-1)
    assert len(peer.until("close", "f")[0]) == DEFAULT_LIMIT + 1


def test_size_hint_for_binary_files(peer: Peer, folder: Path) -> None:
    (folder / "file").write_bytes(b"x" * 1234)
    assert peer.opened("f", "fsread1", path=str(folder / "file"), binary="raw")["size-hint"] == 1234


def test_no_size_hint_for_text(peer: Peer, folder: Path) -> None:
    (folder / "file").write_bytes(b"x" * 1234)
    assert "size-hint" not in peer.opened("f", "fsread1", path=str(folder / "file"))


def test_no_size_hint_for_devices(peer: Peer) -> None:
    assert "size-hint" not in peer.opened("f", "fsread1", path="/dev/null", binary="raw")
    assert peer.until("close", "f")[0] == b""


def test_files_of_proc(peer: Peer) -> None:
    peer.opened("f", "fsread1", path="/proc/version")
    assert peer.until("close", "f")[0] == Path("/proc/version").read_bytes()


def test_binary_content(peer: Peer, folder: Path) -> None:
    content = os.urandom(100_000)
    (folder / "file").write_bytes(content)
    peer.opened("f", "fsread1", path=str(folder / "file"), binary="raw")
    assert peer.until("close", "f")[0] == content


def test_text_loses_what_is_no_text(peer: Peer, folder: Path) -> None:
    (folder / "file").write_bytes(b"a\xffb\0c\xc3\xbc")
    peer.opened("f", "fsread1", path=str(folder / "file"))
    assert peer.until("close", "f")[0] == "abcü".encode()


def test_a_fifo_stops_nothing(peer: Peer, folder: Path) -> None:
    os.mkfifo(folder / "fifo")
    peer.open("f", "fsread1", path=str(folder / "fifo"))
    peer.barrier()
    peer.close("f")
    peer.until("close", "f")


def test_a_link_is_followed(peer: Peer, folder: Path) -> None:
    (folder / "file").write_text("content")
    (folder / "link").symlink_to("file")
    peer.opened("f", "fsread1", path=str(folder / "link"))
    assert peer.until("close", "f")[0] == b"content"


def test_the_file_is_not_changed(peer: Peer, folder: Path) -> None:
    (folder / "file").write_text("content")
    before = (folder / "file").stat()
    peer.open("f", "fsread1", path=str(folder / "file"))
    peer.until("close", "f")
    after = (folder / "file").stat()
    assert (before.st_mtime_ns, stat.S_IMODE(before.st_mode)) == (after.st_mtime_ns, stat.S_IMODE(after.st_mode))
