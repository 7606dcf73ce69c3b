"""Attacks by peers: hostile programs. Back ends of plugins are in test_group_j.py.

| case | test |
|------|------|
| 60 | test_60_a_hostile_peer_is_ended, test_60_a_hostile_peer_that_is_borne, test_60_a_flood_waits_for_the_client, \
test_60_a_peer_that_does_not_answer_a_close, test_60_a_late_close_of_a_living_peer, test_60_a_peer_that_reads_nothing |
"""

import json
import os
import sys
import textwrap
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
    monkeypatch.setattr("bridge.peers.peer_channel.CLOSE_PATIENCE", 0.3)
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
    monkeypatch.setattr("bridge.peers.peer_channel.CLOSE_PATIENCE", 0.2)
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
    monkeypatch.setattr("bridge.peers.peer.INPUT_PATIENCE", 0.5)
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
