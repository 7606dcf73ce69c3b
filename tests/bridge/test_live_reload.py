"""What is edited takes effect by itself."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.testing import Wire, open_wire

BACKEND = """
from bridge import hookimpl
from bridge.channel import Channel

class Mine(Channel):
    payload = "mine1"
    async def run(self, options):
        self.ready(says="SAYS")
        await self.wait_done()

@hookimpl
def channels():
    return [Mine]
"""
MANIFEST: dict[str, Any] = {"backend": {"module": "backend", "payloads": ["mine1"]}}


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A plugin that a link leads to, as developers have it."""
    folder = tmp_path / "elsewhere/mine"
    (folder / "parts/deep").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    (folder / "backend.py").write_text(BACKEND)
    (folder / "index.html").write_text("old")
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/mine").symlink_to(folder)
    return folder


@pytest.fixture
async def edits(plugin: Path, tmp_path: Path) -> AsyncIterator[Wire]:
    """A bridge that watches, past the start of the watch."""
    environ = {**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins"), "PILOTHOUSE_RELOAD": "1"}
    async with open_wire(environ) as wire:
        wire.open("edits", "reload1")
        await wire.expect("ready", "edits")
        await until_watching(wire, plugin)
        yield wire


async def until_watching(wire: Wire, plugin: Path, channel: str = "edits") -> None:
    """The watch begins a moment after `ready`: edit until that is told."""
    for number in range(200):
        (plugin / "warm-up.txt").write_text(str(number))
        if not wire.is_quiet(channel):
            break
        await flush(wire)
    else:
        raise AssertionError("nothing is watched")
    while not wire.is_quiet(channel):
        await wire.data(channel)
        await flush(wire, 5)


async def flush(wire: Wire, times: int = 1) -> None:
    """Let a tenth of a second go by in the bridge, by the process that it starts for it."""
    for _ in range(times):
        wire.open("time", "stream", spawn=["sleep", "0.1"])
        await wire.until("close", "time")


async def change(wire: Wire, channel: str = "edits") -> Any:
    return json.loads(await wire.data(channel))


@pytest.mark.parametrize("file", ["index.html", "parts/deep/new.js"])
async def test_an_edited_page_is_told_with_its_plugin(edits: Wire, plugin: Path, file: str) -> None:
    (plugin / file).write_text("new")
    assert await change(edits) == {"pages": ["mine"], "console": False}


async def test_a_new_folder_is_watched_as_well(edits: Wire, plugin: Path) -> None:
    (plugin / "later").mkdir()
    assert await change(edits) == {"pages": ["mine"], "console": False}
    await flush(edits, 3)
    (plugin / "later/new.js").write_text("new")
    assert await change(edits) == {"pages": ["mine"], "console": False}


async def test_an_edited_back_end_ends_and_the_next_channel_has_the_new_one(edits: Wire, plugin: Path) -> None:
    edits.open("c", "mine1")
    await edits.expect("ready", "c", says="SAYS")
    (plugin / "backend.py").write_text(BACKEND.replace("SAYS", "something else"))
    await edits.expect("close", "c", problem="terminated", message="the back end of mine was edited")
    edits.open("c", "mine1")
    await edits.expect("ready", "c", says="something else")
    assert edits.is_quiet("edits")


async def test_a_plugin_that_comes_or_goes_or_is_renamed_changes_the_console(
    edits: Wire, plugin: Path, tmp_path: Path
) -> None:
    (plugin / "manifest.json").write_text(json.dumps({**MANIFEST, "tools": {"index": {"label": "Mine"}}}))
    assert await change(edits) == {"pages": ["mine"], "console": True}
    (tmp_path / "plugins/mine").unlink()
    assert await change(edits) == {"pages": [], "console": True}


async def test_what_editors_and_interpreters_leave_is_no_change(edits: Wire, plugin: Path) -> None:
    for name in (".index.html.swp", "index.html~", "__pycache__/backend.cpython.pyc"):
        (plugin / name).parent.mkdir(exist_ok=True)
        (plugin / name).write_text("")
    await flush(edits, 5)
    assert edits.is_quiet("edits")


async def test_changes_that_do_not_end_count_as_well(edits: Wire, plugin: Path) -> None:
    for number in range(100):
        (plugin / "index.html").write_text(str(number))
        edits.open("time", "stream", spawn=["sleep", "0.02"])
        await edits.until("close", "time")
        if not edits.is_quiet("edits"):
            return
    raise AssertionError("nothing was told of a hundred changes")


async def test_one_who_stays_is_told_although_the_first_has_left(edits: Wire, plugin: Path) -> None:
    edits.open("second", "reload1")
    await edits.expect("ready", "second")
    edits.control("close", "edits")
    await edits.expect("close", "edits")
    await until_watching(edits, plugin, "second")
    (plugin / "index.html").write_text("new")
    assert await change(edits, "second") == {"pages": ["mine"], "console": False}
