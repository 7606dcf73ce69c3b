"""Back ends of plugin folders: found by payload, run as processes of their own."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.backends import backend_command
from bridge.testing import Wire, open_wire

BACKEND = """
import os, sys, vendored, sibling
from bridge import hookimpl
from bridge.rpc import RpcChannel, method

class Example(RpcChannel):
    payload = "example1"

    @method
    async def who(self) -> list:
        return [os.getpid(), vendored.NAME, sibling.NAME, os.environ.get("SECRET_OF_TEST", "")]

    @method
    async def crash(self) -> None:
        print("the last words", file=sys.stderr, flush=True)
        os._exit(1)

@hookimpl
def channels():
    return [Example]
"""


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    for name, payload, source in (
        ("good", "example1", BACKEND),
        ("broken", "broken1", "raise RuntimeError('at import')"),
        ("misspelt", "misspelt1", "from bridge import hookimpl\n@hookimpl\ndef chanels(): return []"),
    ):
        folder = tmp_path / "plugins" / name
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(
            json.dumps({"version": 1, "backend": {"module": "backend", "payloads": [payload]}})
        )
        (folder / "backend.py").write_text(source)
        (folder / "sibling.py").write_text("NAME = 'sibling'")
        (folder / "json.py").write_text("raise RuntimeError('a plugin must not shadow the standard library')")
        (folder / "vendor").mkdir()
        (folder / "vendor/vendored.py").write_text("NAME = 'vendored'")
    environ = {**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins"), "SECRET_OF_TEST": "inherited"}
    async with open_wire(environ) as opened:
        yield opened


async def call(wire: Wire, channel: str, name: str) -> object:
    wire.send(channel, json.dumps({"jsonrpc": "2.0", "id": 1, "method": name}).encode())
    return json.loads(await wire.data(channel))["result"]


async def test_a_back_end_answers_from_its_own_process(wire: Wire) -> None:
    wire.open("c", "example1")
    wire.open("d", "example1")
    await wire.expect("ready", "c")
    await wire.expect("ready", "d")
    answer = await call(wire, "c", "who")
    assert isinstance(answer, list)
    assert answer[0] != os.getpid()
    assert answer[1:] == ["vendored", "sibling", "inherited"]
    assert await call(wire, "d", "who") == answer


async def test_a_crash_costs_only_its_channels(wire: Wire) -> None:
    wire.open("e", "echo")
    await wire.expect("ready", "e")
    wire.open("c", "example1")
    await wire.expect("ready", "c")
    wire.send("c", b'{"id": 1, "method": "crash"}')
    close = await wire.expect("close", "c", problem="terminated")
    assert "the last words" in close["message"]
    assert close["stderr"] == "the last words"
    wire.send("e", b"alive")
    assert await wire.data("e") == b"alive"
    wire.open("c", "example1")
    await wire.expect("ready", "c")


@pytest.mark.parametrize("name", ["broken1", "misspelt1"])
async def test_a_back_end_that_cannot_start_says_so(wire: Wire, name: str) -> None:
    wire.open("c", name)
    close = await wire.expect("close", "c")
    assert close["problem"] in ("terminated", "internal-error")
    assert close["message"]


async def test_one_whose_package_is_gone_ends(tmp_path: Path, wire: Wire) -> None:
    wire.open("c", "example1")
    await wire.expect("ready", "c")
    (tmp_path / "plugins/good/manifest.json").unlink()
    wire.open("b", "dbus-json3", bus="internal")
    await wire.expect("ready", "b")
    wire.send("b", b'{"call":["/packages","cockpit.Packages","Reload",[]],"id":"1"}')
    await wire.expect("close", "c", problem="terminated")
    wire.open("c", "example1")
    await wire.expect("close", "c", problem="not-supported")


async def test_the_superuser_bridge_takes_none_from_a_folder_of_others(tmp_path: Path) -> None:
    folder = tmp_path / "plugins/mine"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"version": 1, "backend": {"module": "backend", "payloads": ["mine1"]}}')
    environ = {**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins")}
    async with open_wire(environ, privileged=True) as wire:
        wire.open("c", "mine1")
        await wire.expect("close", "c", problem="not-supported")
    command = backend_command("mine", privileged=True)[1:]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=environ, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert errors == b"pilothouse-bridge: there is no plugin 'mine' with a back end\n"


async def test_the_end_of_the_bridge_ends_its_back_ends(tmp_path: Path, wire: Wire) -> None:
    wire.open("c", "example1")
    await wire.expect("ready", "c")
    answer = await call(wire, "c", "who")
    assert isinstance(answer, list)
    await asyncio.sleep(0)
