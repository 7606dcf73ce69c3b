"""Temporary files."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.files.temporary import TemporaryFile
from bridge.protocol import Problem


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


def test_it_is_private_and_goes_away(tmp_path: Path, directory: int) -> None:
    file = TemporaryFile(directory, "file")
    (found,) = tmp_path.iterdir()
    assert found.name.startswith(".file-")
    assert stat.S_IMODE(found.stat().st_mode) == 0o600
    file.close()
    assert list(tmp_path.iterdir()) == []


def test_it_takes_a_place(tmp_path: Path, directory: int) -> None:
    (tmp_path / "file").write_text("old")
    file = TemporaryFile(directory, "file")
    os.write(file.fd, b"new")
    file.publish("file")
    file.close()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "new"


def test_it_takes_a_free_place_only(tmp_path: Path, directory: int) -> None:
    for attempt in range(2):
        file = TemporaryFile(directory, "file")
        if attempt:
            with pytest.raises(Problem, match="change-conflict"):
                file.publish_new("file")
        else:
            file.publish_new("file")
        file.close()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_a_killed_process_left_behind_is_removed(tmp_path: Path, directory: int) -> None:
    first = TemporaryFile(directory, "file")
    (left_over,) = tmp_path.iterdir()
    first.publish("file")
    first.close()
    left_over.write_text("half of")
    second = TemporaryFile(directory, "file")
    assert os.fstat(second.fd).st_size == 0
    second.close()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_somebody_is_writing_is_not(tmp_path: Path, directory: int) -> None:
    first, second = TemporaryFile(directory, "file"), TemporaryFile(directory, "file")
    assert len(list(tmp_path.iterdir())) == 2
    os.write(first.fd, b"first")
    first.publish("file")
    first.close()
    second.close()
    assert (tmp_path / "file").read_bytes() == b"first"


def test_a_link_of_that_name_is_not_followed(tmp_path: Path, directory: int) -> None:
    (tmp_path / "victim").write_text("x")
    (tmp_path / ".file-pilothouse").symlink_to("victim")
    TemporaryFile(directory, "file").close()
    assert (tmp_path / "victim").read_text() == "x"


@pytest.mark.parametrize("name", ["x" * 255, "ü" * 127, os.fsdecode(b"\xff" * 255), "-", "a\nb"])
def test_names_of_any_length(tmp_path: Path, directory: int, name: str) -> None:
    file = TemporaryFile(directory, name)
    file.publish(name)
    file.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
