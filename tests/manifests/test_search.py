import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from manifests.search import BUILT_IN, ENTRIES_MAX, Discovery, Place, discover, search_path

CALLS_PER_PACKAGE = 600
"""Of functions, Python's own included: fifteen packages take two milliseconds."""


def add(place: Path, folder: str, manifest: Any = None) -> Path:
    """A package in a place."""
    path = place / folder
    path.mkdir(parents=True, exist_ok=True)
    content = manifest if isinstance(manifest, bytes) else json.dumps(manifest or {}).encode()
    (path / "manifest.json").write_bytes(content)
    return path


@contextmanager
def counting_calls() -> Iterator[Counter[str]]:
    """How often Python functions, and others, are called meanwhile."""
    found: Counter[str] = Counter()
    sys.setprofile(lambda _frame, event, _arg: found.update([event] if event.endswith("call") else []))
    try:
        yield found
    finally:
        sys.setprofile(None)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "XDG_DATA_HOME": str(tmp_path / "home"),
        "XDG_DATA_DIRS": f"{tmp_path}/local:{tmp_path}/usr",
        "XDG_CONFIG_DIRS": str(tmp_path / "etc"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """The user's own folder of plugins."""
    path = tmp_path / "home/pilothouse/plugins"
    path.mkdir(parents=True)
    return path


def found(discovery: Discovery, name: str) -> Path | None:
    package = discovery.packages.get(name)
    return Path(package.directory) if package else None


def reasons(discovery: Discovery) -> dict[str, str]:
    return {Path(refused.path).name: refused.reason for refused in discovery.refused}


def test_the_search_path_has_the_order_of_the_design() -> None:
    environ = {"HOME": "/home/me"}
    assert [place.folder for place in search_path(environ)] == [
        "/home/me/.local/share/pilothouse/plugins",
        "/etc/pilothouse/plugins",
        "/usr/local/share/pilothouse/plugins",
        "/usr/share/pilothouse/plugins",
        BUILT_IN,
        "/home/me/.local/share/cockpit",
        "/usr/local/share/cockpit",
        "/usr/share/cockpit",
    ]


def test_the_xdg_directories_are_respected_and_relative_ones_ignored() -> None:
    environ = {"HOME": "/home/me", "XDG_DATA_HOME": "/data", "XDG_DATA_DIRS": "relative:/one:/two"}
    folders = [place.folder for place in search_path(environ) if not place.trusted]
    assert folders == [
        *(f"{data}/pilothouse/plugins" for data in ("/data", "/etc", "/one", "/two")),
        *(f"{data}/cockpit" for data in ("/data", "/one", "/two")),
    ]


def test_a_privileged_process_looks_where_no_environment_says() -> None:
    environ = {"HOME": "/home/me", "XDG_DATA_DIRS": "/evil", "PILOTHOUSE_PLUGIN_PATH": "/evil"}
    assert [place.folder for place in search_path(environ, privileged=True)] == [
        "/etc/pilothouse/plugins",
        "/usr/local/share/pilothouse/plugins",
        "/usr/share/pilothouse/plugins",
        BUILT_IN,
        "/usr/local/share/cockpit",
        "/usr/share/cockpit",
    ]


def test_the_plugin_path_replaces_all_others(tmp_path: Path) -> None:
    add(tmp_path / "many", "one")
    single = add(tmp_path, "single")
    value = f"{tmp_path}/many:{single}/::builtin:terminal"
    places = search_path({"HOME": "/home/me", "PILOTHOUSE_PLUGIN_PATH": value})
    assert places == [
        Place(str(tmp_path / "many"), origin="named"),
        Place(str(single), single=True, origin="named"),
        Place(f"{BUILT_IN}/terminal", single=True, trusted=True, origin="built-in"),
    ]
    assert list(discover({"PILOTHOUSE_PLUGIN_PATH": value}).packages) == ["one", "single", "terminal"]


def test_a_plugin_path_that_leads_nowhere_is_reported(tmp_path: Path) -> None:
    discovery = discover(
        {"PILOTHOUSE_PLUGIN_PATH": f"relative/path:builtin:nothing:builtin:../secret:{tmp_path}/absent"}
    )
    assert discovery.packages == {}
    assert reasons(discovery) == {
        "path": "is not an absolute path",
        "nothing": "there is no manifest.json in it",
        "secret": "there is no manifest.json in it",
    }


def test_the_built_in_packages_are_there_with_their_priority(environ: dict[str, str]) -> None:
    discovery = discover(environ)
    assert {"base1", "pilothouse-lib", "shell", "machines", "terminal"} <= discovery.packages.keys()
    assert all(package.built_in and package.priority == 10 for package in discovery.packages.values())
    assert found(discovery, "pilothouse-lib") == Path(BUILT_IN, "lib")
    assert discovery.refused == ()


def test_a_package_is_called_as_its_manifest_or_its_folder_says(environ: dict[str, str], plugins: Path) -> None:
    add(plugins, "folder")
    add(plugins, "systemd", {"name": "system"})
    add(plugins, "bad name")
    add(plugins, "bad folder", {"name": "good"})
    discovery = discover(environ)
    assert {"folder", "system", "good"} <= discovery.packages.keys()
    assert reasons(discovery) == {
        "bad name": "the folder's name: must be a package's name, or the manifest must have a 'name'"
    }


def test_names_are_in_order(environ: dict[str, str], plugins: Path) -> None:
    for name in ("zebra", "Apple", "mango"):
        add(plugins, name)
    names = list(discover(environ).packages)
    assert names == sorted(names)


def test_of_equal_names_and_priorities_the_first_place_wins(environ: dict[str, str], tmp_path: Path) -> None:
    places = [
        *(tmp_path / data / "pilothouse/plugins" for data in ("home", "local", "usr")),
        *(tmp_path / data / "cockpit" for data in ("home", "local", "usr")),
    ]
    for place in places:
        add(place, "same")
    for place in places:
        assert found(discover(environ), "same") == place / "same"
        (place / "same/manifest.json").unlink()


def test_within_one_place_the_first_folder_wins(environ: dict[str, str], plugins: Path) -> None:
    for folder in ("c", "a", "b"):
        add(plugins, folder, {"name": "same"})
    assert found(discover(environ), "same") == plugins / "a"


def test_the_highest_priority_wins(environ: dict[str, str], tmp_path: Path, plugins: Path) -> None:
    add(plugins, "x", {"name": "same"})
    high = add(tmp_path / "usr/cockpit", "y", {"name": "same", "priority": 1.5})
    assert found(discover(environ), "same") == high


def test_built_in_packages_win_over_others_that_do_not_say_otherwise(
    environ: dict[str, str], tmp_path: Path, plugins: Path
) -> None:
    add(plugins, "shell")
    add(tmp_path / "usr/cockpit", "machines", {"priority": 9})
    mine = add(plugins, "terminal", {"priority": 11})
    discovery = discover(environ)
    assert found(discovery, "shell") == Path(BUILT_IN, "shell")
    assert found(discovery, "machines") == Path(BUILT_IN, "machines")
    assert found(discovery, "terminal") == mine


def test_a_package_that_is_not_for_this_machine_gives_way_to_the_next(environ: dict[str, str], plugins: Path) -> None:
    add(plugins, "best", {"name": "same", "priority": 3, "conditions": [{"path-exists": "/absent"}]})
    add(plugins, "newer", {"name": "same", "priority": 2, "requires": {"cockpit": "999"}})
    plain = add(plugins, "plain", {"name": "same"})
    discovery = discover(environ)
    assert found(discovery, "same") == plain
    assert {Path(item.path).name: (item.reason, item.fault) for item in discovery.refused} == {
        "best": ("is not for this machine: path-exists /absent", False),
        "newer": ("requires cockpit 999; this is 330", True),
    }


def test_an_unknown_condition_is_met_with_a_warning(environ: dict[str, str], plugins: Path) -> None:
    folder = add(plugins, "x", {"conditions": [{"full-moon": True}]})
    discovery = discover(environ)
    assert found(discovery, "x") == folder
    assert discovery.warnings == (f"{folder}: the condition 'full-moon' is not known and taken as met",)


def test_folders_from_hooks_are_packages_that_come_last(environ: dict[str, str], tmp_path: Path, plugins: Path) -> None:
    add(plugins, "both")
    both = add(tmp_path / "hooks", "both")
    only = add(tmp_path / "hooks", "only")
    discovery = discover(environ, extra=[str(both), str(only), f"{tmp_path}/hooks/absent"])
    assert found(discovery, "only") == only
    assert found(discovery, "both") == plugins / "both"
    assert reasons(discovery) == {"absent": "there is no manifest.json in it"}


def test_overrides_count(environ: dict[str, str], tmp_path: Path, plugins: Path) -> None:
    add(plugins, "x", {"menu": {"index": {"label": "Old"}}, "tools": {"index": {}}})
    (tmp_path / "etc/cockpit").mkdir(parents=True)
    (tmp_path / "etc/cockpit/x.override.json").write_text('{"menu": {"index": {"label": "New"}}, "tools": null}')
    manifest = discover(environ).packages["x"].manifest
    assert [entry.label for entry in manifest.menu] == ["New"]
    assert manifest.tools == ()


def test_broken_packages_are_skipped_each_with_one_reason_and_the_others_work(
    environ: dict[str, str], plugins: Path
) -> None:
    add(plugins, "good")
    add(plugins, "not-json", b"{")
    add(plugins, "not-utf8", b'{"a": "\xff"}')
    add(plugins, "brackets", b"[" * 200_000)
    add(plugins, "bom", b"\xef\xbb\xbf{}")
    add(plugins, "long", b" " * 2_000_000)
    add(plugins, "wrong", {"menu": [], "name": 5})
    add(plugins, "override")
    (plugins / "override/override.json").write_text("[1]")
    (plugins / "folder/manifest.json").mkdir(parents=True)
    (plugins / "fifo").mkdir()
    os.mkfifo(plugins / "fifo/manifest.json")
    (plugins / "dangling").symlink_to("nowhere")
    (plugins / "dangling-manifest").mkdir()
    (plugins / "dangling-manifest/manifest.json").symlink_to("nowhere")
    (plugins / "not-a-package").mkdir()
    (plugins / "file").write_text("not a folder")
    (plugins / ".hidden").mkdir()

    discovery = discover(environ)

    assert "good" in discovery.packages
    assert "shell" in discovery.packages
    assert sorted(reasons(discovery)) == sorted(
        ["not-json", "not-utf8", "brackets", "bom", "long", "wrong", "override", "folder", "fifo", "dangling"]
        + ["dangling-manifest"]
    )
    assert len(discovery.refused) == len(reasons(discovery))
    assert all(refused.fault for refused in discovery.refused)
    wrong = reasons(discovery)["wrong"]
    assert "name: must be a name" in wrong
    assert "menu: must be an object" in wrong


def test_a_plugin_may_be_a_link_to_its_folder(environ: dict[str, str], tmp_path: Path, plugins: Path) -> None:
    add(tmp_path, "checkout", {"tools": {"index": {}}})
    (plugins / "mine").symlink_to(tmp_path / "checkout")
    assert found(discover(environ), "mine") == plugins / "mine"


def test_folders_that_everybody_may_write_are_refused(environ: dict[str, str], tmp_path: Path, plugins: Path) -> None:
    add(plugins, "open").chmod(0o777)
    add(tmp_path / "usr/cockpit", "hidden")
    (tmp_path / "usr/cockpit").chmod(0o1777)
    add(tmp_path / "target", "linked").chmod(0o777)
    (plugins / "link").symlink_to(tmp_path / "target/linked")
    discovery = discover(environ)
    assert not {"open", "hidden", "link"} & discovery.packages.keys()
    assert reasons(discovery) == dict.fromkeys(["open", "cockpit", "link"], "can be written by everybody")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_folder_of_somebody_else_is_refused(environ: dict[str, str], plugins: Path) -> None:
    os.chown(add(plugins, "foreign"), 12345, 12345)
    discovery = discover(environ)
    assert "foreign" not in discovery.packages
    assert reasons(discovery) == {"foreign": "belongs to another user (uid 12345)"}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_privileged_process_takes_from_root_owned_folders_only(tmp_path: Path) -> None:
    good = add(tmp_path, "good")
    group = add(tmp_path, "group")
    group.chmod(0o775)
    foreign = add(tmp_path / "theirs", "foreign")
    os.chown(foreign.parent, 12345, 12345)
    writable = add(tmp_path / "writable", "below")
    writable.parent.chmod(0o775)
    discovery = discover({}, extra=list(map(str, (good, group, foreign, writable))), privileged=True)
    assert found(discovery, "good") == good
    assert found(discovery, "shell") == Path(BUILT_IN, "shell")
    assert not {"group", "foreign", "below"} & discovery.packages.keys()
    assert reasons(discovery) == {
        "group": "can be written by a group",
        "foreign": f"lies in {foreign.parent}, which belongs to another user (uid 12345)",
        "below": f"lies in {writable.parent}, which others can write to",
    }


def test_a_users_plugin_is_nothing_to_a_privileged_process(environ: dict[str, str], plugins: Path) -> None:
    add(plugins, "shell", {"priority": 1000})
    assert found(discover(environ), "shell") == plugins / "shell"
    assert found(discover(environ, privileged=True), "shell") == Path(BUILT_IN, "shell")


def test_a_folder_with_too_much_in_it_is_cut(environ: dict[str, str], plugins: Path) -> None:
    for number in range(ENTRIES_MAX + 1):
        (plugins / f"n{number:05}").mkdir()
    add(plugins, f"n{ENTRIES_MAX:05}")
    discovery = discover(environ)
    assert f"n{ENTRIES_MAX:05}" not in discovery.packages
    assert reasons(discovery) == {"plugins": f"holds too much; what comes after n{ENTRIES_MAX - 1:05} is left out"}


def test_a_package_more_costs_what_the_one_before_it_did(environ: dict[str, str], plugins: Path) -> None:
    entry = {"label": "L", "keywords": [{"matches": ["a", "b", "c"]}], "docs": [{"label": "d", "url": "u"}]}
    costs = []
    for number in range(40):
        add(plugins, f"p{number}", {"menu": {"index": entry, "more": entry}, "bridges": [{"spawn": ["a"]}]})
        with counting_calls() as calls:
            assert f"p{number}" in discover(environ).packages
        costs.append(calls.total())
    each = costs[1] - costs[0]
    assert each < CALLS_PER_PACKAGE
    assert costs[-1] - costs[0] < 1.1 * each * (len(costs) - 1)
