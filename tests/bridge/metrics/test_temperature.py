"""Sensors, in folders made here."""

from pathlib import Path

import pytest

from bridge.metrics import temperature


def chip(hwmon: Path, number: int, name: str, **files: str) -> Path:
    folder = hwmon / f"hwmon{number}"
    folder.mkdir()
    (folder / "name").write_text(name + "\n")
    for file, content in files.items():
        (folder / file).write_text(content + "\n")
    return folder


def test_processors_have_sensors(tmp_path: Path) -> None:
    intel = chip(tmp_path, 0, "coretemp", temp1_input="45000", temp2_input="-1500", temp3_input="0", temp1_max="100000")
    chip(tmp_path, 1, "nvme", temp1_input="30000")
    board = chip(
        tmp_path, 2, "atk0110", temp1_input="50000", temp1_label="CPU Temperature", temp2_input="1", temp2_label="MB"
    )
    chip(tmp_path, 3, "k10temp", temp1_input="broken", in0_input="900")
    (tmp_path / "hwmon4").mkdir()
    assert temperature.read_from(tmp_path) == {
        "cpu.temperature": {
            str(intel / "temp1_input"): 45.0,
            str(intel / "temp2_input"): -1.5,
            str(board / "temp1_input"): 50.0,
        }
    }


def test_no_sensors(tmp_path: Path) -> None:
    assert temperature.read_from(tmp_path / "absent") == {"cpu.temperature": {}}


def test_there_is_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temperature, "INSTANCES_MAX", 2)
    chip(tmp_path, 0, "coretemp", **{f"temp{number}_input": "1000" for number in range(9)})
    assert len(temperature.read_from(tmp_path)["cpu.temperature"]) == 2  # type: ignore[arg-type]


def test_this_machine() -> None:
    assert set(temperature.read()) == {"cpu.temperature"}
