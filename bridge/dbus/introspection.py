"""What interfaces there are, asked once per service and interface (D-Bus specification, "Introspection Data")."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from dbus_fast import Message

from bridge.dbus.values import signature
from bridge.protocol import JsonObject, Problem

if TYPE_CHECKING:
    from bridge.dbus.connection import Answer, Connection

XML_MAX = 4 * 1024 * 1024
"""Bytes of the longest introspection data that is read."""
INTERFACES_MAX = 4096
"""Interfaces that are remembered; past it all are forgotten and asked for anew."""
TIMEOUT = 30.0
"""Seconds until a service that does not answer counts as one without introspection data."""
_DEPTH_MAX = 32
_FLAGS = {"read": "r", "write": "w", "readwrite": "rw"}

Interface = JsonObject
"""`{"methods": {M: {"in": [signature], "out": […]}}, "properties": {P: {"flags", "type"}}, "signals": {S: {"in"}}}`."""


@dataclass(frozen=True, slots=True)
class Object:
    """What the introspection data of one path declare: its interfaces, and the names of the nodes below it."""

    interfaces: dict[str, Interface]
    children: list[str]


Found = Callable[[Interface | None], None]


class Introspection:
    """The interfaces of the services on one connection.

    An interface is taken to be the same at every path of a service. What is known of a service is forgotten when it
    gets another owner, so only services whose owner is followed are remembered.
    """

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], Interface] = {}
        self._asking: dict[tuple[str, str], list[Callable[[Object], None]]] = {}

    def get(self, name: str, interface: str) -> Interface | None:
        """The interface if it is known already."""
        return self._known.get((name, interface))

    def find(self, name: str, path: str, interface: str, found: Found) -> None:
        """Ask the service `name` about `path`; `found` gets its `interface`, or None where it says nothing of it."""
        self.look(name, path, lambda seen: found(seen.interfaces.get(interface)))

    def look(self, name: str, path: str, seen: Callable[[Object], None]) -> None:
        """Ask the service `name` about `path`; nothing is declared where it does not answer as it should.

        Whoever asks about the same path meanwhile gets the same answer.
        """
        waiting = self._asking.setdefault((name, path), [])
        waiting.append(seen)
        if len(waiting) == 1:
            self._connection.call(
                name, path, "org.freedesktop.DBus.Introspectable", "Introspect", signature(""), [],
                partial(self._answered, name, path), timeout=TIMEOUT,
            )  # fmt: skip

    def owner_changed(self, name: str) -> None:
        """Forget what is known of `name`."""
        for key in [key for key in self._known if key[0] == name]:
            del self._known[key]

    def _answered(self, name: str, path: str, answer: "Answer") -> None:
        found = _object_in(answer)
        if self._connection.names.is_followed(name):
            if len(self._known) + len(found.interfaces) > INTERFACES_MAX:
                self._known.clear()
            for interface, members in found.interfaces.items():
                self._known[name, interface] = members
        for seen in self._asking.pop((name, path)):
            seen(found)


def _object_in(answer: "Answer") -> Object:
    if isinstance(answer, Message) and answer.signature == "s" and not answer.error_name:
        try:
            return parse(answer.body[0])
        except Problem:
            pass
    return Object({}, [])


def parse(xml: str) -> Object:
    """What introspection data declare; the interfaces of child nodes are not theirs.

    Problem protocol-error for what is no introspection data. An entity declaration is refused: no service has one, and
    it could make a short text long.
    """
    if len(xml) > XML_MAX:
        raise Problem("protocol-error", f"introspection data longer than {XML_MAX} characters")
    reader = _Reader()
    parser = expat.ParserCreate("UTF-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.EntityDeclHandler = reader.entity
    try:
        parser.Parse(xml.encode(), True)
    except expat.ExpatError as exc:
        raise Problem("protocol-error", f"not introspection data: {exc}") from None
    return Object(reader.interfaces, reader.children)


class _Reader:
    """Collects what expat finds. Elements that the format does not know are passed over, with all within."""

    def __init__(self) -> None:
        self.interfaces: dict[str, Interface] = {}
        self.children: list[str] = []
        self._open: list[str] = []
        self._interface: Interface = {}
        self._member: Any = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open.append(tag)
        if len(self._open) > _DEPTH_MAX:
            raise Problem("protocol-error", "introspection data nested too deep")
        name = attributes.get("name", "")
        match self._open:
            case ["node", "node"]:
                self.children.append(name)
            case ["node", "interface"]:
                self._interface = self.interfaces[name] = {"methods": {}, "properties": {}, "signals": {}}
            case ["node", "interface", "method"]:
                self._member = self._interface["methods"][name] = {"in": [], "out": []}
            case ["node", "interface", "signal"]:
                self._member = self._interface["signals"][name] = {"in": []}
            case ["node", "interface", "property"]:
                flags = _FLAGS.get(attributes.get("access", ""), "")
                self._interface["properties"][name] = {"flags": flags, "type": attributes.get("type", "")}
            case ["node", "interface", "method", "arg"]:
                direction = "out" if attributes.get("direction") == "out" else "in"
                self._member[direction].append(attributes.get("type", ""))
            case ["node", "interface", "signal", "arg"]:
                self._member["in"].append(attributes.get("type", ""))

    def end(self, tag: str) -> None:
        self._open.pop()

    def entity(self, *_: Any) -> None:
        raise Problem("protocol-error", "introspection data with an entity declaration")
