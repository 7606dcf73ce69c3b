"""Attacks by peers: hostile programs, and back ends of plugins that fail in every way.

| case | test |
|------|------|
| 60 | test_60_a_hostile_peer_is_ended, test_60_a_hostile_peer_that_is_borne, test_60_a_flood_waits_for_the_client, \
test_60_a_peer_that_does_not_answer_a_close, test_60_a_late_close_of_a_living_peer, test_60_a_peer_that_reads_nothing |
| 95 | test_95_a_back_end_that_fails, test_95_a_back_end_that_hangs, \
test_95_a_back_end_that_fails_at_import, test_95_a_back_end_that_floods_its_stdout, \
test_95_a_back_end_that_forks, test_95_restarts_back_off_and_do_not_keep_the_bridge, \
test_95_the_children_of_a_back_end |
"""

import asyncio
import contextlib
import json
import os
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.testing import Wire, open_wire

MIB = 1024 * 1024
PEER = textwrap.dedent(
    """
    import json, os, sys, time
    mode = sys.argv[1]
    def say(channel, body):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        message = channel.encode() + b"\\n" + body
        data = b"%d\\n%b" % (len(message), message)
        while data:
            data = data[os.write(1, data):]
    def read(count):
        data = b""
        while len(data) < count:
            more = os.read(0, count - len(data))
            if not more:
                sys.exit(0)
            data += more
        return data
    def hear():
        digits = b""
        while (byte := read(1)) != b"\\n":
            digits += byte
        channel, _, body = read(int(digits)).partition(b"\\n")
        return channel.decode(), body
    if mode == "early": say("c", b"before init")
    if mode == "motd": os.write(1, b"Welcome to this host!\\n" * 10)
    if mode == "huge": os.write(1, b"99999999\\n"); os.write(1, b"x" * 1000000)
    say("", {"command": "init", "version": 1})
    if mode == "deaf": time.sleep(1000)
    while True:
        channel, body = hear()
        if channel:
            say(channel, body)
            continue
        message = json.loads(body)
        channel = message.get("channel")
        if message["command"] == "open":
            say("", {"command": "ready", "channel": channel})
            if mode == "data": say("victim", b"stolen")
            if mode == "ready": say("", {"command": "ready", "channel": "victim"})
            if mode == "close": say("", {"command": "close", "channel": "victim", "problem": "terminated"})
            if mode == "authorize": say("", {"command": "authorize", "channel": "victim", "challenge": "*"})
            if mode == "unopened": say("nobody", b"x")
            if mode == "json": os.write(1, b"4\\n\\n{]}")
            if mode == "deep": say("", b'{"command":"x","y":' + b"[" * 60000)
            if mode == "nothing": os.write(1, b"3\\nabc")
            if mode == "init": say("", {"command": "init", "version": 1}); say("", {"command": "init", "version": 9})
            if mode == "unknown": say("", {"command": "self-destruct"}); say("", {"command": "kill"})
            if mode == "password": say("", {"command": "authorize", "cookie": "x", "challenge": "*"})
            if mode == "ping": say("", {"command": "ping", "x": "\\ud800"})
            if mode == "flood":
                while True: say(channel, b"x" * 65536)
            if mode == "small":
                while True: say(channel, b"")
            if mode == "stderr": os.write(2, b"no end of line" * 100000 + b"\\xff\\n" * 1000)
        if message["command"] == "close":
            if mode == "hangs": time.sleep(1000)
            if mode == "late": say("other", b"still here"); time.sleep(0.5); say("other", b"and here")
            say("", {"command": "close", "channel": channel, "at": "peer"})
    """
)
MODES = ["early", "motd", "huge", "data", "ready", "close", "authorize", "unopened", "json", "deep", "nothing", "init",
         "unknown", "password", "ping", "flood", "small", "stderr", "hangs", "late", "deaf", "good"]  # fmt: skip


@pytest.fixture
def peers(tmp_path: Path) -> dict[str, str]:
    """The environment of a bridge with one program for each way to misbehave: the payload `peer-MODE`."""
    script = tmp_path / "peer.py"
    script.write_text(PEER)
    bridges = [{"match": {"payload": f"peer-{m}"}, "spawn": [sys.executable, "-I", str(script), m]} for m in MODES]
    folder = tmp_path / "packages/peers"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"version": 1, "bridges": bridges}))
    return dict(os.environ) | {"PILOTHOUSE_PLUGIN_PATH": str(folder.parent)}


@pytest.fixture
async def wire(peers: dict[str, str]) -> AsyncIterator[Wire]:
    async with open_wire(peers) as opened:
        yield opened


async def victim_lives(wire: Wire) -> None:
    wire.send("victim", b"mine")
    assert await wire.data("victim") == b"mine"


@pytest.mark.parametrize(
    "mode",
    ["early", "motd", "huge", "data", "ready", "close", "authorize", "unopened", "json", "deep", "nothing"],
)
async def test_60_a_hostile_peer_is_ended(wire: Wire, mode: str) -> None:
    wire.open("victim", "echo")
    await wire.expect("ready", "victim")
    wire.open("c", f"peer-{mode}")
    _, close = await wire.until("close", "c")
    assert close["problem"] in ("protocol-error", "terminated")
    await victim_lives(wire)


@pytest.mark.parametrize("mode", ["init", "unknown", "password", "ping", "stderr", "good"])
async def test_60_a_hostile_peer_that_is_borne(wire: Wire, mode: str) -> None:
    wire.open("victim", "echo")
    await wire.expect("ready", "victim")
    wire.open("c", f"peer-{mode}")
    await wire.expect("ready", "c")
    wire.send("c", b"works")
    assert await wire.data("c") == b"works"
    wire.control("close", "c")
    await wire.expect("close", "c", at="peer")
    await victim_lives(wire)
    assert wire.is_quiet()


@pytest.mark.parametrize("command", ["open", "options", "ping", "pong", "nonsense"])
async def test_60_what_json_cannot_say_plainly_goes_through_a_peer(wire: Wire, command: str) -> None:
    if command != "open":
        wire.open("c", "peer-good")
    wire.send_raw(b'\n{"command":"%b","channel":"c","payload":"peer-good","x":"\\ud800"}' % command.encode())
    await wire.expect("ready", "c")
    wire.send("c", b"works")
    assert await wire.data("c") == b"works"


@pytest.mark.parametrize("mode", ["flood", "small"])
async def test_60_a_flood_waits_for_the_client(start_real: Any, peers: dict[str, str], mode: str) -> None:
    async with start_real(environ=peers) as real:
        await real.control("open", "w", payload="peer-good", binary="raw")
        await real.data("w", b"x" * 65536)
        await real.control("close", "w")
        await real.command("close", "w")
        before = real.rss()
        await real.control("open", "c", payload=f"peer-{mode}", binary="raw")
        assert await real.settled_rss() - before < 4 * MIB
        await real.is_alive()
        real.process.stdin.close()
        assert await real.exit_status(5) == 0


async def test_60_a_peer_that_does_not_answer_a_close(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.peer_channel.CLOSE_PATIENCE", 0.3)
    wire.open("c", "peer-hangs")
    wire.open("d", "peer-hangs")
    await wire.expect("ready", "c")
    await wire.expect("ready", "d")
    wire.control("close", "c")
    await wire.expect("close", "c", problem="timeout")
    await wire.expect("close", "d", problem="timeout")
    wire.open("c", "echo")
    await wire.expect("ready", "c")


async def test_60_a_late_close_of_a_living_peer(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.peer_channel.CLOSE_PATIENCE", 0.2)
    wire.open("other", "peer-late")
    wire.open("c", "peer-late")
    await wire.expect("ready", "c")
    await wire.expect("ready", "other")
    wire.control("close", "c")
    assert await wire.data("other") == b"still here"
    await wire.expect("close", "c", problem="timeout")
    wire.open("c", "peer-late")
    await wire.expect("close", "c", problem="timeout")
    assert await wire.data("other") == b"and here"
    wire.send("other", b"works")
    assert await wire.data("other") == b"works"
    wire.open("c", "peer-late")
    await wire.expect("ready", "c")


@pytest.mark.parametrize("mode", ["deaf", "hangs"])
async def test_60_a_peer_that_reads_nothing(wire: Wire, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setattr("bridge.peer.INPUT_PATIENCE", 0.5)
    wire.open("victim", "echo")
    await wire.expect("ready", "victim")
    wire.open("c", f"peer-{mode}")
    if mode == "hangs":
        await wire.expect("ready", "c")
        wire.control("close", "c")
        wire.open("d", f"peer-{mode}")
    for _ in range(160):
        wire.send("d" if mode == "hangs" else "c", b"x" * 65536)
    wire.send("victim", b"in its turn")
    await wire.expect("close", "c", problem="too-slow")
    assert await wire.data("victim") == b"in its turn"


BACK_END = """
import asyncio, ctypes, os, sys, time
from dataclasses import dataclass
from bridge import hookimpl
from bridge.channel import Channel
from bridge.process import Process
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
    monkeypatch.setattr("bridge.peer_channel.CLOSE_PATIENCE", 0.5)
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
        code = f"[os.fork() or (time.sleep(1000), os._exit(0)) for _ in range(50)]; open({str(tmp_path / 'f')!r}, 'w')"
        wire.send("c", code.encode())
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
