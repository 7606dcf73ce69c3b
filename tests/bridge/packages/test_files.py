import asyncio
import gzip
import os
import resource
from pathlib import Path

import pytest

from bridge.packages.files import CHUNK, FileBody, find


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "package-other").mkdir()
    (tmp_path / "package-other/file").write_text("secret")
    path = tmp_path / "package"
    (path / "dist").mkdir(parents=True)
    return path


def content(folder: Path, path: str) -> str | None:
    """What answers for a path, with the path of its file."""
    found = find(folder, path)
    if found is None:
        return None
    body = FileBody(found.fd, unpack=found.compressed)
    try:
        return f"{found.path}: {b''.join(iter(body.read_now, b'')).decode()}"
    finally:
        body.close()


def test_the_folder_comes_before_its_dist(folder: Path) -> None:
    (folder / "dist/a.js").write_text("in dist")
    assert content(folder, "a.js") == "dist/a.js: in dist"
    (folder / "a.js").write_text("in folder")
    assert content(folder, "a.js") == "a.js: in folder"
    assert content(folder, "dist/a.js") == "dist/a.js: in dist"


def test_stored_variants_answer_for_the_plain_name(folder: Path) -> None:
    (folder / "a.min.js.gz").write_bytes(gzip.compress(b"minified, packed"))
    assert content(folder, "a.js") == "a.min.js: minified, packed"
    (folder / "a.min.js").write_text("minified")
    assert content(folder, "a.js") == "a.min.js: minified"
    (folder / "a.js.gz").write_bytes(gzip.compress(b"packed"))
    assert content(folder, "a.js") == "a.js: packed"
    (folder / "a.js").write_text("plain")
    assert content(folder, "a.js") == "a.js: plain"
    assert content(folder, "a.min.js") == "a.min.js: minified"
    assert content(folder, "a") is None


@pytest.mark.parametrize("target", ["../secret", "/etc/passwd", "../package-other/file", "/dev/null", "sub", "gone"])
def test_a_link_out_of_the_folder_or_to_no_file_is_not_followed(folder: Path, target: str) -> None:
    (folder / "sub").mkdir()
    (folder / "link").symlink_to(target)
    assert content(folder, "link") is None


def test_a_linked_folder_does_not_lead_out_either(folder: Path) -> None:
    (folder / "up").symlink_to("..")
    assert content(folder, "up/secret") is None
    assert content(folder, "up/package-other/file") is None


def test_links_within_the_folder_and_to_the_folder_are_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "dist/real.js").write_text("real")
    (folder / "link.js").symlink_to("dist/real.js")
    (tmp_path / "alias").symlink_to("package")
    assert content(tmp_path / "alias", "link.js") == "link.js: real"


def test_what_is_no_regular_file_is_not_there(folder: Path) -> None:
    os.mkfifo(folder / "fifo")
    (folder / "loop").symlink_to("loop")
    for path in ("fifo", "dist", "loop", "absent", "a/b", "x" * 300):
        assert content(folder, path) is None


def test_a_folder_that_is_gone_has_no_files(folder: Path) -> None:
    assert find(folder / "gone", "a") is None


@pytest.fixture
def big(tmp_path: Path) -> int:
    file = tmp_path / "big"
    file.write_bytes(b"x" * (CHUNK + 1))
    return os.open(file, os.O_RDONLY)


async def test_a_big_file_comes_in_bounded_pieces(big: int) -> None:
    body = FileBody(big, unpack=False)
    pieces = [await body.read(), await body.read(), await body.read()]
    body.close()
    assert [len(piece) for piece in pieces] == [CHUNK, 1, 0]


async def test_closing_twice_and_reading_afterwards_is_harmless(big: int) -> None:
    body = FileBody(big, unpack=False)
    body.close()
    body.close()
    assert await body.read() == b""


async def test_a_file_is_closed_only_when_no_thread_reads_it_any_more(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    body = FileBody(reader, unpack=False)
    reading = asyncio.get_running_loop().create_task(body.read())
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    body.close()
    try:
        assert _is_open(reader)
        os.write(writer, b"end")
    finally:
        os.close(writer)
    async with asyncio.timeout(5):
        while _is_open(reader):
            await asyncio.sleep(0.001)


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def test_a_gzip_bomb_is_unpacked_piece_by_piece(tmp_path: Path) -> None:
    file = tmp_path / "bomb.gz"
    file.write_bytes(gzip.compress(bytes(50 * CHUNK)) + gzip.compress(b"second member"))
    body = FileBody(os.open(file, os.O_RDONLY), unpack=True)
    pieces = list(iter(body.read_now, b""))
    body.close()
    assert max(map(len, pieces)) <= CHUNK
    assert sum(map(len, pieces)) == 50 * CHUNK + len(b"second member")
    assert pieces[-1].endswith(b"second member")


@pytest.mark.parametrize("stored", [b"", b"not gzip", gzip.compress(b"cut off", mtime=0)[:-9]])
def test_what_is_not_gzip_is_an_error(tmp_path: Path, stored: bytes) -> None:
    file = tmp_path / "file.gz"
    file.write_bytes(stored)
    body = FileBody(os.open(file, os.O_RDONLY), unpack=True)
    with pytest.raises(ValueError, match="gzip"):
        list(iter(body.read_now, b""))
    body.close()


def test_a_file_that_may_not_be_read_is_not_there(folder: Path) -> None:
    (folder / "private").write_text("private")
    (folder / "private").chmod(0)
    folder.parent.chmod(0o755)
    ours = os.geteuid()
    try:
        if ours == 0:
            os.seteuid(65534)  # root reads every file
        assert find(folder, "private") is None
    finally:
        os.seteuid(ours)


def test_running_out_of_descriptors_is_not_taken_for_a_missing_file(folder: Path) -> None:
    (folder / "file").write_text("file")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = os.dup(0)
    resource.setrlimit(resource.RLIMIT_NOFILE, (held, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            find(folder, "file")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        os.close(held)
