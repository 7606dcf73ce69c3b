"""The program as the fixtures for authors start it. What it does is tested in tests/e2e."""

import os
import signal
import urllib.request
from pathlib import Path

import pytest

from bridge.testing.console import Console, isolated_environment


def test_it_runs_with_a_home_of_its_own_and_a_plugin_and_stops(tmp_path: Path) -> None:
    plugin = tmp_path / "mine"
    plugin.mkdir()
    console = Console(tmp_path)
    try:
        console.add_plugin(plugin)
        assert (tmp_path / "home/.local/share/pilothouse/plugins/mine").readlink() == plugin
        with urllib.request.urlopen(f"{console.url}ping", timeout=10) as answer:
            assert b"cockpit" in answer.read()
        assert console.link.startswith(f"http://127.0.0.1:{console.port}/#token=")
    finally:
        console.stop()
    console.stop()
    assert console.process.returncode == 0


def test_one_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"(?s)status 2:.*unrecognized arguments: --nonsense"):
        Console(tmp_path, arguments=["--nonsense"])


def test_one_that_ends_badly_fails_the_test(tmp_path: Path) -> None:
    console = Console(tmp_path)
    console.process.send_signal(signal.SIGKILL)
    with pytest.raises(AssertionError, match="ended with status -9"):
        console.stop()


def test_nothing_of_the_callers_home_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environ = isolated_environment(tmp_path)
    assert "PYTHONPATH" not in environ
    assert environ["XDG_DATA_HOME"].startswith(str(tmp_path))
    assert environ["PATH"] == os.environ["PATH"]
