"""Links that others may have made."""

import os
from pathlib import Path

import pytest

from bridge.files.links import TrustedLinks
from bridge.files.walk import walk
from bridge.protocol import Problem

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs files of several users")
USER, OTHER = 4711, 4712


def check(path: Path) -> None:
    links = TrustedLinks()
    place = walk(str(path), links)
    try:
        links.check(place)
    finally:
        place.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's directory, and beside it a file of root's."""
    (tmp_path / "secret").write_text("root's")
    home = tmp_path / "home"
    home.mkdir()
    (home / "file").write_text("his")
    for path in (home, home / "file"):
        os.chown(path, USER, USER)
    return home


def link(path: Path, target: str, owner: int) -> Path:
    path.symlink_to(target)
    os.chown(path, owner, owner, follow_symlinks=False)
    return path


def test_root_follows_its_own_links_in_its_own_directories(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    check(link(tmp_path / "link", "file", 0))


def test_root_follows_a_users_link_to_his_own_files(home: Path) -> None:
    check(link(home / "link", "file", USER))


@pytest.mark.parametrize("target", ["../secret", "../new-file"])
def test_root_does_not_follow_a_users_link_out_of_his_files(home: Path, target: str) -> None:
    with pytest.raises(Problem, match="access-denied"):
        check(link(home / "link", target, USER))


def test_nor_a_directory_that_is_a_link(home: Path) -> None:
    link(home / "dir", "..", USER)
    with pytest.raises(Problem, match="access-denied"):
        check(home / "dir/secret")


def test_nor_a_link_of_root_that_a_user_could_have_put_there(home: Path) -> None:
    with pytest.raises(Problem, match="access-denied"):
        check(link(home / "link", "../secret", 0))


def test_nor_any_link_where_everybody_may_write(tmp_path: Path, home: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    for owner in (0, USER):
        with pytest.raises(Problem, match="access-denied"):
            check(link(shared / f"link{owner}", str(home / "file"), owner))


def test_nor_from_one_user_to_another(tmp_path: Path, home: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    os.chown(other, OTHER, OTHER)
    link(home / "link", "../other/link", USER)
    link(other / "link", "../home/file", OTHER)
    with pytest.raises(Problem, match="access-denied"):
        check(home / "link")
