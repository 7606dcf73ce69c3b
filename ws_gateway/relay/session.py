"""A login: one bridge, and the sockets and requests whose channels it serves."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Iterable
from itertools import count
from typing import Protocol

from bridge.protocol import Control, JsonObject, Problem, channel_line, encode_control
from ws_gateway.logs import audit
from ws_gateway.logs.log import ThrottledLog, printable
from ws_gateway.relay.bridge_stream import BridgeStream
from ws_gateway.relay.dispatch import Activity
from ws_gateway.relay.flow_messages import decode_control_quickly
from ws_gateway.relay.login import Login

_log = logging.getLogger(__name__)
_odd = ThrottledLog(__name__)


class Endpoint(Protocol):
    """What a channel of a session belongs to: a browser's socket, or a request of the gateway's own."""

    @property
    def congested(self) -> bool:
        """Whether so much waits to be read that the bridge should be paused."""

    def deliver(self, channel: str, control: Control | None, message: bytes) -> None:
        """Takes a message of the bridge on one of its channels; never waits. `control` is what it says, None: data."""

    def push(self) -> None:
        """All that came at once has been delivered."""

    async def settle(self) -> None:
        """Waits until it is no longer congested, for a bounded time."""

    def end(self, problem: str) -> None:
        """The session ended."""


class Session:
    """A running bridge and everyone who uses it. `Sessions` opens and ends it."""

    def __init__(self, number: int, bridge: BridgeStream, init: JsonObject, login: Login | None = None) -> None:
        self.number = number
        self.login = login or Login()
        self.csrf_token = secrets.token_urlsafe(32)
        self.owners: dict[str, Endpoint] = {}
        """Which endpoint a channel belongs to."""
        self.endpoints: set[Endpoint] = set()
        self.checksums: dict[str, str] = {}
        """Hosts by the checksum that stands for their packages in URLs (older bridges)."""
        self.sent = self.received = 0
        """Bytes to the bridge and from it."""
        self.person_at = self.traffic_at = asyncio.get_running_loop().time()
        self.is_told_of_people = False
        """Whether a page says when somebody does something (`session-control`), not just when something happens."""
        self._bridge = bridge
        self._seeds = count(1)
        self._internal = count(1)
        checksum = init.get("checksum")
        if type(checksum) is str:
            self.checksums[checksum] = "localhost"

    @property
    def bridge(self) -> BridgeStream:
        """The process behind it."""
        return self._bridge

    @property
    def active_at(self) -> float:
        """When, by the loop's clock, somebody last did something, as far as can be told."""
        return self.person_at if self.is_told_of_people else max(self.person_at, self.traffic_at)

    def note(self, activity: Activity) -> None:
        """A page sent something."""
        now = asyncio.get_running_loop().time()
        if activity is Activity.TRAFFIC:
            self.traffic_at = now
        elif activity is not Activity.NONE:
            self.person_at = now
            self.is_told_of_people = True

    def next_seed(self) -> str:
        """What the channel names of the next socket start with."""
        return f"{next(self._seeds)}:"

    def next_internal(self) -> str:
        """The name of the next channel of the gateway's own."""
        return f"0:{next(self._internal)}"

    def post(self, message: JsonObject) -> None:
        """Sends a control message to the bridge without waiting."""
        self._bridge.post(encode_control(message))

    def forward(self, message: bytes) -> None:
        """Sends a page's message to the bridge without waiting."""
        self.sent += len(message)
        self._bridge.post(message)

    async def relay(self, messages: list[bytes]) -> str:
        """Hands on what the bridge says, `messages` first, until it ends; the answer is the problem it ended with."""
        try:
            if (wait := self._hand_on(messages)) is not None:
                await wait
            await self._bridge.relay(self._hand_on)
        except Problem as problem:
            _log.warning("session %d: the bridge cannot be understood: %s", self.number, problem.message)
            return problem.code
        return "terminated"

    def disconnect(self, problem: str) -> None:
        """Tells everyone that the session is over."""
        self.owners.clear()
        for endpoint in tuple(self.endpoints):
            endpoint.end(problem)
        self.endpoints.clear()

    def _hand_on(self, messages: list[bytes]) -> Awaitable[None] | None:
        """Delivers messages; what to wait for, if somebody cannot take more."""
        if len(messages) == 1:
            endpoint = self._route(messages[0])
            reached = set() if endpoint is None else {endpoint}
        else:
            reached = {endpoint for message in messages if (endpoint := self._route(message)) is not None}
        for endpoint in reached:
            endpoint.push()
        congested = [endpoint for endpoint in reached if endpoint.congested]
        return _settle(congested) if congested else None

    def _route(self, message: bytes) -> Endpoint | None:
        """Delivers one message; to whom, if to anybody."""
        self.received += len(message)
        control = None
        try:
            # What is said on a channel is handed on as it is: no copy is made of it.
            channel = channel_line(message)
            if not channel:
                control = decode_control_quickly(message)
        except Problem as problem:
            _odd.warning("session %d: dropped a message of the bridge: %s", self.number, printable(problem.message))
            return None
        if control is not None:
            if control.channel is None:
                self._answer(control)
                return None
            channel = control.channel
        endpoint = self.owners.get(channel)
        if endpoint is None:
            return None
        if control is not None and control.command == "close":
            del self.owners[channel]
        endpoint.deliver(channel, control, message)
        return endpoint

    def _answer(self, control: Control) -> None:
        """Answers the bridge's questions to the gateway itself (reference 1.5); what else it says needs no answer."""
        if control.command == "ping":
            self.post({**control.message, "command": "pong"})
        elif control.command == "authorize" and type(cookie := control.message.get("cookie")) is str:
            challenge, password = control.message.get("challenge"), self.login.password
            given = password.answer(challenge) if password is not None and type(challenge) is str else ""
            self.post({"command": "authorize", "cookie": cookie, "response": given})
        elif control.command == "superuser-init-done":
            self.login.forget_password()
        elif control.command == "superuser-changed":
            current = control.message.get("current")
            audit.record("superuser", user=self.login.user or None, session=self.number, bridge=current)


async def _settle(endpoints: Iterable[Endpoint]) -> None:
    await asyncio.gather(*(endpoint.settle() for endpoint in endpoints))
