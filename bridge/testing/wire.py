"""Driving a bridge from a test: open this, send that, expect this."""

import asyncio
import contextlib
import os
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Any

from bridge.bridge import Bridge, LoadHooks
from bridge.plugins import BUILT_IN_CHANNELS
from bridge.protocol import Control, Data, Event, JsonObject, decode, encode_control, encode_data
from bridge.stdio import FrameStream

PATIENCE = 10.0
"""Seconds that a test waits for what it expects."""


class Wire:
    """The client's end of a bridge. What arrives is kept per channel, in order, until it is asked for."""

    def __init__(self, stream: FrameStream) -> None:
        self._stream = stream
        self._arrived: defaultdict[str, asyncio.Queue[Event]] = defaultdict(asyncio.Queue)

    def arrived(self, message: bytes) -> None:
        """Keep a message of the bridge."""
        event = decode(message)
        self._arrived[event.channel or ""].put_nowait(event)

    def send(self, channel: str, payload: bytes) -> None:
        """Send a data message."""
        self._stream.send(encode_data(channel, payload))

    def send_raw(self, message: bytes) -> None:
        """Send a message as it is, valid or not."""
        self._stream.send(message)

    def control(self, command: str, channel: str | None = None, **members: Any) -> None:
        """Send a control message."""
        self._stream.send(encode_control({"command": command} | ({"channel": channel} if channel else {}) | members))

    def open(self, channel: str, payload: str, **options: Any) -> None:
        """Open a channel; options with an underscore that the wire spells with a dash come as `**{"a-b": 1}`."""
        self.control("open", channel, payload=payload, **options)

    async def next(self, channel: str = "") -> Event:
        """The next message of `channel`; without one, of the connection. AssertionError when none comes."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._arrived[channel].get()
        except TimeoutError:
            raise AssertionError(f"nothing came on channel {channel!r} within {PATIENCE} s") from None

    async def expect(self, command: str, channel: str = "", **members: Any) -> JsonObject:
        """The next message of `channel`, which must be the control message `command` with at least `members`."""
        event = await self.next(channel)
        assert isinstance(event, Control), f"expected {command}, got {event}"
        assert event.command == command, f"expected {command}, got {event.message}"
        assert event.message | members == event.message, f"expected {members} in {event.message}"
        return event.message

    async def data(self, channel: str) -> bytes:
        """The next message of `channel`, which must be data."""
        event = await self.next(channel)
        assert isinstance(event, Data), f"expected data, got {event}"
        return event.payload

    async def until(self, command: str, channel: str) -> tuple[bytes, JsonObject]:
        """All data of `channel` up to the control message `command`, and that message; pings are answered."""
        data = bytearray()
        while True:
            event = await self.next(channel)
            if isinstance(event, Data):
                data += event.payload
            elif event.command == "ping":
                self._stream.send(encode_control(event.message | {"command": "pong"}))
            elif event.command == command:
                return bytes(data), event.message
            else:
                assert event.command in ("ready", "done", "pong", "ack"), f"expected {command}, got {event.message}"

    def is_quiet(self, channel: str = "") -> bool:
        """Whether nothing of `channel` has arrived that was not asked for yet."""
        return self._arrived[channel].empty()


@contextlib.asynccontextmanager
async def open_wire(
    environ: Mapping[str, str] | None = None,
    built_in: dict[str, str] = BUILT_IN_CHANNELS,
    load_hooks: LoadHooks = lambda: None,
    *,
    superuser: object = False,
    privileged: bool = False,
) -> AsyncIterator[Wire]:
    """A bridge of this process, past the exchange of `init`; it must end without error when its input does.

    `superuser` is what `init` says of the superuser bridge; `privileged`: the bridge is one.
    """
    ours, theirs = socket.socketpair()
    own = os.environ if environ is None else environ
    bridge = Bridge(own, built_in, load_hooks, packages=not privileged, privileged=privileged)
    running = asyncio.get_running_loop().create_task(bridge.run(theirs.fileno(), theirs.fileno()))
    stream = FrameStream(ours.fileno(), ours.fileno(), received=lambda m: wire.arrived(m), ended=lambda _: None)
    wire = Wire(stream)
    stream.start()
    try:
        await wire.expect("init", version=1)
        wire.control("init", version=1, host="localhost", superuser=superuser)
        yield wire
    finally:
        await stream.close()
        ours.shutdown(socket.SHUT_WR)
        status = await running
        ours.close()
        theirs.close()
    assert status == 0
