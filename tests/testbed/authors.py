"""What an author of a plugin does at the command line: build it, and run its tests."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "plugins/base1/dist"


def add_library(folder: Path) -> None:
    """Put the client library where `pilothouse plugin new --typescript` does."""
    shutil.copytree(LIBRARY, folder / "pilothouse", ignore=shutil.ignore_patterns("cockpit.js"))


def build(folder: Path) -> None:
    """`npm run check` and `npm run build`, with the compilers that are installed here."""
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    for script in ("check", "build"):
        done = _run(["npm", "run", "--silent", script], folder)
        assert done.returncode == 0, done.stdout + done.stderr


def run_tests(folders: Iterable[Path], report: Path) -> dict[str, list[str]]:
    """`pytest`, as an author runs it, in all of them at once; by the test file's stem, what each of its tests said."""
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *map(str, folders)]
    done = _run(argv, report.parent)
    assert report.is_file(), done.stdout + done.stderr
    said = defaultdict(list)
    for case in ET.parse(report).iter("testcase"):
        module = case.get("classname", "").rpartition(".")[2]
        said[module].append("\n".join(each.get("message", "") + (each.text or "") for each in case))
    return said


def _run(argv: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    return subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, timeout=280, check=False)
