"""Walking along paths."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.files.walk import Place, walk


class Recorder:
    def __init__(self) -> None:
        self.names: list[str] = []
        self.links = 0

    def enter(self, directory: int, name: str) -> None:
        self.names.append(name)

    def follow(self, directory: int, link: int) -> None:
        self.links += 1


@contextmanager
def place_of(path: object, *, follow_last: bool = True) -> Iterator[tuple[Place, Recorder]]:
    recorder = Recorder()
    before = len(list(Path("/proc/self/fd").iterdir()))
    place = walk(str(path), recorder, follow_last=follow_last)
    try:
        yield place, recorder
    finally:
        place.close()
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with place_of(tmp_path / "file") as (place, recorder):
        assert place.name == "file"
        assert os.path.samestat(os.fstat(place.target), (tmp_path / "file").stat())
        assert os.path.samestat(os.fstat(place.directory), tmp_path.stat())
        assert recorder.names[-2:] == [tmp_path.name, "file"]
        assert not place.linked


def test_nothing_in_a_directory(tmp_path: Path) -> None:
    with place_of(tmp_path / "file") as (place, _):
        assert (place.name, place.target) == ("file", -1)


def test_links_of_all_kinds(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/file").write_text("x")
    (tmp_path / "relative").symlink_to("real")
    (tmp_path / "absolute").symlink_to(tmp_path / "relative")
    (tmp_path / "real/up").symlink_to("../absolute/file")
    with place_of(tmp_path / "relative/up") as (place, recorder):
        assert os.path.samestat(os.fstat(place.target), (tmp_path / "real/file").stat())
        assert recorder.links == 4
        assert place.linked
    with place_of(tmp_path / "relative/up", follow_last=False) as (place, _):
        assert os.readlink("", dir_fd=place.target) == "../absolute/file"


def test_a_dangling_link_leads_to_a_place_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with place_of(tmp_path / "link") as (place, _):
        assert (place.name, place.target, place.linked) == ("nowhere", -1, True)


def test_the_root() -> None:
    with place_of("/") as (place, _):
        assert place.name == ""
        assert os.path.samestat(os.fstat(place.target), Path("/").stat())


def test_errors_name_the_path_and_leave_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("x")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path, error in (("no/file", FileNotFoundError), ("file/x", NotADirectoryError), ("loop", OSError)):
        with pytest.raises(error) as caught:
            walk(str(tmp_path / path), Recorder())
        assert caught.value.filename == str(tmp_path / path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
