"""`check_plugin`: all that is wrong, at once, with where it is and what would be right."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from manifests.checks import Findings, check_plugin
from manifests.search import BUILT_IN


def plugin(folder: Path, manifest: Any = None, **files: str) -> Path:
    """A plugin with a page; `files` are further ones, their names with `_` for a dot."""
    folder.mkdir(exist_ok=True)
    content = {"version": "1", "tools": {"index": {"label": "Example"}}} if manifest is None else manifest
    (folder / "manifest.json").write_text(content if isinstance(content, str) else json.dumps(content))
    (folder / "index.html").write_text("<!DOCTYPE html>\n<title>Example</title>\n<p>text")
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_a_good_plugin(tmp_path: Path) -> None:
    assert check_plugin(plugin(tmp_path / "example")) == Findings()


@pytest.mark.parametrize("folder", sorted(Path(BUILT_IN).glob("*/manifest.json")), ids=lambda path: path.parent.name)
def test_our_own_plugins_are_good(folder: Path) -> None:
    assert check_plugin(folder.parent) == Findings()


def test_every_mistake_is_told_at_once_with_its_path_and_what_would_be_right(tmp_path: Path) -> None:
    folder = plugin(
        tmp_path / "bad folder",
        {
            "priority": "high",
            "menue": {},
            "tools": {"index": {"lable": "x", "order": "1", "keywords": [{"matches": "a"}]}},
            "bridges": [{"spawn": []}, {"environ": ["A"]}],
            "backend": {"module": "../backend", "memory": 1},
            "flavour": "new",
        },
    )
    assert check_plugin(folder) == Findings(
        mistakes=[
            "menue: is not known; must it be 'menu'?",
            "tools.index.lable: is not known; must it be 'label'?",
            "name: is missing, and the folder's name: must be a name of letters, digits, _ and - (at most 64)",
            "priority: must be a number",
            "bridges[0].spawn: must not be empty",
            'bridges[1].environ[0]: must be a string of the form "NAME=value"',
            "backend.payloads: is missing",
            "backend.module: must be a module's name: identifiers joined by dots",
            "backend.memory: must be a number of MiB from 64 to 1048576",
            "tools.index.order: must be a number",
            "tools.index.keywords[0].matches: must be a list of strings",
        ],
        hints=["flavour: is not known, and left alone"],
    )


@pytest.mark.parametrize(
    ("manifest", "mistake"),
    [
        ("{", "manifest.json is not JSON"),
        ("[]", "manifest.json is not a JSON object"),
        ("\ufeff{}", "manifest.json begins with a byte order mark"),
        ('{"requires": {"cockpit": "9999"}}', "requires: the plugin is left out, because it requires cockpit 9999"),
        ('{"menu": {"other": {}}}', "menu.other.path: there is no page 'other.html' in the folder"),
        ('{"preload": ["index", "more"]}', "preload[1]: there is no page 'more.html' in the folder"),
        (
            '{"backend": {"module": "a.b", "payloads": ["a"]}}',
            "backend.module: there is no file 'a/b.py' in the folder",
        ),
        (
            '{"backend": {"module": "backend", "payloads": ["stream"]}}',
            "backend.payloads[0]: 'stream' is built in; must be a name of its own",
        ),
        ('{"backend": {"module": "backend", "payloads": ["a"]}}', "backend.py:2: is not Python: "),
    ],
)
def test_what_keeps_a_plugin_from_working(tmp_path: Path, manifest: str, mistake: str) -> None:
    mistakes = check_plugin(plugin(tmp_path / "example", manifest, backend_py="x = 1\nx y")).mistakes
    assert any(each.startswith(mistake) for each in mistakes), mistakes


def test_pages_are_looked_at_and_files_of_theirs_found_where_the_bridge_finds_them(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "example")
    (folder / "index.html").write_text('<script src="a.js"></script><script src="b.js"></script>\n<script>1</script>')
    (folder / "dist").mkdir()
    (folder / "dist/a.js.gz").touch()
    assert check_plugin(folder).mistakes == [
        "index.html:1: there is no file 'b.js' in the folder",
        'index.html:2: a script in the page itself is not run: put it into a file, and name it by <script src="FILE">',
    ]


def test_conditions_are_no_mistakes(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "example", {"conditions": [{"path-exists": "/nowhere"}, {"kernel": "9"}]})
    assert check_plugin(folder) == Findings(
        hints=[
            "conditions: 'kernel' is not known, and taken as met",
            "conditions: the plugin is hidden on this machine: path-exists /nowhere",
        ]
    )


def test_files_that_the_bridge_refuses(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "example")
    (folder / "within.js").symlink_to("index.html")
    (folder / "out.js").symlink_to("/etc/hostname")
    (folder / "open.js").touch()
    (folder / "open.js").chmod(0o666)
    folder.chmod(0o777)
    assert check_plugin(folder).mistakes == [
        "the folder can be written by everybody, and is refused",
        "open.js: can be written by everybody, and is refused",
        "out.js: is a link out of the folder, and is refused",
    ]


def test_what_is_no_folder_or_has_no_manifest(tmp_path: Path) -> None:
    assert check_plugin(tmp_path / "absent").mistakes == ["there is no such folder"]
    assert check_plugin(tmp_path).mistakes[0].startswith("manifest.json: is missing")
    os.mkfifo(tmp_path / "manifest.json")
    assert check_plugin(tmp_path).mistakes == ["manifest.json is not a regular file"]
