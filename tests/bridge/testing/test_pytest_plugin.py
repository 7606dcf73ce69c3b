"""The fixtures for authors. `page` and `frame` are used by every example: tests/e2e/test_examples.py."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from bridge.testing import Wire, pytest_plugin

TESTS = """
async def test_the_plugin_is_there(wire, plugin_folder):
    assert plugin_folder.name == "mine"
    wire.open("c", "mine1")
    await wire.expect("ready", "c", says="hello")


async def test_the_next_one_has_a_bridge_of_its_own(wire):
    wire.open("c", "mine1")
    await wire.expect("ready", "c")
"""
BACKEND = """
from bridge import hookimpl
from bridge.channel import Channel

class Mine(Channel):
    payload = "mine1"
    async def run(self, options):
        self.ready(says="hello")

@hookimpl
def channels():
    return [Mine]
"""


def test_it_is_an_entry_point_of_the_distribution() -> None:
    (point,) = [point for point in entry_points(group="pytest11") if point.value.startswith("bridge.")]
    assert point.load() is pytest_plugin
    assert point.name == point.value, "tests/conftest.py names the same plugin"


def test_the_wire_has_the_plugin_whose_test_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "tests").mkdir(parents=True)
    (folder / "manifest.json").write_text('{"backend": {"module": "backend", "payloads": ["mine1"]}}')
    (folder / "backend.py").write_text(BACKEND)
    (folder / "tests/test_mine.py").write_text(TESTS)
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto"]
    argv += ["-o", "asyncio_default_fixture_loop_scope=function", "tests"]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


async def test_where_there_is_no_plugin_it_is_a_plain_bridge(wire: Wire, plugin_folder: Path | None) -> None:
    assert plugin_folder is None
    wire.open("c", "echo")
    await wire.expect("ready", "c")


def test_who_does_not_use_it_imports_nothing_of_it() -> None:
    script = "import sys, bridge.testing.pytest_plugin; print({'playwright', 'bridge.bridge'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("name", ["wire", "page", "frame", "console", "plugin_folder"])
def test_the_fixtures_are_described(name: str) -> None:
    assert getattr(pytest_plugin, name).__doc__
