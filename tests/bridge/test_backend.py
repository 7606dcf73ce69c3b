"""Loading the module of a back end."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.backend import backend_bridge, load_module
from bridge.protocol import Problem


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path, modules = list(sys.path), set(sys.modules)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def test_a_module_reaches_its_siblings_both_ways(folder: Path) -> None:
    (folder / "one.py").write_text("from . import two\nimport three\n")
    (folder / "two.py").write_text("")
    (folder / "three.py").write_text("")
    module = load_module("my-plugin", folder, "one")
    assert module.__name__ == "pilothouse_plugin_my_plugin.one"


def test_vendored_libraries_come_first_and_the_folder_last(folder: Path) -> None:
    (folder / "vendor").mkdir()
    (folder / "one.py").write_text("")
    load_module("x", folder, "one")
    assert sys.path[0] == str(folder / "vendor")
    assert sys.path[-1] == str(folder)


def test_a_plugin_without_back_end_is_named(folder: Path) -> None:
    with pytest.raises(Problem, match="there is no plugin 'nope' with a back end"):
        backend_bridge("nope", {"PILOTHOUSE_PLUGIN_PATH": str(folder)})
