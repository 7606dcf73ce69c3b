import json
from pathlib import Path
from typing import Any

import pytest

from manifests import overrides
from manifests.overrides import config_folders
from manifests.reading import UnreadableError


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_DIRS": f"{tmp_path}/etc1:{tmp_path}/etc2", "XDG_CONFIG_HOME": f"{tmp_path}/home"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "plugins/dir/manifest.json", {"name": "other", "a": 1, "b": {"c": 2, "d": 3}})
    return tmp_path / "plugins/dir"


def test_without_overrides_the_manifest_counts(folder: Path, environ: dict[str, str]) -> None:
    assert overrides.load(str(folder), config_folders(environ)) == {"name": "other", "a": 1, "b": {"c": 2, "d": 3}}


def test_without_a_manifest_there_is_no_package(tmp_path: Path, environ: dict[str, str]) -> None:
    write(tmp_path / "override.json", {"a": 1})
    assert overrides.load(tmp_path, config_folders(environ)) is None


def test_the_order_is_package_system_user_and_the_folder_gives_the_name(
    folder: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    write(folder / "override.json", {"b": {"c": None, "x": "package"}, "seen": "package", "gone": 1})
    write(tmp_path / "etc1/cockpit/dir.override.json", {"seen": "system", "b": {"y": 1}, "gone": None})
    write(tmp_path / "etc2/cockpit/dir.override.json", {"seen": "second", "second": True})
    write(tmp_path / "home/cockpit/dir.override.json", {"a": "user"})
    write(tmp_path / "home/cockpit/other.override.json", {"a": "wrong name"})
    assert overrides.load(str(folder), config_folders(environ)) == {
        "name": "other",
        "a": "user",
        "b": {"d": 3, "x": "package", "y": 1},
        "seen": "system",
    }


def test_our_own_configuration_folder_comes_before_cockpits(
    folder: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    write(tmp_path / "etc1/cockpit/dir.override.json", {"a": "cockpit"})
    write(tmp_path / "etc1/pilothouse/dir.override.json", {"a": "pilothouse"})
    loaded = overrides.load(str(folder), config_folders(environ))
    assert loaded
    assert loaded["a"] == "pilothouse"


@pytest.mark.parametrize("place", ["plugins/dir/override.json", "etc2/cockpit/dir.override.json"])
def test_a_broken_override_names_its_file(folder: Path, tmp_path: Path, environ: dict[str, str], place: str) -> None:
    write(tmp_path / place, "{")
    with pytest.raises(UnreadableError, match=f"{tmp_path / place} is not JSON"):
        overrides.load(str(folder), config_folders(environ))


def test_a_privileged_process_asks_neither_environment_nor_user(
    folder: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    write(tmp_path / "etc1/cockpit/dir.override.json", {"a": "system"})
    write(tmp_path / "home/cockpit/dir.override.json", {"a": "user"})
    loaded = overrides.load(str(folder), config_folders(environ, privileged=True))
    assert loaded
    assert loaded["a"] == 1


def test_the_default_folders_are_those_of_the_xdg_specification(tmp_path: Path) -> None:
    config = config_folders({"HOME": str(tmp_path), "XDG_CONFIG_DIRS": "relative", "XDG_CONFIG_HOME": "relative"})
    assert config.system == ["/etc/pilothouse", "/etc/cockpit"]
    assert config.user == [f"{tmp_path}/.config/pilothouse", f"{tmp_path}/.config/cockpit"]
    assert config_folders({}).user == []


def test_libexecdir_is_filled_in_everywhere(folder: Path, environ: dict[str, str]) -> None:
    write(folder / "manifest.json", {"a": "${libexecdir}/x", "b": [{"c": "A=${libexecdir}"}], "d": 1})
    loaded = overrides.load(str(folder), config_folders(environ))
    assert loaded
    assert "${" not in json.dumps(loaded)
    assert loaded["a"].startswith("/usr/")
    assert loaded["a"].endswith("/x")
