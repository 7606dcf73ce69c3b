"""`pilothouse plugin list`, as the bridge tells it."""

import json
from pathlib import Path

import pytest

from ws_gateway import settings
from ws_gateway.__main__ import main
from ws_gateway.plugin_command import listing


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for place, folder, manifest in (
        ("home/pilothouse/plugins", "mine", '{"version": "2"}'),
        ("share/pilothouse/plugins", "mine", '{"version": "1"}'),
        ("share/cockpit", "elsewhere", '{"conditions": [{"path-exists": "/nowhere"}]}'),
        ("share/cockpit", "broken", '{"priority": "x"}'),
    ):
        path = tmp_path / place / folder
        path.mkdir(parents=True)
        (path / "manifest.json").write_text(manifest)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "share"))
    return tmp_path


def test_for_people(places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    mine = next(index for index, line in enumerate(lines) if line.startswith("mine "))
    assert lines[mine].split() == ["mine", "2", "user", f"{places}/home/pilothouse/plugins/mine"]
    assert lines[mine + 1].strip() == (
        f"shadows the system plugin in {places}/share/pilothouse/plugins/mine (priority 1, this one's is 1)"
    )
    hidden = lines[lines.index("Not shown:") + 1 :]
    assert hidden[0].strip().startswith(f"{places}/share/cockpit/broken {places}/share/cockpit/broken/manifest.json: ")
    assert hidden[1].strip() == f"{places}/share/cockpit/elsewhere is not for this machine: path-exists /nowhere"


def test_for_programs(places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {plugin["origin"] for plugin in told["plugins"]} == {"user", "built-in"}


def test_a_bridge_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert listing.OUR_BRIDGE == settings.OUR_BRIDGE
    monkeypatch.setattr(listing, "OUR_BRIDGE", ("false",))
    assert main(["plugin", "list"]) == 1
    assert "does not say which plugins there are" in capsys.readouterr().err
