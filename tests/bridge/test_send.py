"""Driving a bridge from a shell."""

import subprocess
import sys
from pathlib import Path

import pytest

from bridge.send import parse


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "bridge.send", *arguments], input=stdin, capture_output=True)


def test_data_goes_through_and_control_is_shown() -> None:
    process = run("echo", stdin=b"hello\n")
    assert process.stdout == b"hello\n"
    assert b'"command": "close"' in process.stderr
    assert process.returncode == 0


def test_options_are_text_or_json(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    assert run("fsread1", f"path={tmp_path}/file", "max_read_size:=100").stdout == b"content"
    request = parse(["stream", 'spawn:=["ls"]', "directory=/a=b"])
    assert request.message == {
        "command": "open",
        "channel": "1",
        "payload": "stream",
        "spawn": ["ls"],
        "directory": "/a=b",
    }


def test_a_problem_is_the_exit_status() -> None:
    assert run("nonsense").returncode == 1


@pytest.mark.parametrize("arguments", [[], ["echo", "x"], ["echo", "x:={"], ["--bridge"], ["--bridge", "x"]])
def test_what_makes_no_sense_prints_the_usage(arguments: list[str]) -> None:
    process = run(*arguments)
    assert process.returncode == 2
    assert process.stderr.startswith(b"usage:")


def test_a_bridge_that_is_not_there() -> None:
    process = run("--bridge", "/does/not/exist", "echo")
    assert process.returncode == 1
    assert b"/does/not/exist cannot be started" in process.stderr
