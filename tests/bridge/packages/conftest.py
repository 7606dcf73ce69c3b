"""Packages of a test's own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.packages import Packages

Add = Callable[..., Path]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins"),
        "XDG_CONFIG_DIRS": str(tmp_path / "etc"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


@pytest.fixture
def add(tmp_path: Path) -> Add:
    """Adds a package with files."""

    def add(name: str, manifest: Any = None, **files: str | bytes) -> Path:
        folder = tmp_path / "plugins" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").write_text(json.dumps(manifest or {}))
        for path, stored in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(stored if isinstance(stored, bytes) else stored.encode())
        return folder

    return add


@pytest.fixture
def packages(environ: dict[str, str], add: Add) -> Packages:
    add("one", **{"index.html": "<p>one</p>", "a.js": "one", "sub/b.css": "b"})
    return Packages(environ)
