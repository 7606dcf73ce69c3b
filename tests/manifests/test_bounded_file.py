"""Small files, and what looks like one."""

import errno
import os
from pathlib import Path

import pytest

from manifests.bounded_file import read_bounded


def test_a_file_up_to_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 100)
    assert read_bounded(file, 100) == b"x" * 100
    with pytest.raises(OSError, match="too large") as caught:
        read_bounded(file, 99)
    assert caught.value.errno == errno.EFBIG


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert read_bounded(tmp_path / "file", 0) == b""


def test_an_endless_file_ends() -> None:
    with pytest.raises(OSError, match="too large"):
        read_bounded(Path("/dev/zero"), 100_000)


def test_a_file_of_the_kernel_that_says_it_is_empty() -> None:
    assert b"MemTotal" in read_bounded(Path("/proc/meminfo"), 100_000)


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert read_bounded(tmp_path / "fifo", 100) == b""


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bounded(tmp_path / "absent", 100)
    with pytest.raises(IsADirectoryError):
        read_bounded(tmp_path, 100)
