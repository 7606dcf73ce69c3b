from pathlib import Path

import pytest

from ws_gateway.__main__ import main


def test_good_and_bad_plugins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, manifest in (("good", '{"flavour": 1}'), ("bad", '{"priority": "x", "menue": {"\\u001b[2J": 1}}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(manifest)
    assert main(["plugin", "check", str(tmp_path / "good")]) == 0
    assert capsys.readouterr().out == (f"{tmp_path}/good: good\n  (hint) flavour: is not known, and left alone\n")
    assert main(["plugin", "check", str(tmp_path / "good"), str(tmp_path / "bad"), str(tmp_path / "absent")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:] == [
        f"{tmp_path}/bad: 2 mistakes",
        "  menue: is not known; must it be 'menu'?",
        "  priority: must be a number",
        f"{tmp_path}/absent: 1 mistake",
        "  there is no such folder",
    ]
