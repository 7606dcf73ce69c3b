"""`fswatch1` (reference 2.9)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from compat.driver import JsonObject, Peer


def next_of(peer: Peer, *kinds: str) -> JsonObject:
    """The next event of one of these kinds; others may come before."""
    while (event := peer.json("w"))["event"] not in kinds:
        pass
    return event


@pytest.fixture
def watched(peer: Peer, folder: Path) -> Path:
    """A file that is watched."""
    (folder / "sub").mkdir()
    (folder / "sub/file").write_text("one")
    peer.opened("w", "fswatch1", path=str(folder / "sub/file"))
    return folder / "sub/file"


def test_there_is_no_first_event(peer: Peer, watched: Path) -> None:
    peer.barrier()
    peer.assert_quiet("w")


def test_no_path(peer: Peer) -> None:
    peer.open("w", "fswatch1")
    peer.refused("w", "protocol-error")


def test_a_write(peer: Peer, watched: Path) -> None:
    watched.write_text("two")
    assert next_of(peer, "changed")["path"] == str(watched)


def test_a_write_has_its_end(peer: Peer, watched: Path) -> None:
    watched.write_text("two")
    event = next_of(peer, "done-hint")
    assert event["tag"] == _tag(peer, watched)


def test_the_mode(peer: Peer, watched: Path) -> None:
    watched.chmod(0o600)
    assert next_of(peer, "attribute-changed")["tag"] == _tag(peer, watched)


def test_a_deletion(peer: Peer, watched: Path) -> None:
    watched.unlink()
    event = next_of(peer, "deleted")
    assert event["tag"] == "-"


def test_a_new_file(peer: Peer, watched: Path) -> None:
    watched.unlink()
    next_of(peer, "deleted")
    watched.write_text("new")
    event = next_of(peer, "created")
    assert event["path"] == str(watched)


def test_a_new_file_has_a_type(peer: Peer, watched: Path) -> None:
    watched.unlink()
    next_of(peer, "deleted")
    watched.write_text("new")
    assert next_of(peer, "created")["type"] == "file"


def test_a_replacement(peer: Peer, watched: Path) -> None:
    (watched.parent / "other").write_text("new")
    (watched.parent / "other").rename(watched)
    event = next_of(peer, "created", "changed", "moved")
    assert event["tag"] == _tag(peer, watched)


def test_a_file_that_is_not_there_yet(peer: Peer, folder: Path) -> None:
    (folder / "sub").mkdir()
    peer.opened("w", "fswatch1", path=str(folder / "sub/file"))
    peer.barrier()
    peer.assert_quiet("w")
    (folder / "sub/file").write_text("new")
    assert next_of(peer, "created")["path"] == str(folder / "sub/file")


def test_a_folder_that_is_not_there_yet(peer: Peer, folder: Path) -> None:
    peer.opened("w", "fswatch1", path=str(folder / "a/b/file"))
    peer.barrier()
    (folder / "a/b").mkdir(parents=True)
    (folder / "a/b/file").write_text("new")
    assert next_of(peer, "created")["path"] == str(folder / "a/b/file")


def test_a_folder_that_is_replaced(peer: Peer, watched: Path) -> None:
    watched.parent.rename(watched.parent.with_name("gone"))
    next_of(peer, "deleted")
    watched.parent.mkdir()
    watched.write_text("new")
    assert next_of(peer, "created")["path"] == str(watched)


def test_closing(peer: Peer, watched: Path) -> None:
    peer.close("w")
    _, close = peer.until("close", "w")
    assert "problem" not in close


def test_a_hundred_watches(start: Callable[..., Peer], folder: Path) -> None:
    peer = start()
    for number in range(100):
        peer.opened(f"w{number}", "fswatch1", path=str(folder / f"file{number}"))
    (folder / "file77").touch()
    assert peer.json("w77")["event"] == "created"
    peer.barrier()
    peer.assert_quiet("w78")


def _tag(peer: Peer, path: Path) -> str:
    peer.open("t", "fsread1", path=str(path))
    return peer.until("close", "t")[1]["tag"]
