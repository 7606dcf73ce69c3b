"""`pilothouse plugin new`: what it writes. tests/e2e/test_examples.py builds and tests it."""

import json
from pathlib import Path

import jsonschema
import pytest

from manifests.checks import Findings, check_plugin
from ws_gateway.__main__ import main

PAGE = {".schema.json", "index.html", "manifest.json", "pytest.ini", "test_my_plugin.py"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "more"),
    [([], {"my-plugin.js"}), (["--backend"], {"my-plugin.js", "backend.py"})],
    ids=["page", "back end"],
)
def test_it_is_good_and_its_manifest_is_what_its_schema_says(
    here: Path, options: list[str], more: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plugin", "new", "my-plugin", *options]) == 0
    folder = here / "my-plugin"
    assert {path.name for path in folder.iterdir()} == PAGE | more
    assert check_plugin(folder) == Findings()
    manifest = json.loads((folder / "manifest.json").read_text())
    jsonschema.validate(manifest, json.loads((folder / manifest["$schema"]).read_text()))
    assert manifest["tools"]["index"]["label"] == "My plugin"
    assert not any("{{" in path.read_text() for path in folder.iterdir())
    assert f"ln -s {folder} ~/.local/share/pilothouse/plugins/" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["", "../x", "a b", "-rf", "1st", "x" * 61, "ä"])
def test_a_bad_name(here: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "new", "--", name]) == 1
    assert "is no name for a plugin" in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_nothing_is_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "taken").mkdir()
    assert main(["plugin", "new", "taken"]) == 1
    assert "there is a taken already" in capsys.readouterr().err
    assert list((here / "taken").iterdir()) == []
