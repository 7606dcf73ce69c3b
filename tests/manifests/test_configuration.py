"""Configuration files, well-formed and not."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.configuration import FILE_MAX, Configuration, ConfigurationError, number, parse, read, truth


def write(folder: Path, name: str, text: str) -> None:
    file = folder / name / f"{name}.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def config(*folders: Path, system: Path) -> Configuration:
    return Configuration({"XDG_CONFIG_DIRS": ":".join(map(str, folders))}, system)


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
    assert Configuration({}, tmp_path).get("S", "one") == "1"
    assert Configuration({"XDG_CONFIG_DIRS": "relative:"}, tmp_path).get("S", "one") == "1"


@pytest.mark.parametrize(
    ("value", "number"),
    [("15", 15), ("-5", 0), ("999", 240), ("x", 7), ("1_0", 7), ("", 7), ("1.5", 7), ("9" * 10_000, 7), ("+5", 7)],
)
def test_numbers_are_kept_in_range(tmp_path: Path, value: str, number: int) -> None:
    write(tmp_path, "pilothouse", f"[S]\nn={value}\n")
    assert config(system=tmp_path).get_int("S", "n", 7, 0, 240) == number


def test_a_number_that_nobody_set(tmp_path: Path) -> None:
    assert config(system=tmp_path).get_int("S", "n", 7, 0, 240) == 7


@pytest.mark.parametrize(
    ("written", "meant"), [("yes", True), ("True", True), ("1", True), ("no", False), ("Off", False)]
)
def test_switches(written: str, meant: bool) -> None:
    assert truth(written) is meant


@pytest.mark.parametrize("written", ["", "x", "yes no", "2"])
def test_what_is_no_switch(written: str) -> None:
    with pytest.raises(ValueError, match="yes or no"):
        truth(written)


@pytest.mark.parametrize("written", ["", "x", "1_0", "+5", "1.5", "9" * 10_000, "٣", "--1"])
def test_what_is_no_number(written: str) -> None:
    with pytest.raises(ValueError, match="number"):
        number(written)


BAD = "before = 1\n[S]\ngood = 1\nnonsense\n= 2\nalso = good\nbell = \a\ngood = 2\n"


def test_a_bad_line_costs_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sections, lines, faults = parse(BAD)
    assert lines == {("s", "good"): 8, ("s", "also"): 6}
    assert sections == {"s": {"good": "2", "also": "good"}}
    assert [line for line, _ in faults] == [1, 4, 5, 7]
    write(tmp_path, "pilothouse", BAD)
    assert config(system=tmp_path).get("s", "also") == "good"
    assert [record.getMessage().split(": ")[0] for record in caplog.records] == [
        f"{tmp_path}/pilothouse/pilothouse.conf:{line}" for line in (1, 4, 5, 7)
    ]


def test_who_must_understand_all_of_it_is_told_where_not(tmp_path: Path) -> None:
    write(tmp_path, "pilothouse", "[S]\ngood = 1\nnonsense\n")
    with pytest.raises(ConfigurationError, match=r"pilothouse\.conf:3: the line is neither"):
        read(tmp_path / "pilothouse/pilothouse.conf")
    write(tmp_path, "pilothouse", "[S]\ngood = 1\n")
    assert read(tmp_path / "pilothouse/pilothouse.conf").sections == {"s": {"good": "1"}}
    assert read(tmp_path / "absent").sections == {}


@pytest.mark.parametrize("content", [b"\xff", b"#" * (FILE_MAX + 1)])
def test_who_must_understand_it_gets_no_part(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ConfigurationError):
        read(tmp_path / "file")


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
    for section, values in parse(text).sections.items():
        assert section == section.strip().lower()
        assert all(key == key.strip().lower() and value == value.strip() for key, value in values.items())
