"""`fslist1` (reference 2.10)."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from compat.driver import Data, Peer
from testbed.processes import wait_until


@pytest.fixture
def tree(folder: Path) -> Path:
    """One entry of each kind."""
    sub = folder / "sub"
    (sub / "dir").mkdir(parents=True)
    (sub / "file").write_text("12345")
    (sub / "link").symlink_to("dir")
    (sub / "broken").symlink_to("nowhere")
    os.mkfifo(sub / "fifo")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(sub / "sock"))
    return sub


def present(peer: Peer, path: Path) -> dict[str, dict[str, Any]]:
    """The entries of a folder by name."""
    peer.open("l", "fslist1", path=str(path), watch=False)
    found = {}
    while (event := peer.next("l"))[0] != "done":
        if isinstance(event, Data):
            entry = json.loads(event.payload)
            assert entry["event"] == "present"
            found[entry["path"]] = entry
        else:
            # Which comes first, this or the entries, is not said.
            assert event.command == "ready"
    assert "problem" not in peer.expect("close", "l")
    return found


def test_an_empty_folder(peer: Peer, folder: Path) -> None:
    (folder / "sub").mkdir()
    assert present(peer, folder / "sub") == {}


def test_names(peer: Peer, tree: Path) -> None:
    assert set(present(peer, tree)) == {"dir", "file", "link", "broken", "fifo", "sock"}


def test_types(peer: Peer, tree: Path) -> None:
    types = {name: entry["type"] for name, entry in present(peer, tree).items()}
    assert types == {
        "dir": "directory", "file": "file", "link": "directory", "broken": "link", "fifo": "special", "sock": "special"
    }  # fmt: skip


def test_attributes(peer: Peer, tree: Path) -> None:
    entry = present(peer, tree)["file"]
    info = (tree / "file").stat()
    assert (entry["size"], entry["modified"]) == (5, int(info.st_mtime))
    assert entry["owner"]
    assert entry["group"]


def test_a_missing_folder(peer: Peer, folder: Path) -> None:
    peer.open("l", "fslist1", path=str(folder / "missing"), watch=False)
    assert peer.refused("l", "not-found")["message"]


def test_a_file(peer: Peer, tree: Path) -> None:
    peer.open("l", "fslist1", path=str(tree / "file"), watch=False)
    assert "problem" in peer.expect("close", "l")


def test_a_forbidden_folder(plain_peer: Peer, folder: Path) -> None:
    (folder / "sub").mkdir(mode=0o700)
    plain_peer.open("l", "fslist1", path=str(folder / "sub"), watch=False)
    plain_peer.refused("l", "access-denied")


def test_no_path(peer: Peer) -> None:
    peer.open("l", "fslist1", watch=False)
    peer.refused("l", "protocol-error")


def test_a_large_folder(peer: Peer, folder: Path) -> None:
    (folder / "sub").mkdir()
    names = {f"file-{number}" for number in range(2000)}
    for name in names:
        (folder / "sub" / name).touch()
    assert set(present(peer, folder / "sub")) == names


def events_until(peer: Peer, kind: str, name: str) -> list[dict[str, Any]]:
    """The events of a watched folder up to the one that is waited for."""
    seen: list[dict[str, Any]] = []

    def arrived() -> bool:
        seen.append(peer.json("l"))
        return seen[-1]["event"] == kind and seen[-1]["path"].endswith(name)

    wait_until(arrived, f"{kind} {name}")
    return seen


def test_watching_is_the_default(peer: Peer, tree: Path) -> None:
    peer.open("l", "fslist1", path=str(tree))
    events = [peer.next("l") for _ in range(7)]
    assert len([event for event in events if isinstance(event, Data)]) == 6
    peer.barrier()
    peer.assert_quiet("l")
    peer.close("l")
    peer.until("close", "l")


def test_a_watched_folder_tells_of_changes(peer: Peer, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub/old").touch()
    peer.open("l", "fslist1", path=str(folder / "sub"), watch=True)
    assert {peer.next("l")[0], peer.next("l")[0]} >= {"ready"}
    (folder / "sub/new").touch()
    events_until(peer, "created", "new")
    (folder / "sub/new").write_text("x")
    events_until(peer, "changed", "new")
    (folder / "sub/old").unlink()
    events_until(peer, "deleted", "old")
