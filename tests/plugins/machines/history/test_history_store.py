import sqlite3
import stat
from array import array
from pathlib import Path

import pytest

from plugins.machines.history import history_store as module
from plugins.machines.history.history import COLUMNS, MINUTE, STEP, History, Minute
from plugins.machines.history.history_store import load, merged, path_of, save

NOON = 1_700_000_000 // MINUTE * MINUTE
ROW = [10.0, 100, 1, 2, 3, 4]
NAN = float("nan")


def kept(history: History, *seconds: int) -> list[Minute]:
    for second in seconds:
        history.add(NOON + second, {"a": ROW})
    return [
        minute for each in sorted({(NOON + second) // MINUTE for second in seconds}) for minute in history.minutes(each)
    ]


def values(history: History, span: str, now: float) -> list[float]:
    return [value for value in history.of("a", span, now)["cpu"] if value is not None]  # type: ignore[arg-type]


def test_what_was_saved_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history.sqlite"
    assert load(path, NOON) == []
    save(path, kept(History(), 0, 5, 60), NOON + 60)
    later = History()
    for minute in load(path, NOON + 120):
        later.restore(minute)
    assert values(later, "hour", NOON + 120) == [10, 10, 10]
    assert values(later, "day", NOON + 120) == [10, 10]


def test_it_is_nobody_elses_and_never_a_link(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history.sqlite"
    save(path, [], NOON)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    link = path.parent / "link.sqlite"
    link.symlink_to(path)
    with pytest.raises(OSError, match="symbolic links"):
        save(link, [], NOON)


def test_the_hour_and_the_day_are_the_bounds(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    save(path, kept(History(), 0), NOON)
    save(path, [], NOON + 7200)
    (minute,) = load(path, NOON + 7200)
    assert (list(minute.mean), len(minute.slots)) == (ROW, 0)
    save(path, [], NOON + 2 * 86400)
    assert load(path, NOON) == []


def test_two_that_write_fill_each_others_gaps(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    save(path, kept(History(), 0, 5), NOON)
    save(path, kept(History(), 10), NOON)
    later = History()
    for minute in load(path, NOON + 10):
        later.restore(minute)
    assert values(later, "hour", NOON + 10) == [10, 10, 10]
    assert list(merged(array("f", [1, NAN, NAN]), array("f", [9, 2, NAN])))[:2] == [1, 2]


def test_a_file_that_is_not_ours_is_refused_and_what_is_odd_in_ours_left_out(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    other.write_text("no database")
    with pytest.raises(sqlite3.Error):
        load(other, NOON)
    path = tmp_path / "history.sqlite"
    save(path, kept(History(), 0), NOON)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO minutes VALUES (?, 'b', x'00', NULL)", (NOON // MINUTE,))
        connection.execute("INSERT INTO minutes VALUES (?, 5, 'text', NULL)", (NOON // MINUTE,))
    connection.close()
    assert [minute.key for minute in load(path, NOON)] == ["a"]
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(sqlite3.DatabaseError, match="another version"):
        load(path, NOON)


def test_its_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGES_MAX", 8)
    path = tmp_path / "history.sqlite"
    slots = array("f", [1.0] * len(COLUMNS) * (MINUTE // STEP))
    with pytest.raises(sqlite3.OperationalError, match="full"):
        save(path, (Minute(f"{number}", NOON // MINUTE, array("f", ROW), slots) for number in range(1000)), NOON)
    assert path.stat().st_size <= 8 * 4096
    assert load(path, NOON) == []


def test_the_file_is_in_the_state_directory_and_its_name_tells_nothing() -> None:
    path = path_of("qemu+ssh://somebody@host/system", {"XDG_STATE_HOME": "/state"})
    assert path.parent == Path("/state/pilothouse/machines")
    assert "somebody" not in path.name
    assert path != path_of("qemu:///system", {"XDG_STATE_HOME": "/state"})
    assert path_of("qemu:///system", {"XDG_STATE_HOME": "relative"}).is_relative_to(Path.home())
