"""One connection to a bus, shared by all channels that talk to it: calls, signals, names, introspection."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from dbus_fast import Message, MessageFlag, MessageType

from bridge.dbus.introspection import Introspection
from bridge.dbus.matches import Match
from bridge.dbus.names import DAEMON, DAEMON_PATH, NameTable, OwnerListener
from bridge.dbus.peer_to_peer import PEER, answer_as_bus
from bridge.dbus.published import Objects
from bridge.dbus.syntax import INVALID_ARGS
from bridge.dbus.values import Signature, signature
from bridge.protocol import Problem

OUTPUT_HIGH = 1024 * 1024
"""Bytes of calls waiting for their turn at which whoever makes them shall wait."""
IN_FLIGHT_MAX = 100
"""Calls that may wait for replies on one connection; a system bus refuses more than 128."""
PACE_MAX = 1.0
"""Seconds that a call waits for others to be answered; then it goes out, whatever the bus says to it."""
DISCONNECTED = "org.freedesktop.DBus.Error.Disconnected"
TIMED_OUT = "org.freedesktop.DBus.Error.Timeout"
CONNECT_MAX = 10.0
"""Seconds until a bus that says nothing is given up."""

Answer = Message | Problem
"""A method return, an error message, or a problem of our own: Disconnected, Timeout."""
Callback = Callable[[Answer], None]

NO_FLAGS = MessageFlag.NONE
NO_REPLY = MessageFlag.NO_REPLY_EXPECTED
INTERACTIVE = MessageFlag.ALLOW_INTERACTIVE_AUTHORIZATION
NO_REPLY_INTERACTIVE = NO_REPLY | INTERACTIVE

_EMPTY = signature("")
_STRING = signature("s")
_RETURN = MessageType.METHOD_RETURN
_ERROR = MessageType.ERROR
_SIGNAL = MessageType.SIGNAL


class Transport(Protocol):
    """What takes messages to a bus and brings its own (`bridge.dbus.bus.Bus`)."""

    @property
    def unique_name(self) -> str | None:
        """Our own name on the bus."""

    @property
    def is_congested(self) -> bool:
        """Whether much output waits."""

    async def open(self) -> None:
        """Connect; raises what the socket or the bus has against it."""

    def end(self) -> None:
        """Disconnect."""

    async def drain(self) -> None:
        """Wait until little output waits."""

    def next_serial(self) -> int:
        """The serial for the next message."""

    def marshal(self, message: Message) -> Any:
        """`message` in the form that `write` takes, with the length that it has while it waits."""

    def write(self, data: Any) -> None:
        """Send a message."""


OpenTransport = Callable[[Callable[[Message], bool], Callable[[Exception | None], None]], Transport]
"""Makes a transport: `received` is called with each message, which it may take, and `lost` once, at the end."""


class Subscriber(OwnerListener, Protocol):
    """Who uses a connection."""

    def signal(self, message: Message, names: frozenset[str | None]) -> None:
        """A signal came that matches of this subscriber accept; `names` are the names in them."""

    def match_refused(self, problem: Problem) -> None:
        """The bus did not take a match of this subscriber."""

    def disconnected(self) -> None:
        """The connection is lost; calls had their answer."""


class Connection:
    """See the module. All of it is called on the event loop, and calls back in the order in which messages came."""

    def __init__(self, transport: OpenTransport) -> None:
        self.loop = asyncio.get_running_loop()
        self.is_lost = False
        self.names = NameTable(self)
        self.introspection = Introspection(self)
        self.objects = Objects(self._send)
        self._bus = transport(self._received, self._lost)
        self._calls: dict[int, tuple[Callback, asyncio.TimerHandle | None]] = {}
        self._queue: deque[tuple[Any, bool]] = deque()
        self._queue_size = 0
        self._queue_calls = 0
        self._waiters: list[asyncio.Future[None]] = []
        self._queue_timer: asyncio.TimerHandle | None = None
        self._rules: dict[str, int] = {}
        self._matches: dict[Match, dict[Subscriber, int]] = {}
        self._subscribers: set[Subscriber] = set()

    async def open(self) -> None:
        """Connect; raises what the socket or the bus has against it."""
        async with asyncio.timeout(CONNECT_MAX):
            await self._bus.open()

    def close(self) -> None:
        """Disconnect; output that the socket takes still goes out."""
        self._subscribers.clear()
        self._hurry()
        self._bus.end()

    @property
    def is_peer(self) -> bool:
        """Whether the other side is no bus but one program."""
        return not self._bus.unique_name

    @property
    def unique_name(self) -> str:
        """Our own name on the bus."""
        return self._bus.unique_name or ""

    @property
    def is_congested(self) -> bool:
        """Whether the bus takes our messages slower than they come."""
        return self._bus.is_congested or self._queue_size > OUTPUT_HIGH

    async def drain(self) -> None:
        """Wait while `is_congested`."""
        while self.is_congested and not self.is_lost:
            await self._bus.drain()
            if self._queue_size > OUTPUT_HIGH:
                waiter: asyncio.Future[None] = self.loop.create_future()
                self._waiters.append(waiter)
                await waiter

    def join(self, subscriber: Subscriber) -> None:
        """`subscriber` wants to know when the connection is lost."""
        self._subscribers.add(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        """Undo `join` and all that `subscriber` matches."""
        self._subscribers.discard(subscriber)
        for match in [match for match, wanted in self._matches.items() if subscriber in wanted]:
            self._matches[match][subscriber] = 1
            self.remove_match(match, subscriber)

    # Calls

    def call(
        self,
        destination: str,
        path: str,
        interface: str | None,
        member: str,
        types: Signature,
        body: list[Any],
        callback: Callback | None,
        flags: MessageFlag = NO_FLAGS,
        timeout: float | None = None,
    ) -> int:
        """Call a method; without `callback` no reply is asked for. The serial, for `forget`.

        `callback` gets the answer once. `timeout` is in seconds, None for ever. The names must be valid (syntax.py);
        Problem InvalidArgs for a body that is too large.
        """
        bus = self._bus
        serial = bus.next_serial()
        message = Message(
            None if self.is_peer else destination, path, interface, member, flags=flags, signature=types.tree,
            body=body, serial=serial, validate=False,
        )  # fmt: skip
        try:
            data = bus.marshal(message)
        except Exception as exc:
            raise Problem(INVALID_ARGS, f"the bus takes no such message: {exc}") from None
        if destination == DAEMON or not (self._queue or self._in_flight >= IN_FLIGHT_MAX):
            bus.write(data)
        else:
            self._wait(data, callback is not None)
        if callback is not None and self.is_lost:
            self.loop.call_soon(callback, lost_problem())
        elif callback is not None:
            timer = None if timeout is None else self.loop.call_later(timeout, self._timed_out, serial)
            self._calls[serial] = (callback, timer)
        return serial

    def emit(self, signal: Message) -> None:
        """Emit a signal; the names must be valid. Problem InvalidArgs for a body that is too large."""
        self._send(signal)

    def _send(self, message: Message) -> None:
        message.serial = self._bus.next_serial()
        try:
            data = self._bus.marshal(message)
        except Exception as exc:
            raise Problem(INVALID_ARGS, f"the bus takes no such message: {exc}") from None
        self._bus.write(data)

    def forget(self, serial: int) -> None:
        """The answer to the call `serial` is not wanted any more."""
        _, timer = self._calls.pop(serial, (None, None))
        if timer:
            timer.cancel()

    @property
    def _in_flight(self) -> int:
        return len(self._calls) - self._queue_calls

    def _wait(self, data: Any, expects_reply: bool) -> None:
        self._queue.append((data, expects_reply))
        self._queue_calls += expects_reply
        self._queue_size += len(data)
        if self._queue_timer is None:
            self._queue_timer = self.loop.call_later(PACE_MAX, self._hurry)

    def _pace(self) -> None:
        """Send what may go out now."""
        while self._queue and self._in_flight < IN_FLIGHT_MAX:
            self._send_next()
        if not self._queue and self._queue_timer:
            self._queue_timer.cancel()
            self._queue_timer = None
        self._wake()

    def _hurry(self) -> None:
        """Send all that waits."""
        while self._queue:
            self._send_next()
        self._pace()

    def _send_next(self) -> None:
        data, expects_reply = self._queue.popleft()
        self._queue_calls -= expects_reply
        self._queue_size -= len(data)
        self._bus.write(data)

    def _wake(self) -> None:
        if self._waiters and self._queue_size <= OUTPUT_HIGH:
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    def call_daemon(self, member: str, types: Signature, body: list[Any], callback: Callback | None) -> None:
        """Call a method of the bus itself."""
        if self.is_peer:
            if callback:
                self.loop.call_soon(callback, answer_as_bus(member))
            return
        flags = NO_FLAGS if callback else NO_REPLY
        self.call(DAEMON, DAEMON_PATH, DAEMON, member, types, body, callback, flags)

    async def start_service(self, name: str) -> None:
        """Have the bus start the service `name`; Problem with the error's name."""
        answer: asyncio.Future[Answer] = self.loop.create_future()
        self.call_daemon("StartServiceByName", signature("su"), [name, 0], partial(_resolve, answer))
        reply = await answer
        if isinstance(reply, Problem):
            raise reply
        if reply.message_type is _ERROR:
            raise Problem(reply.error_name or "", error_text(reply))

    # Signals

    def add_match(self, match: Match, subscriber: Subscriber) -> None:
        """Have `subscriber` get the signals that `match` accepts; it may be added more than once."""
        wanted = self._matches.setdefault(match, {})
        wanted[subscriber] = wanted.get(subscriber, 0) + 1
        if wanted[subscriber] == 1 and match.name is not None:
            self.names.follow(match.name, subscriber)
        if len(wanted) == 1 and wanted[subscriber] == 1:
            self.add_rule(match.rule(), partial(self._refused, match))

    def remove_match(self, match: Match, subscriber: Subscriber) -> None:
        """Undo one `add_match`; one that was not added is none."""
        wanted = self._matches.get(match)
        if wanted is None or subscriber not in wanted:
            return
        wanted[subscriber] -= 1
        if wanted[subscriber]:
            return
        del wanted[subscriber]
        if match.name is not None:
            self.names.forget(match.name, subscriber)
        if not wanted:
            del self._matches[match]
            self.remove_rule(match.rule())

    def add_rule(self, rule: str, refused: Callable[[Problem], None] | None = None) -> None:
        """Have the bus send what `rule` matches, until as many `remove_rule`."""
        self._rules[rule] = self._rules.get(rule, 0) + 1
        if self._rules[rule] == 1:
            self.call_daemon("AddMatch", _STRING, [rule], partial(_tell_refusal, refused) if refused else None)

    def remove_rule(self, rule: str) -> None:
        """Undo one `add_rule`."""
        self._rules[rule] -= 1
        if not self._rules[rule]:
            del self._rules[rule]
            self.call_daemon("RemoveMatch", _STRING, [rule], None)

    def _refused(self, match: Match, problem: Problem) -> None:
        for subscriber in list(self._matches.get(match, ())):
            subscriber.match_refused(problem)

    # What comes

    def _received(self, message: Message) -> bool:
        kind = message.message_type
        if kind is _RETURN or kind is _ERROR:
            callback, timer = self._calls.pop(message.reply_serial, (None, None))
            if callback is None:
                return False
            if timer is not None:
                timer.cancel()
            callback(message)
            if self._queue:
                self._pace()
            return True
        if kind is _SIGNAL:
            self._signal(message)
            return True
        return self.objects.received(message)

    def _signal(self, message: Message) -> None:
        if self.is_peer:
            message.sender = PEER
        if message.sender == DAEMON and message.member == "NameOwnerChanged" and message.signature == "sss":
            self.introspection.owner_changed(message.body[0])
            self.names.changed(message)
        found: dict[Subscriber, set[str | None]] = {}
        for match, wanted in self._matches.items():
            owner = None if match.name is None else self.names.owner(match.name)
            if match.accepts(message, owner):
                for subscriber in wanted:
                    found.setdefault(subscriber, set()).add(match.name)
        for subscriber, names in found.items():
            subscriber.signal(message, frozenset(names))

    def _timed_out(self, serial: int) -> None:
        callback, _ = self._calls.pop(serial)
        callback(Problem(TIMED_OUT, "the method call timed out"))

    def _lost(self, error: Exception | None) -> None:
        self.is_lost = True
        calls, self._calls = self._calls, {}
        problem = lost_problem()
        for callback, timer in calls.values():
            if timer is not None:
                timer.cancel()
            callback(problem)
        self._hurry()
        self.names.lost()
        for subscriber in list(self._subscribers):
            subscriber.disconnected()


def lost_problem() -> Problem:
    """What a call gets whose connection is lost."""
    return Problem(DISCONNECTED, "the connection to the bus is lost")


def error_text(message: Message) -> str:
    """What an error message says."""
    return next((text for text in message.body if type(text) is str), "")


def _resolve(future: "asyncio.Future[Answer]", answer: Answer) -> None:
    if not future.done():
        future.set_result(answer)


def _tell_refusal(refused: Callable[[Problem], None], answer: Answer) -> None:
    if isinstance(answer, Message) and answer.message_type is _ERROR:
        refused(Problem("protocol-error", f"the bus refused the match: {error_text(answer)}"))
