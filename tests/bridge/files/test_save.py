"""Saving files."""

import errno
import os
import resource
import stat
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bridge.files.save import Attributes, Save
from bridge.files.tags import ABSENT, tag_of
from bridge.protocol import Problem

IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="needs root")


def save(path: Path, content: bytes, tag: str | None = None, attributes: Attributes | None = None) -> str:
    with closing(Save(str(path), tag, attributes)) as saving:
        return saving.commit([content])


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    return path


def test_a_new_file_has_the_umasks_mode(tmp_path: Path) -> None:
    tag = save(tmp_path / "file", b"new")
    info = (tmp_path / "file").stat()
    assert tag == tag_of(info)
    assert stat.S_IMODE(info.st_mode) == 0o644
    assert names(tmp_path) == ["file"]


def test_the_old_content_stays_until_the_commit(file: Path, tmp_path: Path) -> None:
    with closing(Save(str(file))) as saving:
        saving.write([b"a" * 100_000])
        assert file.read_bytes() == b"old"
        (temporary,) = (path for path in tmp_path.iterdir() if path != file)
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
        saving.commit([b"b"])
    assert file.read_bytes() == b"a" * 100_000 + b"b"


def test_what_is_not_committed_leaves_nothing(file: Path, tmp_path: Path) -> None:
    with closing(Save(str(file))) as saving:
        saving.reserve(100_000)
        saving.write([b"a" * 1000])
    assert names(tmp_path) == ["file"]
    assert file.read_bytes() == b"old"


def test_an_abandoned_commit_changes_nothing(file: Path, tmp_path: Path) -> None:
    with closing(Save(str(file))) as saving:
        saving.abandon()
        with pytest.raises(Problem, match="terminated"):
            saving.commit([b"new"])
    assert file.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("length", [0, 10, 100])
def test_reserved_room_is_not_content(tmp_path: Path, length: int) -> None:
    with closing(Save(str(tmp_path / "file"))) as saving:
        saving.reserve(50)
        saving.commit([b"x" * length])
    assert (tmp_path / "file").read_bytes() == b"x" * length


def test_tags(file: Path) -> None:
    tag = tag_of(file.stat())
    for wrong in (ABSENT, "1:2", ""):
        with pytest.raises(Problem, match="change-conflict"):
            save(file, b"new", wrong)
    assert file.read_bytes() == b"old"
    tag = save(file, b"new", tag)
    file.chmod(0o600)
    with pytest.raises(Problem, match="change-conflict"):
        save(file, b"newer", tag)
    file.unlink()
    with pytest.raises(Problem, match="change-conflict"):
        save(file, b"newer", tag)
    save(file, b"created", ABSENT)
    assert names(file.parent) == ["file"]


def test_a_change_while_the_new_version_is_written(file: Path) -> None:
    with closing(Save(str(file), tag_of(file.stat()))) as saving:
        saving.write([b"new"])
        file.write_bytes(b"somebody else's")
        with pytest.raises(Problem, match="change-conflict"):
            saving.commit([])
    assert file.read_bytes() == b"somebody else's"


@needs_root
@pytest.mark.parametrize("tagged", [True, False])
def test_mode_and_owner_are_kept(file: Path, tagged: bool) -> None:
    os.chown(file, 1000, 1001)
    file.chmod(0o4750)
    save(file, b"new", tag_of(file.stat()) if tagged else None)
    info = file.stat()
    assert (info.st_uid, info.st_gid) == (1000, 1001)
    assert stat.S_IMODE(info.st_mode) == 0o750, "set-user-ID only on request"


@needs_root
def test_attributes_on_request(file: Path) -> None:
    save(file, b"new", attributes=Attributes(0o4711, (1000, 1001)))
    info = file.stat()
    assert (info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)) == (1000, 1001, 0o4711)
    save(file, b"new", attributes=Attributes(mode=0o600))
    assert (file.stat().st_uid, stat.S_IMODE(file.stat().st_mode)) == (1000, 0o600)


def acl(*entries: tuple[int, int, int]) -> bytes:
    """A POSIX ACL of (tag, permissions, id), as in the attribute (linux/posix_acl_xattr.h)."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


NOBODY = 0xFFFF_FFFF
ACL = acl((1, 6, NOBODY), (2, 4, 4711), (4, 0, NOBODY), (16, 4, NOBODY), (32, 0, NOBODY))


def test_attributes_and_acls_are_kept(file: Path) -> None:
    try:
        os.setxattr(file, "user.comment", b"hello")
        os.setxattr(file, "system.posix_acl_access", ACL)
    except OSError as exc:
        pytest.skip(f"the file system has no such attributes: {exc}")
    before = file.stat()
    save(file, b"new")
    assert os.getxattr(file, "user.comment") == b"hello"
    assert os.getxattr(file, "system.posix_acl_access") == ACL
    assert file.stat().st_mode == before.st_mode


def test_no_acl_of_the_directory_comes_upon_an_old_file(file: Path) -> None:
    try:
        os.setxattr(file.parent, "system.posix_acl_default", ACL)
    except OSError as exc:
        pytest.skip(f"the file system has no ACLs: {exc}")
    save(file, b"new")
    assert "system.posix_acl_access" not in os.listxattr(file)


def test_the_target_of_a_link_is_written(file: Path, tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir/link").symlink_to("../file")
    save(tmp_path / "dir/link", b"new")
    assert file.read_bytes() == b"new"
    assert (tmp_path / "dir/link").is_symlink()
    assert names(tmp_path / "dir") == ["link"]


def test_another_hard_link_keeps_the_old_content(file: Path, tmp_path: Path) -> None:
    (tmp_path / "peer").hardlink_to(file)
    save(file, b"new")
    assert (tmp_path / "peer").read_bytes() == b"old"


def test_what_cannot_be_saved(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    before = names(tmp_path)
    for path in ("dangling", "fifo"):
        with pytest.raises(Problem):
            save(tmp_path / path, b"x")
    for path, number in (("loop", errno.ELOOP), ("", errno.EISDIR), ("no/file", errno.ENOENT)):
        with pytest.raises(OSError, match=os.strerror(number)):
            save(tmp_path / path, b"x")
    assert names(tmp_path) == before


def test_deleting(file: Path, tmp_path: Path) -> None:
    tag = tag_of(file.stat())
    (tmp_path / "link").symlink_to("file")
    with closing(Save(str(tmp_path / "link"), tag)) as saving:
        assert saving.delete() == ABSENT
    assert names(tmp_path) == ["file"]
    with closing(Save(str(file), "1:2")) as saving, pytest.raises(Problem, match="change-conflict"):
        saving.delete()
    for path in (file, file, tmp_path / "no/file"):
        with closing(Save(str(path))) as saving:
            assert saving.delete() == ABSENT
    assert names(tmp_path) == []


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("blocks", [[b"x" * 300_000], [b"x" * 30_000] * 10])
def test_a_file_that_gets_too_large(file: Path, blocks: list[bytes]) -> None:
    with closing(Save(str(file))) as saving, file_size_limit(100_000), pytest.raises(OSError, match="too large"):
        saving.commit(blocks)
    assert names(file.parent) == ["file"]
    assert file.read_bytes() == b"old"


def test_room_for_a_pebibyte(file: Path) -> None:
    with closing(Save(str(file))) as saving, pytest.raises(OSError, match=r"too large|No space"):
        saving.reserve(1 << 50)
    with closing(Save(str(file))) as saving, pytest.raises(OSError, match="too large"):
        saving.reserve(1 << 70)
    assert names(file.parent) == ["file"]
