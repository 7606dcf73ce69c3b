"""Attacks by back ends of plugins (security reference, group J, case 95): each costs its own channels alone.

Cases 92, 93, 96 and 97 are in test_group_j_folders.py.
"""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.testing import Wire, open_wire


async def victim_lives(wire: Wire) -> None:
    wire.send("victim", b"mine")
    assert await wire.data("victim") == b"mine"


BACK_END = """
import asyncio, ctypes, os, sys, time
from dataclasses import dataclass
from bridge import hookimpl
from bridge.channel import Channel
from bridge.processes.process import Process
{at_import}
class Evil(Channel):
    payload = "evil1"
    async def run(self, options):
        self.ready()
        async for payload in self.read():
            exec(payload.decode())
            await self.write(b"done")

class Child(Channel):
    payload = "evil-child"
    async def run(self, options):
        argv = ["sh", "-c", "trap '' TERM; echo; while :; do sleep 100; done"]
        reader, writer = os.pipe()
        async with Process.start(argv, environ=os.environ, grace=self.context.grace, stdout=writer) as process:
            os.read(reader, 1)
            self.ready(pid=process.pid)
            await self.wait_done()

@hookimpl
def channels():
    return [Evil, Child]
"""


def back_end_folder(folder: Path, at_import: str = "") -> dict[str, str]:
    """The environment of a bridge with the plugin `evil`."""
    (folder / "evil").mkdir()
    manifest = {"version": 1, "name": "evil", "backend": {"module": "server", "payloads": ["evil1", "evil-child"]}}
    (folder / "evil/manifest.json").write_text(json.dumps(manifest))
    (folder / "evil/server.py").write_text(BACK_END.replace("{at_import}", at_import))
    return dict(os.environ) | {"PILOTHOUSE_PLUGIN_PATH": str(folder)}


@contextlib.asynccontextmanager
async def back_end(folder: Path, at_import: str = "") -> AsyncIterator[Wire]:
    async with open_wire(back_end_folder(folder, at_import)) as wire:
        wire.open("victim", "echo")
        await wire.expect("ready", "victim")
        yield wire


async def lag(wire: Wire, seconds: float) -> float:
    """The longest that an echo took."""
    worst, until = 0.0, time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        await victim_lives(wire)
        worst = max(worst, time.monotonic() - began)
        await asyncio.sleep(0.005)
    return worst


@pytest.mark.parametrize("at_import", ["raise KeyError('x')", "sys.exit(5)", "os._exit(5)", "import nonsense", "((("])
async def test_95_a_back_end_that_fails_at_import(tmp_path: Path, at_import: str) -> None:
    async with back_end(tmp_path, at_import) as wire:
        wire.open("c", "evil1")
        _, close = await wire.until("close", "c")
        assert close["problem"]
        await victim_lives(wire)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("raise KeyError('x')", "internal-error"),
        ("raise SystemExit(3)", "internal-error"),
        ("os._exit(3)", "terminated"),
        ("ctypes.string_at(0)", "terminated"),
        ("os.kill(os.getpid(), 9)", "terminated"),
        ("os.write(1, b'garbage' * 10)", "protocol-error"),
        ("os.close(0); os.close(1)", "terminated"),
        ("print('hello', flush=True)", "protocol-error"),
    ],
)
async def test_95_a_back_end_that_fails(tmp_path: Path, code: str, problem: str) -> None:
    async with back_end(tmp_path) as wire:
        wire.open("c", "evil1")
        await wire.expect("ready", "c")
        wire.send("c", code.encode())
        _, close = await wire.until("close", "c")
        assert close["problem"] == problem
        await victim_lives(wire)
        wire.open("c", "evil1")
        await wire.expect("ready", "c")


@pytest.mark.parametrize("code", ["while True: pass", "time.sleep(1000)", "os.kill(os.getpid(), 19)"])
async def test_95_a_back_end_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr("bridge.peers.peer_channel.CLOSE_PATIENCE", 0.5)
    async with back_end(tmp_path) as wire:
        wire.open("c", "evil1")
        await wire.expect("ready", "c")
        wire.send("c", code.encode())
        assert await lag(wire, 0.5) < 0.25
        wire.control("close", "c")
        await wire.expect("close", "c", problem="timeout")
        await victim_lives(wire)


async def test_95_a_back_end_that_floods_its_stdout(tmp_path: Path) -> None:
    async with back_end(tmp_path) as wire:
        wire.open("c", "evil1")
        await wire.expect("ready", "c")
        wire.send("c", b'os.set_blocking(1, True)\nwhile True: os.write(1, b\'15\\n\\n{"command":"x"}\'[:18] * 1000)')
        assert await lag(wire, 1.0) < 0.25
        await victim_lives(wire)


async def test_95_a_back_end_that_forks(tmp_path: Path) -> None:
    async with back_end(tmp_path) as wire:
        wire.open("c", "evil1")
        await wire.expect("ready", "c")
        wire.send("c", b"[os.fork() or (time.sleep(1000), os._exit(0)) for _ in range(1000)]")
        assert await wire.data("c") == b"done"
        assert await lag(wire, 0.3) < 0.25
        wire.send("c", b"os._exit(1)")
        _, close = await wire.until("close", "c")
        assert close["problem"] == "terminated"
        await victim_lives(wire)


async def test_95_restarts_back_off_and_do_not_keep_the_bridge(tmp_path: Path) -> None:
    async with back_end(tmp_path, "sys.exit(5)") as wire:
        for _ in range(3):
            wire.open("c", "evil1")
            await wire.until("close", "c")
        wire.open("c", "evil1")
        await victim_lives(wire)
        ending = time.monotonic()
    assert time.monotonic() - ending < 5


async def test_95_the_children_of_a_back_end(start_real: Any, tmp_path: Path) -> None:
    environ = back_end_folder(tmp_path)
    async with start_real(environ=environ) as real:
        await real.control("open", "c", payload="evil-child")
        pid = (await real.command("ready", "c"))["pid"]
        assert Path(f"/proc/{pid}").exists()
        real.process.stdin.close()
        assert await real.exit_status(5) == 0
        assert not Path(f"/proc/{pid}").exists()


async def test_95_a_back_end_that_floods_its_stderr(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with back_end(tmp_path) as wire:
        wire.open("c", "evil1")
        await wire.expect("ready", "c")
        wire.send("c", b"[os.write(2, b'no end of it\\n' * 300) for _ in range(100)]; os._exit(1)")
        _, close = await wire.until("close", "c")
        assert close["stderr"].split("\n") == ["no end of it"] * 16
        await victim_lives(wire)
    lines = [record.message for record in caplog.records if "the back end of evil" in record.message]
    assert lines[0] == "the back end of evil: no end of it"
    assert lines[-1].endswith(" lines are left out")
    assert len(lines) < 300


async def test_95_a_back_end_that_takes_memory(tmp_path: Path) -> None:
    async with back_end(tmp_path) as wire:
        wire.open("c", "evil1")
        await wire.expect("ready", "c")
        wire.send("c", b"x = bytearray(1 << 30)")
        close = await wire.expect("close", "c", problem="internal-error")
        assert "MemoryError" in close["message"]
        await victim_lives(wire)
        # It goes on: only what asked for too much has failed.
        wire.open("c", "evil1")
        await wire.expect("ready", "c")
        wire.send("c", b"x = bytearray(1 << 26)")
        assert await wire.data("c") == b"done"


async def test_95_one_that_always_dies_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.peers.restarts.PAUSE_FIRST", 0.01)
    async with back_end(tmp_path, "sys.exit('there is no disk')") as wire:
        for _ in range(5):
            wire.open("c", "evil1")
            await wire.expect("close", "c", problem="terminated", stderr="there is no disk")
        wire.open("c", "evil1")
        close = await wire.expect("close", "c", problem="terminated", stderr="there is no disk")
        assert "It ended so 5 times in a row" in close["message"]
        (tmp_path / "evil/server.py").write_text(BACK_END.replace("{at_import}", ""))
        wire.open("internal", "dbus-json3", bus="internal")
        await wire.expect("ready", "internal")
        wire.send("internal", b'{"call": ["/packages", "cockpit.Packages", "Reload", []], "id": "1"}')
        assert json.loads(await wire.data("internal"))["id"] == "1"
        wire.open("c", "evil1")
        await wire.expect("ready", "c")
