"""Configuration files, well-formed and not."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.config import Config, parse


def write(folder: Path, name: str, text: str) -> None:
    file = folder / name / f"{name}.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def config(*folders: Path, system: Path) -> Config:
    return Config({"XDG_CONFIG_DIRS": ":".join(map(str, folders))}, system)


def test_names_are_case_insensitive(tmp_path: Path) -> None:
    write(
        tmp_path, "cockpit", "# comment\n; another\n\n[WebService]\n  LoginTitle = A = b \n[SESSION]\nidletimeout=15\n"
    )
    found = config(system=tmp_path)
    assert found.get("webservice", "logintitle") == "A = b"
    assert found.get_int("Session", "IdleTimeout", 0, 0, 240) == 15
    assert found.get("Session", "Banner") is None
    assert found.get("None", "Banner") is None


def test_ours_wins_then_the_first_folder_then_the_system(tmp_path: Path) -> None:
    a, b, system = tmp_path / "a", tmp_path / "b", tmp_path / "etc"
    write(a, "cockpit", "[S]\none=a-cockpit\ntwo=a-cockpit\nthree=a-cockpit\nfour=a-cockpit\n")
    write(b, "cockpit", "[S]\nfour=b-cockpit\nfive=b-cockpit\n")
    write(b, "pilothouse", "[S]\none=b\ntwo=b\n")
    write(system, "pilothouse", "[S]\none=etc\nthree=etc\n")
    found = config(a, b, system=system)
    values = [found.get("s", key) for key in ("one", "two", "three", "four", "five", "six")]
    assert values == ["b", "b", "etc", "a-cockpit", "b-cockpit", None]


def test_the_environment_may_say_nothing(tmp_path: Path) -> None:
    write(tmp_path, "pilothouse", "[S]\none=1\n")
    assert Config({}, tmp_path).get("S", "one") == "1"
    assert Config({"XDG_CONFIG_DIRS": "relative:"}, tmp_path).get("S", "one") == "1"


@pytest.mark.parametrize(
    ("value", "number"),
    [("15", 15), ("-5", 0), ("999", 240), ("x", 7), ("1_0", 7), ("", 7), ("1.5", 7), ("9" * 10_000, 7), ("+5", 7)],
)
def test_numbers_are_kept_in_range(tmp_path: Path, value: str, number: int) -> None:
    write(tmp_path, "pilothouse", f"[S]\nn={value}\n")
    assert config(system=tmp_path).get_int("S", "n", 7, 0, 240) == number


def test_a_number_that_nobody_set(tmp_path: Path) -> None:
    assert config(system=tmp_path).get_int("S", "n", 7, 0, 240) == 7


@pytest.mark.parametrize(("value", "truth"), [("yes", True), ("True", True), ("1", True), ("no", False), ("x", False)])
def test_switches(tmp_path: Path, value: str, truth: bool) -> None:
    write(tmp_path, "pilothouse", f"[S]\nb={value}\n")
    found = config(system=tmp_path)
    assert found.get_bool("S", "b", not truth) is truth
    assert found.get_bool("S", "absent", True) is True


def test_a_bad_line_costs_itself(caplog: pytest.LogCaptureFixture) -> None:
    assert parse("before = 1\n[S]\ngood = 1\nnonsense\n= 2\nalso = good\n", "file.conf") == {
        "s": {"good": "1", "also": "good"}
    }
    assert [record.args[1] for record in caplog.records if isinstance(record.args, tuple)] == [1, 4, 5]


def test_what_is_no_configuration_is_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    a, b, c, system = (tmp_path / name for name in "abcd")
    for folder in (a, b, c):
        (folder / "pilothouse").mkdir(parents=True)
    os.mkfifo(a / "pilothouse/pilothouse.conf")
    (b / "pilothouse/pilothouse.conf").mkdir()
    (c / "pilothouse/pilothouse.conf").write_bytes(b"[S]\none=2\n" + b"#" * 300_000)
    write(system, "pilothouse", "[S]\none=1\n")
    assert config(a, b, c, system=system).get("S", "one") == "1"
    assert len(caplog.records) == 2


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for section, values in parse(text, "x").items():
        assert section == section.strip().lower()
        assert all(key == key.strip().lower() and value == value.strip() for key, value in values.items())
