"""One client of a connection: answers what comes on a `dbus-json3` channel (reference 2.16)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from dbus_fast import Message, MessageType

from bridge.dbus.connection import (
    INTERACTIVE,
    NO_FLAGS,
    NO_REPLY,
    NO_REPLY_INTERACTIVE,
    Answer,
    Connection,
    lost_problem,
)
from bridge.dbus.introspection import INTERFACES_MAX, Interface
from bridge.dbus.matches import Match, parse_match, parse_watch
from bridge.dbus.outbox import MESSAGE_MAX, Outbox
from bridge.dbus.published import Publisher
from bridge.dbus.requests import (
    Call,
    Signal,
    parse_call,
    parse_cookie,
    parse_interfaces,
    parse_key,
    parse_signal,
)
from bridge.dbus.syntax import INVALID_ARGS
from bridge.dbus.values import Signature, signature
from bridge.dbus.watch import Watches
from bridge.internal_streams import InternalStreams
from bridge.protocol import JsonObject, Problem, decode_json, encode_json

CALLS_MAX = 4096
"""Calls of one channel that may wait for their reply."""
MATCHES_MAX = 1024
"""Matches of one channel."""
NOT_SUPPORTED = "org.freedesktop.DBus.Error.NotSupported"
UNKNOWN_METHOD = "org.freedesktop.DBus.Error.UnknownMethod"
LIMITS_EXCEEDED = "org.freedesktop.DBus.Error.LimitsExceeded"

Cookie = str | int | None
_RETURN = MessageType.METHOD_RETURN


class Client:
    """Takes the messages of a channel (`receive`) and puts what answers them in `outbox`.

    `name` is the bus name that is meant where a message names none. `end` is called with the problem that ends the
    channel. Every call with an `id` gets exactly one reply; one without gets none, not even an error.
    """

    def __init__(
        self,
        connection: Connection,
        name: str | None,
        outbox: Outbox,
        end: Callable[[Problem], None],
        streams: InternalStreams,
    ) -> None:
        self._connection = connection
        self._name = name
        self._outbox = outbox
        self._end = end
        self._streams = streams
        self._calls: set[int] = set()
        self._matches: dict[Match, int] = {}
        self._watches: dict[str, Watches] = {}
        self._injected: dict[str, Interface] = {}
        self._publisher = Publisher(connection.objects, self._tell, self._body)
        self._is_open = True
        self._follows = False
        self._tells_owner = False
        connection.join(self)

    async def announce(self) -> None:
        """Start the service `name` and tell its owner; Problem not-found when it has none and cannot be started."""
        if self._name is None:
            return
        names = self._connection.names
        followed = names.follow(self._name, self)
        self._follows = True
        await followed.known
        failure = None
        if followed.owner is None and not self._connection.is_lost:
            try:
                await self._connection.start_service(self._name)
            except Problem as problem:
                failure = problem
        self._tells_owner = True
        self.owner_changed(self._name, followed.owner)
        if failure and followed.owner is None:
            raise Problem("not-found", failure.message)

    def close(self) -> None:
        """Forget everything: calls, matches, names."""
        self._is_open = False
        for serial in self._calls:
            self._connection.forget(serial)
        for watches in self._watches.values():
            watches.close()
        self._publisher.close()
        self._streams.drop(self)
        if self._follows and self._name is not None:
            self._connection.names.forget(self._name, self)
        self._connection.leave(self)

    def receive(self, payload: bytes) -> None:
        """A message of the client; Problem protocol-error for one that has no way to be answered."""
        message = decode_json(payload)
        if type(message) is not dict:
            raise Problem("protocol-error", "the message is not a JSON object")
        cookie = parse_cookie(message)
        for kind, handle in _HANDLERS.items():
            if kind in message:
                handle(self, message, cookie)
                return
        kinds = sorted(set(message) - {"id"})
        problem = Problem(NOT_SUPPORTED, f"this bridge does not know the message {kinds!r:.80}")
        if cookie is None:
            raise Problem("protocol-error", problem.message)
        self._fail(cookie, problem)

    # Calls

    def _call(self, message: JsonObject, cookie: Cookie) -> None:
        try:
            call = parse_call(message, self._name)
            if call.types is not None:
                self._post(call, call.types.text, cookie)
                return
            if call.interface is None:
                raise Problem(INVALID_ARGS, "a call without 'type' must name the interface")
            interface = self._interface(call)
            if interface is None:
                self._connection.introspection.find(
                    call.name, call.path, call.interface, partial(self._introspected, call, cookie)
                )
            else:
                self._introspected(call, cookie, interface)
        except Problem as problem:
            self._fail(cookie, problem)

    def _interface(self, call: Call) -> Interface | None:
        assert call.interface is not None
        injected = self._injected.get(call.interface)
        if injected is not None and call.member in injected["methods"]:
            return injected
        return self._connection.introspection.get(call.name, call.interface)

    def _introspected(self, call: Call, cookie: Cookie, interface: Interface | None) -> None:
        if not self._is_open:
            return
        method = interface["methods"].get(call.member) if interface else None
        if method is None:
            text = f"Introspection data for method {call.interface} {call.member} not available"
            self._fail(cookie, Problem(UNKNOWN_METHOD, text))
            return
        try:
            self._post(call, "".join(method["in"]), cookie)
        except Problem as problem:
            self._fail(cookie, problem)

    def _post(self, call: Call, types: str, cookie: Cookie) -> None:
        compiled = signature(types)
        body = compiled.encode(call.arguments)
        interactive = call.flags is not None and "i" in call.flags
        if cookie is None:
            callback, flags = None, NO_REPLY_INTERACTIVE if interactive else NO_REPLY
        else:
            if len(self._calls) >= CALLS_MAX:
                raise Problem(LIMITS_EXCEEDED, f"more than {CALLS_MAX} calls wait for their reply")
            callback, flags = _Reply(self, call, cookie), INTERACTIVE if interactive else NO_FLAGS
        serial = self._connection.call(
            call.name, call.path, call.interface, call.member, compiled, body, callback, flags, call.timeout
        )
        if callback is not None:
            callback.serial = serial
            self._calls.add(serial)

    def replied(self, reply: "_Reply", answer: Answer) -> None:
        """The answer to a call came."""
        if not self._is_open:
            return
        self._calls.discard(reply.serial)
        try:
            if isinstance(answer, Problem):
                raise answer
            body = self._body(answer)
            if answer.message_type is not _RETURN:
                members: JsonObject = {"error": [answer.error_name, body], "id": reply.cookie}
            else:
                members = {"reply": [body], "id": reply.cookie}
                if reply.call.types is not None:
                    members["type"] = answer.signature
                if reply.call.flags is not None:
                    members["flags"] = "<"
            payload = encode_json(members)
            if len(payload) > MESSAGE_MAX:
                raise Problem(LIMITS_EXCEEDED, f"the reply has {len(payload)} bytes, more than {MESSAGE_MAX}")
        except Problem as problem:
            self._fail(reply.cookie, problem)
        else:
            self._outbox.put(payload)

    def _body(self, message: Message) -> list[Any]:
        """The arguments of a message as JSON; its descriptors can be opened as channels. Problem."""
        descriptors = self._streams.add(message.unix_fds, self) if message.unix_fds else ()
        return signature(message.signature).decode(message.body, descriptors)

    def _fail(self, cookie: Cookie, problem: Problem) -> None:
        if cookie is not None:
            self._outbox.put(encode_json({"error": [problem.code, [problem.message]], "id": cookie}))

    # Signals

    def _add_match(self, message: JsonObject, cookie: Cookie) -> None:
        match = parse_match(message["add-match"], self._name)
        if len(self._matches) >= MATCHES_MAX:
            raise Problem("protocol-error", f"more than {MATCHES_MAX} matches")
        self._matches[match] = self._matches.get(match, 0) + 1
        self._connection.add_match(match, self)

    def _remove_match(self, message: JsonObject, cookie: Cookie) -> None:
        match = parse_match(message["remove-match"], self._name)
        if match in self._matches:
            self._matches[match] -= 1
            if not self._matches[match]:
                del self._matches[match]
            self._connection.remove_match(match, self)

    # Properties

    def _watch(self, message: JsonObject, cookie: Cookie) -> None:
        try:
            watch = parse_watch(message["watch"], self._name)
            self._watches_of(watch.name).add(watch, partial(self._watched, cookie))
        except Problem as problem:
            if cookie is None:
                raise
            self._fail(cookie, Problem(INVALID_ARGS, problem.message))

    def _watches_of(self, name: str | None) -> Watches:
        assert name is not None
        if name not in self._watches:
            if len(self._watches) >= MATCHES_MAX:
                raise Problem("protocol-error", f"watches of more than {MATCHES_MAX} names")
            self._watches[name] = Watches(self._connection, name, self._outbox, self._tell, self._end)
        return self._watches[name]

    def _watched(self, cookie: Cookie) -> None:
        if self._connection.is_lost:
            self._fail(cookie, lost_problem())
        else:
            self._confirm(cookie)

    def _unwatch(self, message: JsonObject, cookie: Cookie) -> None:
        watch = parse_watch(message["unwatch"], self._name)
        if watch.name in self._watches:
            self._watches[watch.name].remove(watch)

    def _inject(self, message: JsonObject, cookie: Cookie) -> None:
        self._injected |= parse_interfaces(message["meta"])
        if len(self._injected) > INTERFACES_MAX:
            raise Problem("protocol-error", f"more than {INTERFACES_MAX} interfaces")

    # What the client offers itself

    def _emit(self, message: JsonObject, cookie: Cookie) -> None:
        try:
            signal = parse_signal(message)
            types = signal.types or self._signal_types(signal)
            body = types.encode(signal.arguments)
            emitted = Message.new_signal(signal.path, signal.interface, signal.member, types.text, body)
            emitted.destination = signal.destination
            self._connection.emit(emitted)
        except Problem as problem:
            self._refuse(cookie, problem)

    def _signal_types(self, signal: Signal) -> Signature:
        known = self._injected.get(signal.interface, {}).get("signals", {}).get(signal.member)
        if known is None:
            raise Problem(INVALID_ARGS, f"attribute 'type' required: nothing is known of {signal.interface}")
        return signature("".join(known["in"]))

    def _publish(self, message: JsonObject, cookie: Cookie) -> None:
        try:
            key = parse_key(message["publish"], "publish")
            if key[1] not in self._injected:
                raise Problem(INVALID_ARGS, f"no 'meta' message said what the interface {key[1]} is")
            self._publisher.publish(key, self._injected[key[1]])
        except Problem as problem:
            self._refuse(cookie, problem)
        else:
            self._confirm(cookie)

    def _unpublish(self, message: JsonObject, cookie: Cookie) -> None:
        try:
            self._publisher.unpublish(parse_key(message["unpublish"], "unpublish"))
        except Problem as problem:
            self._refuse(cookie, problem)
        else:
            self._confirm(cookie)

    def _answer(self, message: JsonObject, cookie: Cookie) -> None:
        self._publisher.answer(message)

    def _refuse(self, cookie: Cookie, problem: Problem) -> None:
        if cookie is None:
            raise Problem("protocol-error", problem.message)
        self._fail(cookie, problem)

    def _confirm(self, cookie: Cookie) -> None:
        if cookie is not None:
            self._outbox.put(encode_json({"reply": [], "id": cookie}))

    # For the connection

    def owner_changed(self, name: str, owner: str | None) -> None:
        """The channel's name, or one in a match, has another owner."""
        if self._tells_owner and name == self._name:
            self._tell(encode_json({"owner": owner}))

    def signal(self, message: Message, names: frozenset[str | None]) -> None:
        """A signal that matches of this channel accept. Where only another name than the channel's was asked for, it
        is said which."""
        try:
            body = self._body(message)
        except Problem:
            return
        members: JsonObject = {"signal": [message.path, message.interface, message.member, body]}
        if self._name not in names and None not in names:
            members["name"] = min(name for name in names if name)
        self._tell(encode_json(members))

    def match_refused(self, problem: Problem) -> None:
        """The bus did not take a match."""
        self._end(problem)

    def disconnected(self) -> None:
        """The connection is lost."""
        self._outbox.flush()
        self._end(Problem("disconnected", "the connection to the bus is lost"))

    def _tell(self, payload: bytes) -> None:
        if self._is_open and not self._outbox.put(payload, bounded=True):
            self._is_open = False
            self._end(Problem("too-slow", "more signals came than the client took"))


class _Reply:
    """What a call's reply needs. A class, for it is made once per call and must be cheap."""

    __slots__ = ("call", "client", "cookie", "serial")

    def __init__(self, client: Client, call: Call, cookie: Cookie) -> None:
        self.client = client
        self.call = call
        self.cookie = cookie
        self.serial = 0

    def __call__(self, answer: Answer) -> None:
        self.client.replied(self, answer)


_HANDLERS: dict[str, Callable[[Client, JsonObject, Cookie], Any]] = {
    "call": Client._call,
    "add-match": Client._add_match,
    "remove-match": Client._remove_match,
    "watch": Client._watch,
    "unwatch": Client._unwatch,
    "meta": Client._inject,
    "signal": Client._emit,
    "publish": Client._publish,
    "unpublish": Client._unpublish,
    "reply": Client._answer,
    "error": Client._answer,
}
