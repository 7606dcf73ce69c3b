"""The bus of a bridge's own objects. What its clients use is a `Connection`, as for a real bus."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any
from xml.etree import ElementTree as ET

from dbus_fast import Message, MessageFlag, MessageType

from bridge.dbus.connection import Connection
from bridge.dbus.matches import is_below
from bridge.dbus.names import DAEMON
from bridge.dbus.syntax import INVALID_ARGS
from bridge.errors import problem_of
from bridge.internal.objects import (
    ERROR,
    INTROSPECTABLE,
    STANDARD,
    InternalObject,
    Method,
    describe,
    describe_interface,
)
from bridge.protocol import Problem

NAME = "cockpit.Internal"
"""The name that everything on the bus has."""

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class InternalBus:
    """The objects of one bridge, and the connections to them."""

    def __init__(self, objects: Iterable[InternalObject]) -> None:
        self._objects = {each.path: each for each in objects}
        self._links: set[_Link] = set()
        for each in self._objects.values():
            each.attach(self._emit)

    def connect(self, spawn: Spawn) -> Connection:
        """A connection, to be opened; `spawn` runs the tasks in which calls are answered, and ends them."""
        return Connection(lambda received, lost: _Link(self, spawn, received, lost))

    def join(self, link: "_Link") -> None:
        """A connection was opened."""
        self._links.add(link)

    def leave(self, link: "_Link") -> None:
        """A connection was closed."""
        self._links.discard(link)
        if not self._links:
            for each in self._objects.values():
                each.unused()

    async def call(self, message: Message) -> tuple[str, list[Any]]:
        """The types and arguments that answer a method call; a Problem is the error of that name."""
        if message.destination == DAEMON:
            return _call_daemon(message)
        if message.destination != NAME:
            raise Problem(ERROR + "ServiceUnknown", f"there is no {message.destination} on the internal bus")
        if (message.interface, message.member) == (INTROSPECTABLE, "Introspect"):
            _check_types(message, "")
            return "s", [self._introspect(message.path or "")]
        each = self._objects.get(message.path or "")
        method = _method(each, message) if each else None
        if each is None or method is None:
            raise Problem(ERROR + "UnknownMethod", f"{message.path} has no method {message.interface}.{message.member}")
        _check_types(message, method.takes)
        result = await method.answer(each, *message.body)
        return method.gives, [result] if method.gives else []

    def _introspect(self, path: str) -> str:
        node = ET.Element("node")
        node.append(describe_interface(INTROSPECTABLE, {"Introspect": ("", "s")}))
        if path in self._objects:
            node.extend(describe(self._objects[path]))
        below = {each.removeprefix(path).strip("/").split("/")[0] for each in self._objects if is_below(each, path)}
        for name in sorted(below - {""}):
            ET.SubElement(node, "node", name=name)
        return ET.tostring(node, encoding="unicode")

    def _emit(self, path: str, interface: str, member: str, types: str, arguments: list[Any]) -> None:
        message = Message.new_signal(path, interface, member, types, arguments)
        message.sender = NAME
        for link in list(self._links):
            link.received(message)


def _method(each: InternalObject, message: Message) -> Method | None:
    if message.interface == each.interface:
        return each.methods.get(message.member or "")
    return STANDARD.get(message.interface or "", {}).get(message.member or "")


def _check_types(message: Message, takes: str) -> None:
    if message.signature != takes:
        raise Problem(INVALID_ARGS, f"{message.member} takes the types {takes!r}, not {message.signature!r}")


def _call_daemon(message: Message) -> tuple[str, list[Any]]:
    """What a connection needs of a bus: every signal goes to every connection, so match rules have nothing to do."""
    match message.member:
        case "AddMatch" | "RemoveMatch":
            return "", []
        case "GetNameOwner" if message.body == [NAME]:
            return "s", [NAME]
        case "GetNameOwner":
            raise Problem(ERROR + "NameHasNoOwner", f"there is no {message.body[0]} on the internal bus")
    raise Problem(ERROR + "UnknownMethod", f"the internal bus has no method {message.member}")


class _Link:
    """The transport of one connection (`bridge.dbus.connection.Transport`): messages go over as they are."""

    unique_name = NAME
    is_congested = False

    def __init__(
        self,
        bus: InternalBus,
        spawn: Spawn,
        received: Callable[[Message], bool],
        lost: Callable[[Exception | None], None],
    ) -> None:
        self.received = received
        self._bus = bus
        self._spawn = spawn
        self._lost = lost
        self._serial = 0
        self._is_open = False

    async def open(self) -> None:
        self._is_open = True
        self._bus.join(self)

    def end(self) -> None:
        if self._is_open:
            self._is_open = False
            self._bus.leave(self)
            self._lost(None)

    async def drain(self) -> None:
        pass

    def next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def marshal(self, message: Message) -> list[Message]:
        return [message]

    def write(self, data: list[Message]) -> None:
        # A client may emit signals here as anywhere; nobody listens.
        if self._is_open and data[0].message_type is MessageType.METHOD_CALL:
            self._spawn(self._answer(data[0]))

    async def _answer(self, call: Message) -> None:
        try:
            types, body = await self._bus.call(call)
            answer = Message.new_method_return(call, types, body)
        except Exception as exc:
            problem = problem_of(exc, f"{call.interface}.{call.member}")
            name = problem.code if "." in problem.code else ERROR + "Failed"
            answer = Message.new_error(call, name, problem.message)
        if not call.flags & MessageFlag.NO_REPLY_EXPECTED:
            self.received(answer)
