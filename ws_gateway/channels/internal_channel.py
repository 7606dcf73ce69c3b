"""A channel that the gateway itself opens at a session's bridge, to answer one HTTP request with."""

from bridge.protocol import Control, Data, Event, JsonObject, Problem
from ws_gateway.relay.session import Session
from ws_gateway.sockets.backlog import Backlog


class InternalChannel:
    """An endpoint of one channel, read by whoever opened it at their own pace (flow control, reference 1.10).

    `options` are the members of the `open` message, but for its channel. Must be closed.
    """

    def __init__(self, session: Session, options: JsonObject) -> None:
        self.name = session.next_internal()
        self._session = session
        self._backlog: Backlog[Event | Problem] = Backlog()
        self._open = True
        session.owners[self.name] = self
        session.endpoints.add(self)
        session.post({**options, "command": "open", "channel": self.name, "flow-control": True})

    @property
    def congested(self) -> bool:
        """Whether so much waits to be read that the bridge should be paused."""
        return self._backlog.congested

    def control(self, command: str) -> None:
        """Sends a control message on the channel."""
        if self._open:
            self._session.post({"command": command, "channel": self.name})

    async def receive(self) -> Data | Control | None:
        """The next data or control message; None at the channel's end. Problem when it ended with one."""
        while True:
            event = await self._backlog.get()
            if isinstance(event, Problem):
                raise event
            if isinstance(event, Data):
                return event
            if event.command == "ping":
                self._pong(event)
            elif event.command == "close":
                _check_end(event)
                return None
            elif event.command != "done":
                return event

    def close(self, problem: str = "cancelled") -> None:
        """Ends the channel, if the bridge did not do so already."""
        if self._open:
            self._open = False
            self._session.owners.pop(self.name, None)
            self._session.post({"command": "close", "channel": self.name, "problem": problem})
        self._session.endpoints.discard(self)
        self._backlog.clear()
        # Whoever is still reading learns of it.
        self._backlog.put(Problem(problem), 0)

    def deliver(self, channel: str, control: Control | None, message: bytes) -> None:
        """Takes what the bridge says; never waits."""
        if control is not None and control.command == "close":
            self._open = False
        try:
            self._backlog.put(control or Data(channel, message[len(channel) + 1 :]), len(message))
        except Problem as problem:
            self._fail(problem)

    def push(self) -> None:
        """Nothing: whoever waits for it takes it."""

    async def settle(self) -> None:
        """Waits until it is no longer congested, for a bounded time."""
        try:
            await self._backlog.settle()
        except Problem as problem:
            self._fail(problem)

    def end(self, problem: str) -> None:
        """The session ended."""
        self._open = False
        self._backlog.put(Problem(problem), 0)

    def _fail(self, problem: Problem) -> None:
        self.close(problem.code)

    def _pong(self, ping: Control) -> None:
        if self._open:
            self._session.post({**ping.message, "command": "pong"})


def _check_end(close: Control) -> None:
    problem = close.message.get("problem")
    if problem:
        raise Problem(str(problem), str(close.message.get("message", "")))
