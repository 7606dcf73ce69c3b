"""What a browser's message means (reference 1.4), as a table and without I/O."""

from collections.abc import Callable, MutableMapping
from enum import Enum
from typing import Any, NamedTuple

from bridge.protocol import Control, JsonObject, Problem, channel_line, decode_control, encode_control
from ws_gateway.relay.flow_messages import channel_of_flow
from ws_gateway.relay.reopened import Reopened

CHANNELS_MAX = 16384
"""Channels open at a time in one session."""
INTERNAL_PREFIX = "0:"
"""How the names of the gateway's own channels start; no browser may open one."""


class Activity(Enum):
    """What a message says about the person at the page."""

    NONE = 0
    TRAFFIC = 1
    """Something happens, which a page may do by itself."""
    PERSON = 2
    """Somebody does something; or a page will tell when."""


class Relay(NamedTuple):
    """Send this message to the bridge."""

    message: bytes


class Answer(NamedTuple):
    """Send this control message to the browser."""

    message: JsonObject


class Fatal(NamedTuple):
    """End the socket with this problem."""

    problem: str
    reason: str


class Authorize(NamedTuple):
    """Keep these credentials, in base64, for the superuser bridge."""

    credentials: str


class Logout(NamedTuple):
    """End the session."""


class Ignore(NamedTuple):
    """Do nothing; say why where that is logged."""

    why: str


Action = Relay | Answer | Fatal | Authorize | Logout | Ignore
_HELD = Ignore("until the bridge has closed the channel that had the name")


class Dispatcher:
    """One socket's part of the conversation: whether it said `init`, and the channels that it opened.

    `owners` is the session's table of channels, shared by all its sockets: what belongs to another one is out of
    reach. `owner` is what this socket's channels are entered as.
    """

    def __init__(self, owner: object, owners: MutableMapping[str, Any]) -> None:
        self._owner = owner
        self._owners = owners
        self._initialised = False
        self.activity = Activity.NONE
        """Of the last message."""
        self.channels: dict[str, bool] = {}
        """The open channels; True for those whose data is binary."""
        self._reopened = Reopened()
        self._binary: dict[str, bool] = {}

    def receive(self, message: bytes) -> Action:
        """What to do about a message of the browser."""
        self.activity = Activity.NONE
        if b"\n" not in message:
            return Ignore("a message without a channel line")
        try:
            # What is said on a channel goes on as it is: no copy is made of it.
            channel = channel_line(message)
            return self._data(channel, message) if channel else self._control(message)
        except Problem as problem:
            return Fatal(problem.code, problem.message)

    def forget(self, channel: str) -> None:
        """The channel is closed."""
        if self.channels.pop(channel, None) is not None:
            self._owners.pop(channel, None)

    def closed(self, channel: str) -> list[bytes] | None:
        """The bridge closed it. None if that is news for the page, else what is to be sent to the bridge now."""
        self.forget(channel)
        messages = self._reopened.closed_by_bridge(channel)
        if messages:
            self.channels[channel] = self._binary.pop(channel)
            self._owners[channel] = self._owner
        return messages

    def _data(self, channel: str, message: bytes) -> Action:
        if self._reopened.waits(channel):
            self._reopened.hold(channel, message)
            return _HELD
        if self._is_foreign(channel):
            return Ignore("data for a channel of another socket")
        self.activity = Activity.TRAFFIC
        return Relay(message)

    def _control(self, message: bytes) -> Action:
        if self._initialised and not self._reopened and (channel := channel_of_flow(message)) is not None:
            return Ignore("flow control of another socket's channel") if self._is_foreign(channel) else Relay(message)
        control = decode_control(message)
        if control.channel is not None and self._reopened.waits(control.channel):
            return self._hold(control, control.channel)
        if not self._initialised and control.command != "init":
            return Fatal("protocol-error", "a control message before init")
        return _COMMANDS.get(control.command, Dispatcher._other)(self, control)

    def _hold(self, control: Control, channel: str) -> Action:
        """For a channel that was opened anew before the bridge closed it."""
        if control.command == "open":
            return Fatal("protocol-error", "open of a channel that is in use")
        if control.command == "close":
            self._reopened.closed_by_page(channel)
        else:
            self._reopened.hold(channel, _relay(control).message)
        return _HELD

    def _init(self, control: Control) -> Action:
        version = control.message.get("version")
        if type(version) is not int or version != 1:
            return Fatal("not-supported", "only version 1 of the protocol is supported")
        self._initialised = True
        return Ignore("init")

    def _open(self, control: Control) -> Action:
        channel = control.channel
        if channel is None:
            return Fatal("protocol-error", "open without a channel")
        is_again = channel in self._reopened
        if (channel in self._owners and not is_again) or channel.startswith(INTERNAL_PREFIX):
            return Fatal("protocol-error", "open of a channel that is in use")
        binary = control.message.get("binary", "")
        if type(binary) is not str:
            return Fatal("protocol-error", "open with a binary that is not a string")
        if len(self._owners) >= CHANNELS_MAX:
            limit = Problem("too-many-channels", f"more than {CHANNELS_MAX} channels are open")
            return Answer({"command": "close", "channel": channel, **limit.as_close()})
        relayed = _relay(control)
        self.activity = Activity.PERSON if control.message.get("payload") == "session-control" else Activity.TRAFFIC
        if is_again:
            self._binary[channel] = binary == "raw"
            self._reopened.hold(channel, relayed.message)
            return _HELD
        self.channels[channel] = binary == "raw"
        self._owners[channel] = self._owner
        return relayed

    def _close(self, control: Control) -> Action:
        if control.channel is None:
            return Fatal("protocol-error", "close without a channel")
        if self._is_foreign(control.channel):
            return Ignore("close of a channel of another socket")
        relayed = _relay(control)
        if self.channels.pop(control.channel, None) is not None:
            self._reopened.closed_by_page(control.channel)
        return relayed

    def _kill(self, control: Control) -> Action:
        # A bridge may take a kill of another shape for a broken stream, and end.
        for member in ("host", "group"):
            if type(control.message.get(member, "")) is not str:
                return Fatal("protocol-error", f"kill with a {member} that is not a string")
        return _relay(control)

    def _ping(self, control: Control) -> Action:
        if control.channel is None:
            return Answer({**control.message, "command": "pong"})
        return self._other(control)

    def _logout(self, _control: Control) -> Action:
        return Logout()

    def _authorize(self, control: Control) -> Action:
        scheme, _, credentials = str(control.message.get("response", "")).partition(" ")
        return Authorize(credentials) if scheme.lower() == "basic" else Ignore("authorize without credentials")

    def _other(self, control: Control) -> Action:
        if control.channel is None:
            return Ignore("a command without a channel")
        if self._is_foreign(control.channel):
            return Ignore("a command for a channel of another socket")
        if control.command == "active":
            self.activity = Activity.PERSON
        return _relay(control)

    def _is_foreign(self, channel: str) -> bool:
        return channel.startswith(INTERNAL_PREFIX) or self._owners.get(channel, self._owner) is not self._owner


def _relay(control: Control) -> Relay:
    """The message written anew: the bridge reads the same members as we did, however often a key was given."""
    try:
        return Relay(encode_control(control.message))
    except Problem as problem:
        raise Problem("protocol-error", problem.message) from None


_COMMANDS: dict[str, Callable[[Dispatcher, Control], Action]] = {
    "init": Dispatcher._init,
    "open": Dispatcher._open,
    "close": Dispatcher._close,
    "kill": Dispatcher._kill,
    "ping": Dispatcher._ping,
    "logout": Dispatcher._logout,
    "authorize": Dispatcher._authorize,
}
