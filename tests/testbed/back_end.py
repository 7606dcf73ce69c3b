"""A back end of the machines pages as the bridge starts it, and what a page hears of it."""

import asyncio
import json
import os
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bridge.protocol import Control, Data, Deframer, decode, encode_control, encode_data, frame
from manifests import merge

BACK_END = (sys.executable, "-I", "-m", "bridge", "--backend", "machines")


class BackEnd:
    """A running back end, and what its channels have published and said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._deframer = Deframer()
        self._events: list[Any] = []
        self.states: dict[str, dict[str, Any]] = {}
        self.complete: set[str] = set()
        self.is_killed = False
        self.patches_of: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def kill(self) -> None:
        """End it as a crash would."""
        self.is_killed = True
        self.process.kill()

    def control(self, command: str, channel: str, **members: Any) -> None:
        """Send a control message."""
        self._send(encode_control({"command": command, "channel": channel} | members))

    def open(self, channel: str, **options: Any) -> None:
        """Open a channel `libvirt1`."""
        self.control("open", channel, payload="libvirt1", **options)

    def call(self, channel: str, number: int, method: str, **params: Any) -> None:
        """Call a method; `reply(number)` is what it answers."""
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self._send(encode_data(channel, json.dumps(message).encode()))

    def _send(self, message: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(frame(message))

    async def event(self) -> Control | Any:
        """The next thing said: a control message, or what a data message of a channel holds; patches are applied."""
        assert self.process.stdout
        async with asyncio.timeout(20):
            while not self._events:
                chunk = await self.process.stdout.read(1 << 16)
                assert chunk, "the back end ended"
                self._events += [decode(message) for message in self._deframer.feed(chunk)]
        event = self._events.pop(0)
        if not isinstance(event, Data):
            return event
        message = json.loads(event.payload)
        if message.get("method") == "state":
            params = message["params"]
            self.states[event.channel] = merge.apply(self.states.get(event.channel, {}), params["patch"])
            self.patches_of[event.channel].append(params["patch"])
            if params.get("complete"):
                self.complete.add(event.channel)
        return message

    async def until(self, condition: Callable[[], Any]) -> None:
        """Listen until that holds."""
        while not condition():
            await self.event()

    async def loaded(self, channel: str) -> dict[str, Any]:
        """The state of a channel once its first load is complete."""
        await self.until(lambda: channel in self.complete)
        return self.states[channel]

    async def reply(self, number: int) -> Any:
        """The answer to a call."""
        while True:
            message = await self.event()
            if not isinstance(message, Control) and message.get("id") == number:
                return message

    async def closed(self, channel: str) -> dict[str, Any]:
        """How a channel was closed."""
        while True:
            event = await self.event()
            if isinstance(event, Control) and event.command == "close" and event.channel == channel:
                return event.message


@asynccontextmanager
async def back_end(**environ: str) -> AsyncIterator[BackEnd]:
    """A back end with that added to its environment, which has to end well unless it is killed."""
    pipe = asyncio.subprocess.PIPE
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PILOTHOUSE_")}
    process = await asyncio.create_subprocess_exec(*BACK_END, stdin=pipe, stdout=pipe, stderr=pipe, env=clean | environ)
    assert process.stdin
    opened = BackEnd(process)
    try:
        init = await opened.event()
        assert init.command == "init"
        process.stdin.write(frame(encode_control({"command": "init", "version": 1, "host": "localhost"})))
        yield opened
    finally:
        killed = opened.is_killed
        process.stdin.close()
        async with asyncio.timeout(10):
            _, errors = await process.communicate()
        assert process.returncode == (-9 if killed else 0)
        assert b"Traceback" not in errors, errors.decode()
