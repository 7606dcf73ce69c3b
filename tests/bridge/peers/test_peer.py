"""Peers: start, relay, crash, misbehave. The peers here are small programs that speak frames, each with its fault."""

import asyncio
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pluggy
import pytest

from bridge import hookimpl
from bridge.peers.peer import Peer, PeerConfig
from bridge.protocol import JsonObject
from bridge.router import Endpoint, Router, Rule
from bridge.testing import Wire, open_wire

PEER = textwrap.dedent(
    """
    import json, os, sys, time
    mode = sys.argv[1]
    def say(channel, body):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        message = channel.encode() + b"\\n" + body
        os.write(1, b"%d\\n%b" % (len(message), message))
    def hear():
        digits = b""
        while (byte := os.read(0, 1)) != b"\\n":
            if not byte:
                sys.exit(0)
            digits += byte
        message = b""
        while len(message) < int(digits):
            message += os.read(0, int(digits) - len(message))
        channel, _, body = message.partition(b"\\n")
        return channel.decode(), body
    print("about to start", file=sys.stderr, flush=True)
    if mode == "silent": time.sleep(1000)
    if mode == "dies": sys.exit("no way")
    if mode == "garbage": os.write(1, b"hello there\\n"); time.sleep(1000)
    if mode == "version": say("", {"command": "init", "version": 2})
    if mode == "refuses": say("", {"command": "init", "problem": "authentication-failed", "message": "go away"})
    time.sleep(0.2)
    say("", {"command": "init", "version": 1})
    if mode == "foreign": say("c2", b"stolen")
    if mode == "foreign-control": say("", {"command": "close", "channel": "c2"})
    while True:
        channel, body = hear()
        if channel:
            if body == b"die": os._exit(3)
            say(channel, body + b" by " + str(os.getpid()).encode())
        else:
            message = json.loads(body)
            if message["command"] == "open": say("", {"command": "ready", "channel": message["channel"]})
            if message["command"] == "close": say("", {"command": "close", "channel": message["channel"], "at": "peer"})
    """
)


class PeerPlugin:
    def __init__(self, script: Path) -> None:
        self.script = script
        self.peers: dict[str, Peer] = {}

    @hookimpl
    def routing_rules(self, router: Router) -> list[Rule]:
        def rule(message: JsonObject) -> Endpoint | None:
            name = message["payload"]
            if not name.startswith("peer-"):
                return None
            if name not in self.peers:
                argv = (sys.executable, str(self.script), name.removeprefix("peer-"))
                if name == "peer-missing":
                    argv = ("/does/not/exist",)
                self.peers[name] = Peer(router, PeerConfig(f"the peer {name}", argv, problem="no-cockpit"))
            return self.peers[name].channel(message)

        return [rule]

    @hookimpl
    async def shutdown(self) -> None:
        from bridge.protocol import Problem

        for peer in self.peers.values():
            peer.stop(Problem("terminated"))


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    from bridge.plugins import BUILT_IN_CHANNELS, new_manager

    script = tmp_path / "peer.py"
    script.write_text(PEER)

    def hooks() -> pluggy.PluginManager:
        manager = new_manager()
        manager.register(PeerPlugin(script))
        return manager

    async with open_wire(built_in=BUILT_IN_CHANNELS, load_hooks=hooks) as opened:
        yield opened


async def test_what_is_sent_while_the_peer_starts_arrives_in_order(wire: Wire) -> None:
    wire.open("c", "peer-good")
    for word in (b"one", b"two", b"three"):
        wire.send("c", word)
    await wire.expect("ready", "c")
    said = [await wire.data("c") for _ in range(3)]
    assert [each.split()[0] for each in said] == [b"one", b"two", b"three"]
    wire.control("close", "c")
    await wire.expect("close", "c", at="peer")


async def test_one_process_serves_all_its_channels(wire: Wire) -> None:
    for name in ("c1", "c2"):
        wire.open(name, "peer-good")
        await wire.expect("ready", name)
        wire.send(name, b"x")
    assert await wire.data("c1") == await wire.data("c2")


async def test_a_crash_closes_its_channels_and_the_next_open_starts_anew(wire: Wire) -> None:
    wire.open("e", "echo")
    await wire.expect("ready", "e")
    for _ in range(2):
        wire.open("c", "peer-good")
        await wire.expect("ready", "c")
        wire.send("c", b"die")
        close = await wire.expect("close", "c", problem="terminated")
        assert "about to start" in close["message"]
    wire.send("e", b"alive")
    assert await wire.data("e") == b"alive"


@pytest.mark.parametrize(
    ("mode", "problem", "sentence"),
    [
        ("missing", "no-cockpit", "cannot be started"),
        ("dies", "no-cockpit", "no way"),
        ("garbage", "protocol-error", "frame length"),
        ("version", "not-supported", "another version"),
        ("refuses", "authentication-failed", "go away"),
        ("foreign", "protocol-error", "does not have"),
        ("foreign-control", "protocol-error", "does not have"),
    ],
)
async def test_a_peer_that_misbehaves_costs_only_its_own_channels(
    wire: Wire, mode: str, problem: str, sentence: str
) -> None:
    wire.open("c2", "echo")
    await wire.expect("ready", "c2")
    wire.open("c", f"peer-{mode}")
    event = await wire.next("c")
    while event.message["command"] != "close":  # type: ignore[union-attr]
        event = await wire.next("c")
    close = event.message  # type: ignore[union-attr]
    assert close["problem"] == problem
    assert sentence in close["message"]
    wire.send("c2", b"mine")
    assert await wire.data("c2") == b"mine"


async def test_a_peer_that_never_says_init_is_given_up(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.peers.peer.INIT_TIMEOUT", 0.3)
    wire.open("c", "peer-silent")
    await wire.expect("close", "c", problem="timeout")


async def test_a_channel_closed_while_the_peer_starts_is_closed_by_it(wire: Wire) -> None:
    wire.open("c", "peer-good")
    wire.control("close", "c")
    await wire.expect("ready", "c")
    await wire.expect("close", "c", at="peer")


async def test_a_peer_that_dies_at_once_is_not_started_in_a_loop(wire: Wire) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    for _ in range(3):
        wire.open("c", "peer-dies")
        await wire.expect("close", "c")
    assert loop.time() - started >= 1.5
