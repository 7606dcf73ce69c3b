"""Channels that wait for it to be decided where they go: what they are sent is kept, in order."""

from collections.abc import Callable

from bridge.protocol import JsonObject, Problem, encode_control
from bridge.router import Endpoint, Router

FROZEN_MAX = 2 * 1024 * 1024
"""Bytes that may wait in all channels together. The bridge reads on meanwhile, for the decision may hang on it."""
_MESSAGE_COST = 128


class Freezer:
    """Opens channels frozen, until `thaw`."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._channels: list[FrozenChannel] = []
        self._size = 0

    def channel(self, message: JsonObject) -> "FrozenChannel":
        """The endpoint for a channel that cannot be routed yet; Problem `too-large` when too much waits."""
        self.reserve(len(encode_control(message)))
        channel = FrozenChannel(self, self._router, message)
        self._channels.append(channel)
        return channel

    def reserve(self, size: int) -> None:
        """A message of `size` bytes is to be kept; Problem `too-large` when that is too much."""
        if self._size + size + _MESSAGE_COST > FROZEN_MAX:
            raise Problem("too-large", f"more than {FROZEN_MAX} bytes wait for the superuser bridge to start")
        self._size += size + _MESSAGE_COST

    def thaw(self) -> None:
        """Route all channels, by the rules as they are now, in the order in which they were opened."""
        channels, self._channels, self._size = self._channels, [], 0
        for channel in channels:
            channel.thaw()


class FrozenChannel:
    """The endpoint of such a channel; once thawed it only passes on."""

    def __init__(self, freezer: Freezer, router: Router, message: JsonObject) -> None:
        self._freezer = freezer
        self._router = router
        self._message = message
        self._kept: list[Callable[[Endpoint], None]] = []
        self._target: Endpoint | None = None
        self._is_closed = False

    def open(self, message: JsonObject) -> None:
        """Nothing happens before the thaw."""

    def receive_data(self, payload: bytes) -> None:
        """Keep data, or pass it on."""
        if self._target:
            self._target.receive_data(payload)
        else:
            self._keep(len(payload), lambda target: target.receive_data(payload))

    def receive_control(self, command: str, message: JsonObject) -> None:
        """Keep a control message, or pass it on; `close` needs nobody else."""
        if self._target:
            self._target.receive_control(command, message)
        elif command == "close":
            self.end()
        else:
            self._keep(len(encode_control(message)), lambda target: target.receive_control(command, message))

    def end(self, problem: Problem | None = None) -> None:
        """Close the channel."""
        if self._target:
            self._target.end(problem)
        elif not self._is_closed:
            self._is_closed = True
            self._kept.clear()
            members = problem.as_close() if problem else {}
            channel = self._message["channel"]
            self._router.forget(channel)
            self._router.send_control({"command": "close", "channel": channel} | members)

    def thaw(self) -> None:
        """Route the channel and hand over what was kept."""
        if self._is_closed:
            return
        try:
            target = self._router.route(self._message)
        except Problem as problem:
            self.end(problem)
            return
        self._target = target
        kept, self._kept = self._kept, []
        target.open(self._message)
        for hand_over in kept:
            hand_over(target)

    def _keep(self, size: int, hand_over: Callable[[Endpoint], None]) -> None:
        try:
            self._freezer.reserve(size)
        except Problem as problem:
            self.end(problem)
        else:
            self._kept.append(hand_over)
