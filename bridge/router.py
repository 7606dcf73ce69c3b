"""Takes the messages of one connection to the endpoints they are for.

`open` asks the rules in order; the first that answers owns the channel until its `close`. Anything wrong with a
message costs that message, or the channel it belongs to, and nothing else.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from bridge.errors import problem_of
from bridge.processes.grace import Grace
from bridge.protocol import Control, Data, JsonObject, Problem, decode, encode_control, encode_json

if TYPE_CHECKING:
    from bridge.context import Context
    from bridge.stdio import FrameStream

log = logging.getLogger(__name__)

CHANNELS_MAX = 16384
"""Open channels of one connection."""
GROUP_MAX = 256
"""Characters of a group's name."""
PEER_GRACE = 6.0
"""Seconds between TERM and KILL of a peer."""
CLOSE_MAX = 3.6
"""Seconds that the clean-up of all channels may take when the connection ends."""
LOCAL_HOST = "localhost"
"""What a host is called by clients whose `init` does not say it."""
_IGNORED_LOGGED = 20
"""Messages of one connection that were ignored and are logged: the log may be a pipe that nobody empties."""


class Endpoint(Protocol):
    """What a channel's messages go to: a channel of this process, or the link to a peer that has it."""

    def open(self, message: JsonObject) -> None:
        """Start; called once, first."""

    def receive_data(self, payload: bytes) -> None:
        """A data message came."""

    def receive_control(self, command: str, message: JsonObject) -> None:
        """A control message came, `close` among them."""

    def end(self, problem: Problem | None = None) -> None:
        """End the channel, cleaning up first; the endpoint sends `close` and calls `Router.forget`."""


class Holder(Protocol):
    """What has more input than it takes."""

    def __hash__(self) -> int:
        """By identity."""

    def held_too_long(self) -> None:
        """Others wait to be read, and nothing was taken for `patience` seconds: refuse the input and release."""


Rule = Callable[[JsonObject], Endpoint | None]
"""Asked with an `open` message: the endpoint, None for "not mine", or a Problem for "mine, and no"."""


class Router:
    """The channels of one connection.

    It owns the tasks of its channels: after `close` none is left.
    """

    def __init__(self, context: "Context") -> None:
        self.context = context
        self.rules: list[Rule] = []
        self.host = LOCAL_HOST
        """What the other side calls this host."""
        self.peer_grace = Grace(PEER_GRACE)
        """What peers are given to end: more than their own children are."""
        self._stream: FrameStream | None = None
        self._endpoints: dict[str, Endpoint] = {}
        self._groups: dict[str, str] = {}
        self._ignored = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def attach(self, stream: "FrameStream") -> None:
        """Use `stream` for output; its `received` must call `receive`."""
        self._stream = stream

    # Input

    def receive(self, message: bytes) -> Control | None:
        """One message of the other side; a control message that concerns no channel is returned to the caller.

        It never raises: what a message does wrong must not cost the next one.
        """
        try:
            event = decode(message)
            if type(event) is not Data:
                assert isinstance(event, Control)
                return self._receive_control(event)
            endpoint = self._endpoints.get(event.channel)
            if endpoint is not None:
                endpoint.receive_data(event.payload)
        except Exception as exc:
            self._ignore(problem_of(exc, "a message").message)
        return None

    def _ignore(self, reason: str) -> None:
        self._ignored += 1
        if self._ignored <= _IGNORED_LOGGED:
            log.warning("ignored a message: %.200s", reason)
        elif self._ignored == _IGNORED_LOGGED + 1:
            log.warning("more messages are ignored, and not logged")

    def _receive_control(self, event: Control) -> Control | None:
        if event.channel is None:
            if event.command != "kill":
                return event
            self._kill(event.message)
        elif event.command == "open":
            self._open(event.channel, event.message)
        elif (endpoint := self._endpoints.get(event.channel)) is not None:
            endpoint.receive_control(event.command, event.message)
        return None

    def _open(self, channel: str, message: JsonObject) -> None:
        if channel in self._endpoints:
            self._ignore(f"channel {channel!r:.80} is open already")
            return
        group = message.get("group")
        try:
            if group is not None and (type(group) is not str or len(group) > GROUP_MAX):
                raise Problem("protocol-error", f"attribute 'group': must be at most {GROUP_MAX} characters of text")
            if len(self._endpoints) >= CHANNELS_MAX:
                raise Problem("too-many-channels", f"more than {CHANNELS_MAX} channels are open")
            endpoint = self._endpoints[channel] = self.route(message)
            if group is not None:
                self._groups[channel] = group
            endpoint.open(message)
        except Exception as exc:
            self.forget(channel)
            problem = problem_of(exc, "opening a channel")
            self.send_control({"command": "close", "channel": channel} | problem.as_close())

    def route(self, message: JsonObject) -> Endpoint:
        """The endpoint that the rules give for an `open` message, not opened yet; Problem where there is none."""
        payload = message.get("payload")
        if type(payload) is not str:
            raise Problem("protocol-error", "attribute 'payload' required")
        for rule in self.rules:
            endpoint = rule(message)
            if endpoint is not None:
                return endpoint
        raise Problem("not-supported", f"payload {payload!r:.60} is not supported")

    def _kill(self, message: JsonObject) -> None:
        if message.get("host") not in (None, self.host):
            return
        group = message.get("group")
        for channel in list(self._endpoints):
            if group is None or self._groups.get(channel) == group:
                self._endpoints[channel].end(Problem("terminated"))

    # Output, for the endpoints

    def send_control(self, message: Mapping[str, Any]) -> None:
        """Send a control message."""
        if self._stream is not None:
            self._stream.send(encode_control(message))

    def send_ping(self, channel: str, sequence: int) -> None:
        """Send a channel's `ping`; there is one for every block of a stream, so it is not put through an encoder."""
        if self._stream is not None:
            self._stream.send(b'\n{"command":"ping","channel":%b,"sequence":%d}' % (encode_json(channel), sequence))

    def send_data(self, channel: bytes, payload: bytes) -> None:
        """Send a data message."""
        if self._stream is not None:
            self._stream.send_data(channel, payload)

    def send_pieces(self, pieces: list[bytes]) -> None:
        """Send frames that are encoded already, in pieces."""
        if self._stream is not None:
            self._stream.send_pieces(pieces)

    def send_message(self, message: bytes) -> None:
        """Send a message that is encoded already."""
        if self._stream is not None:
            self._stream.send(message)

    async def drain(self) -> None:
        """Wait until little output waits."""
        if self._stream is not None:
            await self._stream.drain()

    @property
    def is_congested(self) -> bool:
        """Whether `drain` would wait."""
        return self._stream is not None and self._stream.is_congested

    @property
    def is_full(self) -> bool:
        """Whether so much output waits that no more input is read."""
        return self._stream is not None and self._stream.is_full

    def hold(self, holder: Holder, patience: float) -> None:
        """Stop reading input, until `release`; the patience, in seconds, starts anew with each call."""
        if self._stream is not None:
            self._stream.hold(holder, patience, holder.held_too_long)

    def release(self, holder: Holder) -> None:
        """End a `hold`."""
        if self._stream is not None:
            self._stream.release(holder)

    def forget(self, channel: str) -> None:
        """The endpoint of `channel` has sent its `close`: the name is free again."""
        self._endpoints.pop(channel, None)
        self._groups.pop(channel, None)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a task that the router owns."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End every channel and wait for their clean-up, at most `CLOSE_MAX` seconds."""
        for endpoint in list(self._endpoints.values()):
            endpoint.end(Problem("terminated"))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_MAX):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        for task in list(self._tasks):
            log.error("gave up waiting for the end of %s", task.get_coro())
            task.cancel()
