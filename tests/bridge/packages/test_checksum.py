import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.packages import checksum
from bridge.packages.checksum import SETTLED_NS, Checksum, TooManyFilesError, take
from manifests.model import parse
from manifests.search import Package


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "one"
    (path / "sub").mkdir(parents=True)
    (path / "a.js").write_text("aaaa")
    (path / "b.js").write_text("bbbb")
    (path / "sub/c.js").write_text("cccc")
    return path


def package(folder: Path, **manifest: object) -> Package:
    return Package("one", str(folder), parse(manifest, "here"), 1, False, 0)


def later() -> int:
    """A time at which everything that was written just now has been left alone for long enough."""
    return time.time_ns() + 10 * SETTLED_NS


def taken(*packages: Package) -> Checksum:
    found = take(packages, later())
    assert found
    return found


def test_it_stays_the_same_as_long_as_nothing_changes(folder: Path) -> None:
    first = taken(package(folder))
    assert first == taken(package(folder))
    assert len(first.value) == 64
    assert set(first.value) <= set("0123456789abcdef")


def touch(folder: Path) -> None:
    os.utime(folder / "a.js", ns=(1, 1))


def change_and_hide(folder: Path) -> None:
    """Another content of the same size, with the old time put back."""
    status = (folder / "a.js").stat()
    (folder / "a.js").write_text("AAAA")
    os.utime(folder / "a.js", ns=(status.st_atime_ns, status.st_mtime_ns))


def swap(folder: Path) -> None:
    (folder / "a.js").rename(folder / "x")
    (folder / "b.js").rename(folder / "a.js")
    (folder / "x").rename(folder / "b.js")


def link(folder: Path) -> None:
    (folder / "d.js").symlink_to("a.js")


CHANGES: list[Callable[[Path], object]] = [
    touch,
    change_and_hide,
    swap,
    link,
    lambda folder: (folder / "a.js").unlink(),
    lambda folder: (folder / "new.js").touch(),
    lambda folder: (folder / "sub/c.js").write_text("longer than it was"),
    lambda folder: (folder / "sub").rename(folder / "other"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_a_file_changes_it(folder: Path, change: Callable[[Path], object]) -> None:
    before = taken(package(folder))
    # The clock of file systems ticks every few milliseconds.
    status = (folder / "a.js").stat()
    while _now(folder) <= status.st_ctime_ns:
        pass
    change(folder)
    assert taken(package(folder)).value != before.value


def _now(folder: Path) -> int:
    """The time that the file system has."""
    probe = folder.parent / "probe"
    probe.write_text("")
    os.utime(probe)
    return probe.stat().st_ctime_ns


def test_it_depends_on_what_the_manifest_says_after_overrides(folder: Path) -> None:
    values = {taken(package(folder, **{"content-security-policy": policy})).value for policy in ("img-src *", "")}
    assert len(values) == 2


def test_it_depends_on_where_a_package_is(folder: Path, tmp_path: Path) -> None:
    before = taken(package(folder))
    assert taken(package(folder.rename(tmp_path / "two"))).value != before.value


@pytest.mark.parametrize("name", [".git/x", ".hidden", "__pycache__/x.pyc", "sub/node_modules/x/index.js"])
def test_what_is_never_served_or_kept_does_not_count(folder: Path, name: str) -> None:
    before = taken(package(folder))
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("x")
    after = taken(package(folder))
    assert after == before
    assert not after.covers((folder / name).stat())


def test_links_to_folders_are_not_followed(folder: Path) -> None:
    (folder / "round").symlink_to(".")
    (folder.parent / "secret").mkdir()
    (folder.parent / "secret/x").write_text("x")
    (folder / "out").symlink_to("../secret")
    assert not taken(package(folder)).covers((folder / "out/x").stat())


def test_it_covers_the_versions_that_were_there(folder: Path) -> None:
    found = taken(package(folder))
    assert found.covers((folder / "a.js").stat())
    (folder / "a.js").write_text("changed")
    assert not found.covers((folder / "a.js").stat())


def test_there_is_none_while_files_are_young(folder: Path) -> None:
    newest = (folder / "sub/c.js").stat().st_ctime_ns
    assert take([package(folder)], newest + SETTLED_NS - 1) is None
    os.utime(folder / "a.js", ns=(1, 1))
    assert take([package(folder)], time.time_ns()) is None


def test_names_that_are_no_unicode(folder: Path) -> None:
    before = taken(package(folder))
    Path(os.fsdecode(bytes(folder) + b"/\xff\n.js")).write_text("x")
    assert taken(package(folder)).value != before.value


def test_a_package_that_is_gone_has_no_files(folder: Path) -> None:
    before = taken(package(folder))
    folder.rename(folder.parent / "away")
    assert taken(package(folder)).value != before.value


def test_the_number_of_files_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checksum, "FILES_MAX", 3)
    with pytest.raises(TooManyFilesError):
        take([package(folder)], later())
