"""`fsinfo`: what is at a path, once or kept up to date by merge patches (reference 2.11)."""

import grp
import os
import pwd
import stat
from pathlib import Path
from typing import Any

import pytest
from compat.driver import Peer

Value = dict[str, Any]


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def once(peer: Peer, path: Path | str, *attrs: str, **options: object) -> Value:
    """The value of a path."""
    peer.opened("i", "fsinfo", path=str(path), attrs=list(attrs), **options)
    value = merge(None, peer.json("i"))
    peer.expect("done", "i")
    assert "problem" not in peer.expect("close", "i")
    return value


def info(peer: Peer, path: Path | str, *attrs: str, **options: object) -> Value:
    """The attributes of something that is there."""
    value = once(peer, path, *attrs, **options)
    assert "error" not in value, value
    return value["info"]


class Watch:
    """A watched path; `value` is what it was last known to be."""

    def __init__(self, peer: Peer, path: Path | str, *attrs: str, **options: object) -> None:
        self._peer = peer
        peer.opened("i", "fsinfo", path=str(path), attrs=list(attrs), watch=True, **options)
        self.value = merge(None, peer.json("i"))
        self.patches: list[Value] = []

    def until(self, **expected: Any) -> None:
        """Take updates until the value is what is expected and complete."""
        while self.value != expected:
            patch = self._peer.json("i")
            updated = merge(self.value, patch)
            assert updated != self.value, f"an update that changes nothing: {patch}"
            self.patches.append(patch)
            self.value = updated


@pytest.fixture
def tree(folder: Path) -> Path:
    sub = folder / "sub"
    (sub / "dir").mkdir(parents=True)
    (sub / "dir/inner").touch()
    (sub / "file").write_text("12345")
    (sub / "link").symlink_to("dir")
    (sub / "loop").symlink_to("loop")
    (sub / "broken").symlink_to("nowhere")
    os.mkfifo(sub / "fifo")
    return sub


@pytest.mark.parametrize(
    "options",
    [
        {"attrs": ["type"]},
        {"path": "/"},
        {"path": "/", "attrs": "type"},
        {"path": "/", "attrs": [1]},
        {"path": "relative", "attrs": ["type"]},
        {"path": "", "attrs": ["type"]},
        {"path": "/", "attrs": ["type"], "follow": False, "watch": True},
        {"path": "/", "attrs": ["targets"], "follow": False},
        {"path": "/", "attrs": ["type"], "watch": "yes"},
    ],
    ids=["nopath", "noattrs", "string", "numbers", "relative", "empty", "nofollow+watch", "nofollow+targets", "flag"],
)
def test_bad_options(peer: Peer, options: Value) -> None:
    peer.open("i", "fsinfo", **options)
    peer.refused("i", "protocol-error")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("dir", "dir"), ("file", "reg"), ("link", "dir"), ("fifo", "fifo")],
)
def test_types(peer: Peer, tree: Path, name: str, kind: str) -> None:
    assert info(peer, tree / name, "type") == {"type": kind}


@pytest.mark.parametrize(("path", "kind"), [("/dev/null", "chr"), ("/", "dir"), ("/proc/self/exe", "reg")])
def test_types_of_the_system(peer: Peer, path: str, kind: str) -> None:
    assert info(peer, path, "type") == {"type": kind}


@pytest.mark.parametrize("name", ["link", "loop", "broken"])
def test_links_not_followed(peer: Peer, tree: Path, name: str) -> None:
    expected = {"type": "lnk", "target": str((tree / name).readlink())}
    assert info(peer, tree / name, "type", "target", follow=False) == expected


@pytest.mark.parametrize(
    ("name", "problem", "errno"),
    [
        ("missing", "not-found", "ENOENT"),
        ("broken", "not-found", "ENOENT"),
        ("loop", "internal-error", "ELOOP"),
        ("file/", "not-directory", "ENOTDIR"),
        ("file/below", "not-directory", "ENOTDIR"),
    ],
)
def test_errors(peer: Peer, tree: Path, name: str, problem: str, errno: str) -> None:
    error = once(peer, f"{tree}/{name}", "type")["error"]
    assert (error["problem"], error["errno"]) == (problem, errno)
    assert error["message"]


KINDS: dict[str, Value] = {
    "file": {"info": {"type": "reg"}},
    "dir": {"info": {"type": "dir"}},
    "link": {"info": {"type": "dir"}},
    "link/inner": {"info": {"type": "reg"}},
    "fifo": {"info": {"type": "fifo"}},
    "dir/": {"info": {"type": "dir"}},
    "missing": {"error": "ENOENT"},
    "missing/below": {"error": "ENOENT"},
    "broken": {"error": "ENOENT"},
    "loop": {"error": "ELOOP"},
    "file/": {"error": "ENOTDIR"},
    "closed/file": {"error": "EACCES"},
    "unlistable": {"info": {"type": "dir"}},
    "unlistable/file": {"info": {"type": "reg"}},
}


@pytest.mark.parametrize("options", [{}, {"watch": True}, {"follow": False}], ids=["once", "watched", "not followed"])
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_path(plain_peer: Peer, tree: Path, name: str, options: Value) -> None:
    for folder, mode in (("closed", 0o600), ("unlistable", 0o711)):
        (tree / folder).mkdir()
        (tree / folder / "file").touch()
        (tree / folder).chmod(mode)
    plain_peer.opened("i", "fsinfo", path=f"{tree}/{name}", attrs=["type"], **options)
    value = merge(None, plain_peer.json("i"))
    if "error" in value:
        value = {"error": value["error"]["errno"]}
    expected = KINDS[name]
    if "follow" in options and name in ("link", "broken", "loop"):
        expected = {"info": {"type": "lnk"}}
    assert value == expected


def test_a_folder_that_may_not_be_entered(plain_peer: Peer, tree: Path) -> None:
    tree.chmod(0o600)
    error = once(plain_peer, tree / "file", "type")["error"]
    assert (error["problem"], error["errno"]) == ("access-denied", "EACCES")


def test_a_folder_that_may_not_be_listed(plain_peer: Peer, tree: Path) -> None:
    tree.chmod(0o711)
    assert once(plain_peer, tree, "type", "entries")["info"] == {"type": "dir"}


def test_a_slash_at_the_end_of_a_folder(peer: Peer, tree: Path) -> None:
    assert info(peer, f"{tree}/dir/", "type") == {"type": "dir"}
    assert info(peer, f"{tree}/link/", "type") == {"type": "dir"}


def test_numbers(peer: Peer, tree: Path) -> None:
    (tree / "file").chmod(0o640)
    status = (tree / "file").stat()
    found = info(peer, tree / "file", "mode", "size", "uid", "gid", "mtime")
    assert stat.S_IMODE(found["mode"]) == 0o640
    assert (found["size"], found["uid"], found["gid"]) == (5, status.st_uid, status.st_gid)
    assert found["mtime"] == pytest.approx(status.st_mtime)


def test_the_tag_is_that_of_reading(peer: Peer, tree: Path) -> None:
    peer.open("f", "fsread1", path=str(tree / "file"))
    _, close = peer.until("close", "f")
    assert info(peer, tree / "file", "tag") == {"tag": close["tag"]}


def test_owner_names(peer: Peer, tree: Path) -> None:
    status = (tree / "file").stat()
    expected = {"user": pwd.getpwuid(status.st_uid).pw_name, "group": grp.getgrgid(status.st_gid).gr_name}
    assert info(peer, tree / "file", "user", "group") == expected


def test_owners_without_a_name(peer: Peer, tree: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(tree / "file", 123456, 654321)
    assert info(peer, tree / "file", "user", "group") == {"user": 123456, "group": 654321}


def test_access(plain_peer: Peer, tree: Path) -> None:
    (tree / "file").chmod(0o604)
    assert info(plain_peer, tree / "file", "r-ok", "w-ok", "x-ok") == {"r-ok": True, "w-ok": False, "x-ok": False}


def test_entries(peer: Peer, tree: Path) -> None:
    entries = info(peer, tree, "type", "entries")["entries"]
    assert {name: entry["type"] for name, entry in entries.items()} == {
        "dir": "dir", "file": "reg", "link": "lnk", "loop": "lnk", "broken": "lnk", "fifo": "fifo"
    }  # fmt: skip


def test_entries_that_match(peer: Peer, tree: Path) -> None:
    assert info(peer, tree, "entries", fnmatch="l*")["entries"] == {"link": {}, "loop": {}}


def test_files_have_no_entries(peer: Peer, tree: Path) -> None:
    assert info(peer, tree / "file", "type", "entries") == {"type": "reg"}


def test_targets(peer: Peer, tree: Path) -> None:
    (tree / "up").symlink_to("..")
    found = info(peer, tree, "type", "target", "entries", "targets")
    assert found["entries"]["link"]["target"] == "dir"
    assert found["entries"]["up"]["target"] == ".."
    assert found["targets"][".."]["type"] == "dir"
    # What the entries tell already is not told again.
    assert "dir" not in found["targets"]


def test_one_answer_and_no_more(peer: Peer, tree: Path) -> None:
    assert once(peer, tree / "file", "type") == {"info": {"type": "reg"}}


def test_watching_a_file(peer: Peer, tree: Path) -> None:
    watch = Watch(peer, tree / "file", "type", "size")
    assert watch.value == {"info": {"type": "reg", "size": 5}}
    (tree / "file").write_text("1234567")
    watch.until(info={"type": "reg", "size": 7})


def test_an_update_is_a_patch(peer: Peer, tree: Path) -> None:
    watch = Watch(peer, tree / "file", "type", "size")
    with (tree / "file").open("a") as file:
        file.write("67")
    watch.until(info={"type": "reg", "size": 7})
    assert watch.patches[-1] == {"info": {"size": 7}}


def test_watching_a_folder(peer: Peer, tree: Path) -> None:
    watch = Watch(peer, tree / "dir", "type", "entries")
    assert watch.value == {"info": {"type": "dir", "entries": {"inner": {"type": "reg"}}}}
    (tree / "dir/new").mkdir()
    watch.until(info={"type": "dir", "entries": {"inner": {"type": "reg"}, "new": {"type": "dir"}}})
    assert watch.patches[-1] == {"info": {"entries": {"new": {"type": "dir"}}}}
    (tree / "dir/inner").unlink()
    watch.until(info={"type": "dir", "entries": {"new": {"type": "dir"}}})
    assert watch.patches[-1] == {"info": {"entries": {"inner": None}}}


def test_no_update_without_a_change(peer: Peer, tree: Path) -> None:
    watch = Watch(peer, tree / "dir", "type", "entries")
    (tree / "dir/inner").write_text("only the size has changed")
    (tree / "dir/new").touch()
    watch.until(info={"type": "dir", "entries": {"inner": {"type": "reg"}, "new": {"type": "reg"}}})


def test_a_file_that_comes_and_goes(peer: Peer, tree: Path) -> None:
    watch = Watch(peer, tree / "missing", "type")
    assert watch.value["error"]["problem"] == "not-found"
    (tree / "missing").touch()
    watch.until(info={"type": "reg"})
    (tree / "missing").unlink()
    while "error" not in watch.value:
        watch.value = merge(watch.value, peer.json("i"))
    assert "info" not in watch.value or "partial" in watch.value
    assert watch.value["error"]["errno"] == "ENOENT"


def test_a_file_becomes_a_folder(peer: Peer, tree: Path) -> None:
    watch = Watch(peer, tree / "file", "type", "entries")
    (tree / "file").unlink()
    (tree / "file").mkdir()
    watch.until(info={"type": "dir", "entries": {}})


def test_a_folder_becomes_a_file(peer: Peer, tree: Path) -> None:
    (tree / "dir/inner").unlink()
    watch = Watch(peer, tree / "dir", "type", "entries")
    (tree / "dir").rmdir()
    (tree / "dir").write_text("123")
    watch.until(info={"type": "reg"})


def test_a_file_is_replaced(peer: Peer, tree: Path) -> None:
    watch = Watch(peer, tree / "file", "type", "size")
    (tree / "new").write_text("123456789")
    (tree / "new").rename(tree / "file")
    watch.until(info={"type": "reg", "size": 9})


def test_a_link_gets_another_target(peer: Peer, tree: Path) -> None:
    watch = Watch(peer, tree / "link", "type", "size")
    (tree / "other").symlink_to("file")
    (tree / "other").rename(tree / "link")
    watch.until(info={"type": "reg", "size": 5})


def test_a_folder_above_is_replaced(peer: Peer, tree: Path) -> None:
    watch = Watch(peer, tree / "dir/inner", "type", "size")
    tree.rename(tree.with_name("gone"))
    (tree / "dir").mkdir(parents=True)
    (tree / "dir/inner").write_text("123")
    watch.until(info={"type": "reg", "size": 3})


def test_closing_a_watch(peer: Peer, tree: Path) -> None:
    Watch(peer, tree, "type")
    peer.close("i")
    _, close = peer.until("close", "i")
    assert "problem" not in close
