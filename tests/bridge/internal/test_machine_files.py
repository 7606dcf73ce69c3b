"""The files of `/machines`."""

import os
from pathlib import Path

import pytest

from bridge.internal.machine_files import FILES_MAX, folders_of, read_machines, update_machine
from bridge.protocol import Problem


def test_the_folders() -> None:
    environ = {"XDG_CONFIG_DIRS": "relative:/x:/y"}
    assert folders_of(environ, privileged=False) == [Path("/x/cockpit/machines.d"), Path("/x/pilothouse/machines.d")]
    assert folders_of(environ, privileged=True) == folders_of({}, privileged=False)


def test_later_files_count_more_and_broken_ones_not_at_all(tmp_path: Path) -> None:
    for name, content in (
        ("01.json", '{"a": {"color": "red", "port": 1}}'),
        ("02.json", '{"a": {"color": "blue", "list": [], "huge": 99999999999}}'),
        ("03.json", "{"),
        ("04.json", '{"a": 5}'),
        (".05.json", '{"hidden": {}}'),
        ("06.txt", '{"other": {}}'),
    ):
        (tmp_path / name).write_text(content)
    os.mkfifo(tmp_path / "07.json")
    assert read_machines([tmp_path / "missing", tmp_path]) == {"a": {"color": "blue", "port": 1}}


def test_too_many_files(tmp_path: Path) -> None:
    for number in range(FILES_MAX + 1):
        (tmp_path / f"{number:03}.json").write_text(f'{{"h{number}": {{}}}}')
    assert len(read_machines([tmp_path])) == FILES_MAX


def test_a_broken_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(Problem):
        update_machine(tmp_path, "x.json", "a", {"port": 1})
    assert (tmp_path / "x.json").read_text() == "{"
    assert [file.name for file in tmp_path.iterdir()] == ["x.json"]


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    update_machine(tmp_path / "new", "x.json", "a", {"port": 1})
    assert (tmp_path / "new/x.json").stat().st_mode & 0o777 == 0o644
