import sqlite3
from pathlib import Path

import pytest

from plugins.machines.history import done_log as module
from plugins.machines.history.done_log import Entry, entries, log_path, person_of, record

KEY = "00000000-0000-4000-8000-000000000001"


def test_what_was_done_is_told_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "new" / "done.sqlite"
    assert entries(path, KEY) == []
    record(path, Entry(1.0, KEY, "domain_start", {}, person="ann"))
    record(path, Entry(2.0, "other", "domain_start", {}))
    record(path, Entry(3.0, KEY, "domain_rename", {"name": "-rf\n"}, failure="no", person="ann"))
    assert entries(path, KEY) == [
        Entry(3.0, KEY, "domain_rename", {"name": "-rf\n"}, "no", "ann"),
        Entry(1.0, KEY, "domain_start", {}, "", "ann"),
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_was_typed_in_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "done.sqlite"
    record(
        path, Entry(1.0, KEY, "domain_define", {"xml": "<graphics passwd='s3cret'/>", "text": "s3cret", "keys": [1]})
    )
    assert entries(path, KEY)[0].params == {}
    assert b"s3cret" not in path.read_bytes()


def test_it_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENTRIES_MAX", 3)
    path = tmp_path / "done.sqlite"
    for number in range(6):
        record(path, Entry(number, KEY, "domain_start", {"name": "x" * 10_000}))
    found = entries(path, KEY)
    assert [entry.at for entry in found] == [5, 4, 3]
    assert len(found[0].params["name"]) == module.TEXT_MAX


def test_a_link_is_not_followed_and_what_is_none_of_ours_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="symbolic"):
        record(tmp_path / "link", Entry(1.0, KEY, "x", {}))
    assert not (tmp_path / "target").exists()
    (tmp_path / "text").write_text("no database" * 100)
    with pytest.raises(sqlite3.Error):
        entries(tmp_path / "text", KEY)


def test_whose_file_it_is_and_who_asked(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    one, other = (log_path(uri, environ) for uri in ("qemu:///system", "lxc:///"))
    assert one != other
    assert one.parent == tmp_path / "pilothouse/machines"
    assert person_of({"SUDO_USER": "ann"}) == "ann"
    assert person_of({})
