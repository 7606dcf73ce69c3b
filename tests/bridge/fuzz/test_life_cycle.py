"""The life of channels against a small model, in whatever order a client thinks of.

Every open gets exactly one close, nothing comes after it, the name is free again, and nothing is left in the end.
"""

import asyncio
import os
import socket
import sys
from typing import Any
from unittest.mock import patch

import pluggy
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bridge import hookimpl
from bridge.bridge import Bridge
from bridge.channel import Channel, NoOptions
from bridge.peers.peer import Peer, PeerConfig
from bridge.plugins import BUILT_IN_CHANNELS, new_manager
from bridge.protocol import Data, Problem, decode, encode_control, encode_data
from bridge.router import Router, Rule
from bridge.rpc import RpcChannel, method
from bridge.stdio import FrameStream


class Reader(Channel):
    """Takes data, and takes its time to clean up."""

    payload = "fuzz-reader"

    async def run(self, options: NoOptions) -> None:
        self.ready()
        try:
            async for payload in self.read():
                await self.write(payload)
            self.done()
        finally:
            await asyncio.sleep(0.002)


class Deaf(Channel):
    """Takes nothing, for ever."""

    payload = "fuzz-deaf"

    async def run(self, options: NoOptions) -> None:
        self.ready()
        await asyncio.Event().wait()


class Fragile(Channel):
    """Fails at the first thing that comes."""

    payload = "fuzz-fragile"

    def opened(self, options: NoOptions) -> None:
        self.ready()

    def received(self, payload: bytes) -> None:
        raise KeyError("inside")

    def finished(self) -> None:
        raise ValueError("inside")


class Unsayable(Channel):
    """Ends with what JSON cannot say."""

    payload = "fuzz-unsayable"

    async def run(self, options: NoOptions) -> None:
        self.close_with(tag=float("nan"), path=os)


class Talkative(Channel):
    """Goes on talking after its end."""

    payload = "fuzz-talkative"

    def opened(self, options: NoOptions) -> None:
        self.ready()

    def received(self, payload: bytes) -> None:
        self.close()
        self.send(b"more")
        self.done()

    def finished(self) -> None:
        self.received(b"")


class Counter(RpcChannel):
    payload = "fuzz-rpc"

    async def run(self, options: NoOptions) -> None:
        self.ready()
        self.publish({"count": 0})
        self.loaded()
        await self.serve()

    @method
    async def count(self) -> int:
        self.publish({"count": self.state["count"] + 1})
        return int(self.state["count"])


PEER = """
import os, sys
def take(count):
    data = b""
    while len(data) < count:
        more = os.read(0, count - len(data))
        if not more: os._exit(0)
        data += more
    return data
def say(message):
    os.write(1, b"%d\\n%b" % (len(message), message))
say(b'\\n{"command":"init","version":1}')
while True:
    digits = b""
    while (byte := take(1)) != b"\\n": digits += byte
    message = take(int(digits))
    if not message.startswith(b"\\n"):
        if b"die" in message: os._exit(1)
        say(message)
        continue
    channel = message.partition(b'"channel":"')[2][:1]
    if b'"open"' in message: say(b'\\n{"command":"ready","channel":"%b"}' % channel)
    if b'"close"' in message or b'"done"' in message: say(b'\\n{"command":"close","channel":"%b"}' % channel)
"""


class FuzzPlugin:
    """Channels of this process, and a peer: it echoes, and dies when it is told to."""

    peer: Peer

    @hookimpl
    def channels(self) -> list[type[Channel]]:
        return [Reader, Deaf, Fragile, Unsayable, Talkative, Counter]

    @hookimpl
    def routing_rules(self, router: Router) -> list[Rule]:
        self.peer = Peer(router, PeerConfig("the peer", (sys.executable, "-I", "-S", "-c", PEER)))
        return [lambda message: self.peer.channel(message) if message["payload"] == "fuzz-peer" else None]

    def load(self) -> pluggy.PluginManager:
        manager = new_manager()
        manager.register(self)
        return manager


KINDS: dict[str, dict[str, Any]] = {
    "echo": {"payload": "echo"},
    "null": {"payload": "null"},
    "info": {"payload": "info"},
    "cat": {"payload": "stream", "spawn": ["cat"]},
    "terminal": {"payload": "stream", "spawn": ["cat"], "pty": True},
    "true": {"payload": "stream", "spawn": ["true"]},
    "missing": {"payload": "stream", "spawn": ["/does/not/exist"]},
    "file": {"payload": "fsread1", "path": "/etc/passwd"},
    "unknown": {"payload": "nonsense"},
    "mistyped": {"payload": "fsread1", "path": 5},
    "elsewhere": {"payload": "echo", "host": "elsewhere"},
    "reader": {"payload": "fuzz-reader"},
    "deaf": {"payload": "fuzz-deaf"},
    "fragile": {"payload": "fuzz-fragile"},
    "unsayable": {"payload": "fuzz-unsayable"},
    "talkative": {"payload": "fuzz-talkative"},
    "rpc": {"payload": "fuzz-rpc"},
}
NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
GROUPS = st.sampled_from([None, "g", "h"])


class Life(RuleBasedStateMachine):
    """A client that keeps books: `open` holds the names that were opened and not closed by the bridge yet."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.open: set[str] = set()
        self.of_the_peer: set[str] = set()
        self.patched = patch.multiple(
            "bridge.peers.restarts", PAUSE_FIRST=0.001, PAUSE_MAX=0.001, QUICK_DEATHS_MAX=1000
        )
        self.patched.start()
        self.faults: list[str] = []
        self.pongs = 0
        self.pings = 0
        self.ours, self.theirs = socket.socketpair()
        self.runner.run(self._start())

    async def _start(self) -> None:
        self.plugin = FuzzPlugin()
        self.bridge = Bridge(os.environ, BUILT_IN_CHANNELS, self.plugin.load, packages=False)
        fd = self.theirs.fileno()
        self.running = asyncio.get_running_loop().create_task(self.bridge.run(fd, fd))
        self.stream = FrameStream(
            self.ours.fileno(), self.ours.fileno(), received=self._receive, ended=lambda problem: None
        )
        self.stream.start()
        self._control("init", version=1, host="localhost", superuser=False)

    def _receive(self, message: bytes) -> None:
        event = decode(message)
        if event.channel is None:
            self.pongs += not isinstance(event, Data) and event.command == "pong"
        elif event.channel not in self.open:
            self.faults.append(f"{event} on a channel that is not open")
        elif not isinstance(event, Data) and event.command == "close":
            self.open.discard(event.channel)
            self.of_the_peer.discard(event.channel)

    def _control(self, command: str, channel: str | None = None, **members: Any) -> None:
        message = {"command": command} | ({"channel": channel} if channel else {}) | members
        self.stream.send(encode_control(message))

    async def _settle(self) -> None:
        """Until the bridge has read everything."""
        self.pings += 1
        self._control("ping")
        async with asyncio.timeout(10):
            while self.pongs < self.pings:
                await asyncio.sleep(0)

    @rule(channel=NAMES, kind=st.sampled_from(sorted(KINDS)), group=GROUPS, flow=st.booleans(), acks=st.booleans())
    def open_channel(self, channel: str, kind: str, group: str | None, flow: bool, acks: bool) -> None:
        if channel in self.open:
            # Whether a name is free, only the answer tells.
            self.runner.run(self._settle())
        if channel in self.open:
            return
        members = dict(KINDS[kind]) | {"flow-control": flow}
        members |= {"group": group} if group else {}
        members |= {"send-acks": "bytes"} if acks else {}
        self.open.add(channel)
        self._control("open", channel, **members)

    @rule(channel=NAMES, kind=st.sampled_from(sorted(KINDS)))
    def open_twice(self, channel: str, kind: str) -> None:
        """The second `open` of a name is ignored."""
        if channel not in self.open:
            self.open.add(channel)
            self._control("open", channel, payload="fuzz-deaf")
            self._control("open", channel, **KINDS[kind])

    @rule(channel=NAMES, payload=st.binary(max_size=40), count=st.integers(1, 4))
    def data(self, channel: str, payload: bytes, count: int) -> None:
        for _ in range(count):
            self.stream.send(encode_data(channel, payload))

    @rule(channel=NAMES, flow=st.booleans())
    def open_at_the_peer(self, channel: str, flow: bool) -> None:
        self.runner.run(self._settle())
        if channel not in self.open:
            self.open.add(channel)
            self.of_the_peer.add(channel)
            self._control("open", channel, payload="fuzz-peer", **{"flow-control": flow})

    @precondition(lambda self: self.open & self.of_the_peer)
    @rule()
    def kill_the_peer(self) -> None:
        """All its channels close by themselves; it starts again with the next one.

        It hears of it on each of them: one that was closed already and waits for the answer takes nothing more.
        """
        channels = self.open & self.of_the_peer
        for channel in sorted(channels):
            self.stream.send(encode_data(channel, b"die"))
        self.runner.run(self._closed(channels))

    async def _closed(self, channels: set[str]) -> None:
        async with asyncio.timeout(10):
            while self.open & channels:
                await asyncio.sleep(0.001)

    @rule(channel=NAMES)
    def call(self, channel: str) -> None:
        self.stream.send(encode_data(channel, b'{"jsonrpc":"2.0","id":1,"method":"count","params":{}}'))

    @rule(channel=NAMES, size=st.integers(1, 5))
    def much_data(self, channel: str, size: int) -> None:
        for _ in range(size):
            self.stream.send(encode_data(channel, b"x" * 65536))

    @rule(channel=NAMES)
    def done(self, channel: str) -> None:
        self._control("done", channel)

    @rule(channel=NAMES, problem=st.sampled_from([None, "cancelled", "terminated"]))
    def close(self, channel: str, problem: str | None) -> None:
        self._control("close", channel, **({"problem": problem} if problem else {}))

    @rule(group=GROUPS, host=st.sampled_from([None, "localhost", "elsewhere"]))
    def kill(self, group: str | None, host: str | None) -> None:
        self._control("kill", **({"group": group} if group else {}), **({"host": host} if host else {}))

    @rule(channel=NAMES, sequence=st.sampled_from([0, -1, 5, 10**30, "x", None]))
    def ping(self, channel: str, sequence: Any) -> None:
        self._control("ping", channel, sequence=sequence)

    @rule(channel=NAMES, sequence=st.sampled_from([0, -1, 16384, 10**30, "x", None]))
    def pong(self, channel: str, sequence: Any) -> None:
        self._control("pong", channel, sequence=sequence)

    @rule(channel=NAMES)
    def resize(self, channel: str) -> None:
        self._control("options", channel, window={"rows": 5, "cols": 5})

    @rule(message=st.binary(max_size=60))
    def noise(self, message: bytes) -> None:
        self.stream.send(b"\n{" + message)

    @rule()
    def settle(self) -> None:
        self.runner.run(self._settle())

    @precondition(lambda self: self.open)
    @rule()
    def close_all_and_wait(self) -> None:
        self.runner.run(self._close_all())

    async def _close_all(self) -> None:
        async with asyncio.timeout(20):
            for channel in sorted(self.open):
                self._control("close", channel)
            while self.open:
                await asyncio.sleep(0.001)

    @invariant()
    def nothing_came_out_of_turn(self) -> None:
        assert not self.faults

    def teardown(self) -> None:
        try:
            self.runner.run(self._end())
        finally:
            self.patched.stop()
            self.runner.close()
            self.ours.close()
            self.theirs.close()

    async def _end(self) -> None:
        await self._close_all()
        await self._settle()
        router = self.bridge.router
        assert (router._endpoints, router._groups) == ({}, {})
        self.plugin.peer.stop(Problem("terminated"))
        async with asyncio.timeout(5):
            while router._tasks:
                await asyncio.sleep(0.001)
        assert not router._stream._holds  # type: ignore[union-attr]
        await self.stream.close()
        self.ours.shutdown(socket.SHUT_WR)
        assert await self.running == 0
        assert not self.faults
        assert asyncio.all_tasks() == {asyncio.current_task()}


Life.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestLife = Life.TestCase
