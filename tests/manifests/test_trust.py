"""Whose doing may it be."""

import os
from pathlib import Path

import pytest

from manifests.trust import FILES_MAX, distrust, distrust_content, walk

OWN = {0, os.getuid()}
ROOT_ONLY = pytest.mark.skipif(os.getuid() != 0, reason="only root can make files of others")


def test_our_own_folder_is_believed(tmp_path: Path) -> None:
    assert distrust(str(tmp_path), OWN) is None


@pytest.mark.parametrize(
    ("mode", "privileged", "reason"),
    [
        (0o757, False, "can be written by everybody"),
        (0o757, True, "can be written by everybody"),
        (0o775, True, "can be written by a group"),
        (0o775, False, None),
    ],
)
@ROOT_ONLY
def test_who_may_write_decides(tmp_path: Path, mode: int, privileged: bool, reason: str | None) -> None:
    tmp_path.chmod(mode)
    assert distrust(str(tmp_path), {0}, privileged=privileged) == reason


@ROOT_ONLY
def test_a_privileged_process_minds_the_folders_above_and_the_files_within(tmp_path: Path) -> None:
    folder = tmp_path / "users/plugin"
    folder.mkdir(parents=True)
    assert distrust(str(folder), {0}, privileged=True) is None
    os.chown(folder.parent, 1000, 1000)
    assert distrust(str(folder), {0}) is None
    assert "belongs to another user (uid 1000)" in (distrust(str(folder), {0}, privileged=True) or "")

    (folder / "backend.py").touch()
    assert distrust_content(str(folder), {0}) is None
    os.chown(folder / "backend.py", 1000, 0)
    assert distrust_content(str(folder), {0}) == "backend.py belongs to another user (uid 1000)"
    os.chown(folder / "backend.py", 0, 0)
    (folder / "vendor").mkdir()
    (folder / "vendor/more.py").touch(0o664)
    (folder / "vendor/more.py").chmod(0o664)
    assert distrust_content(str(folder), {0}) == "vendor/more.py can be written by a group"
    (folder / "vendor/more.py").unlink()
    (folder / "vendor/within.py").symlink_to("../backend.py")
    assert distrust_content(str(folder), {0}) is None
    (folder / "vendor/out.py").symlink_to("/etc/hostname")
    assert distrust_content(str(folder), {0}) == "vendor/out.py is a link out of the folder"


def test_what_is_never_loaded_is_not_looked_at_and_a_loop_ends(tmp_path: Path) -> None:
    for name in ("node_modules/a", "__pycache__/b", ".git/c", "src/d"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    (tmp_path / "src/loop").symlink_to(tmp_path)
    assert [os.path.relpath(path, tmp_path) for path in walk(str(tmp_path))] == ["src", "src/d", "src/loop"]


def test_there_is_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("manifests.trust.FILES_MAX", 2)
    for name in "abc":
        (tmp_path / name).touch()
    with pytest.raises(OSError, match="more than 2 files"):
        list(walk(str(tmp_path)))
    assert FILES_MAX > 2
