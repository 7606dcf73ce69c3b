"""What an object of the internal bus is: one interface at one path, declared in tables."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, NamedTuple
from xml.etree import ElementTree as ET

from dbus_fast import Variant

from bridge.dbus.values import signature
from bridge.protocol import Problem

PROPERTIES = "org.freedesktop.DBus.Properties"
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
PEER = "org.freedesktop.DBus.Peer"
ERROR = "org.freedesktop.DBus.Error."


class Method(NamedTuple):
    """A method: the types it takes, the type it gives (empty: none), and what answers it.

    `answer` gets the object and the arguments as D-Bus values and returns the result. A Problem it raises is the D-Bus
    error of that name.
    """

    takes: str
    gives: str
    answer: Callable[..., Awaitable[Any]]


Emit = Callable[[str, str, str, str, list[Any]], None]
"""Sends a signal: path, interface, member, types, arguments."""


class InternalObject:
    """An object. A subclass fills in the tables and says in `values` what its properties are."""

    path: ClassVar[str]
    interface: ClassVar[str]
    properties: ClassVar[Mapping[str, str]] = {}
    """Types by name; all are read-only."""
    methods: ClassVar[Mapping[str, Method]] = {}
    signals: ClassVar[Mapping[str, str]] = {}

    emit: Emit

    def attach(self, emit: Emit) -> None:
        """The object is on a bus from now on."""
        self.emit = emit

    def unused(self) -> None:
        """Nobody is connected to the bus any more."""

    async def values(self) -> dict[str, Any]:
        """The properties that have a value now, as D-Bus values; Problem when they cannot be told."""
        return {}

    async def variants(self) -> dict[str, Variant]:
        """`values` with their types."""
        return self._typed(await self.values())

    def changed(self, values: dict[str, Any]) -> None:
        """Tell that properties have new values."""
        body = [self.interface, self._typed(values), []]
        self.emit(self.path, PROPERTIES, "PropertiesChanged", "sa{sv}as", body)

    def signal(self, member: str, *arguments: Any) -> None:
        """Emit a signal of the interface."""
        self.emit(self.path, self.interface, member, self.signals[member], list(arguments))

    def _typed(self, values: dict[str, Any]) -> dict[str, Variant]:
        return {name: Variant(self.properties[name], value) for name, value in values.items()}


async def _get(each: InternalObject, interface: str, name: str) -> Variant:
    _check_property(each, interface, name)
    variants = await each.variants()
    if name not in variants:
        raise Problem(ERROR + "Failed", f"the property {name} has no value")
    return variants[name]


async def _get_all(each: InternalObject, interface: str) -> dict[str, Variant]:
    _check_interface(each, interface)
    return await each.variants() if interface == each.interface else {}


async def _set(each: InternalObject, interface: str, name: str, _: Variant) -> None:
    _check_property(each, interface, name)
    raise Problem(ERROR + "PropertyReadOnly", f"the property {name} cannot be set")


async def _ping(each: InternalObject) -> None:
    pass


STANDARD: Mapping[str, Mapping[str, Method]] = {
    PROPERTIES: {
        "Get": Method("ss", "v", _get),
        "GetAll": Method("s", "a{sv}", _get_all),
        "Set": Method("ssv", "", _set),
    },
    PEER: {"Ping": Method("", "", _ping)},
}
"""What every object answers, by interface; `Introspect` is the bus's, for it knows what is below."""


def _check_interface(each: InternalObject, interface: str) -> None:
    if interface != each.interface and interface not in STANDARD and interface != INTROSPECTABLE:
        raise Problem(ERROR + "UnknownInterface", f"{each.path} has no interface {interface!r:.80}")


def _check_property(each: InternalObject, interface: str, name: str) -> None:
    _check_interface(each, interface)
    if interface != each.interface or name not in each.properties:
        raise Problem(ERROR + "UnknownProperty", f"{interface} has no property {name!r:.80}")


def describe(each: InternalObject) -> list[ET.Element]:
    """The interfaces of an object as introspection data."""
    own = describe_interface(each.interface, each.methods)
    for name, types in each.properties.items():
        ET.SubElement(own, "property", name=name, type=types, access="read")
    for name, types in each.signals.items():
        _arguments(ET.SubElement(own, "signal", name=name), types)
    return [own, *(describe_interface(name, methods) for name, methods in STANDARD.items())]


def describe_interface(name: str, methods: Mapping[str, tuple[Any, ...]]) -> ET.Element:
    """The methods of one interface, their types in and out, as introspection data."""
    interface = ET.Element("interface", name=name)
    for member, (takes, gives, *_) in methods.items():
        element = ET.SubElement(interface, "method", name=member)
        _arguments(element, takes, direction="in")
        _arguments(element, gives, direction="out")
    return interface


def _arguments(element: ET.Element, types: str, direction: str = "out") -> None:
    for each in signature(types).tree.types:
        ET.SubElement(element, "arg", type=each.signature, direction=direction)
