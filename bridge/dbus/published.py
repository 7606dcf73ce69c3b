"""Objects that clients publish: others on the bus call them, the client's page answers (reference 2.16)."""

from collections.abc import Callable
from typing import Any, Protocol
from xml.etree import ElementTree as ET

from dbus_fast import Message, MessageFlag

from bridge.dbus.introspection import Interface
from bridge.dbus.syntax import INVALID_ARGS
from bridge.dbus.values import signature
from bridge.protocol import JsonObject, Problem, encode_json

OBJECTS_MAX = 1024
"""Objects that the clients of one connection may publish."""
WAITING_MAX = 1024
"""Calls that may wait for the answers of one client."""
_ERROR = "org.freedesktop.DBus.Error."
_INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"

Key = tuple[str, str]
"""Path and interface."""
Send = Callable[[Message], None]


class Owner(Protocol):
    """Who publishes something."""

    def called(self, call: Message, interface: str) -> None:
        """Somebody calls a method of `interface`, with the types that the interface says."""


class Objects:
    """What is published on one connection; `send` sends a message to the bus."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self._objects: dict[Key, tuple[Interface, Owner]] = {}

    def publish(self, key: Key, interface: Interface, owner: Owner) -> None:
        """Have calls go to `owner`; Problem when somebody else has it, or there is too much."""
        taken = self._objects.get(key)
        if taken is not None and taken[1] is not owner:
            raise Problem(_ERROR + "ObjectPathInUse", f"{key[1]} is published at {key[0]} already")
        if len(self._objects) >= OBJECTS_MAX:
            raise Problem(_ERROR + "LimitsExceeded", f"more than {OBJECTS_MAX} objects are published")
        self._objects[key] = interface, owner

    def unpublish(self, key: Key, owner: Owner) -> None:
        """Undo `publish`; what `owner` does not have is left alone."""
        if key in self._objects and self._objects[key][1] is owner:
            del self._objects[key]

    def leave(self, owner: Owner) -> None:
        """Undo everything that `owner` published."""
        for key in [key for key, (_, other) in self._objects.items() if other is owner]:
            del self._objects[key]

    def received(self, call: Message) -> bool:
        """A method call came from the bus; False when it is for none of these."""
        path, member = call.path or "", call.member or ""
        names = [name for where, name in self._objects if where == path]
        if not names:
            return False
        if (call.interface, member) == (_INTROSPECTABLE, "Introspect"):
            self.send(Message.new_method_return(call, "s", [self._describe(path)]))
            return True
        for name in names if call.interface is None else [call.interface]:
            if (path, name) not in self._objects:
                continue
            interface, owner = self._objects[path, name]
            method = interface["methods"].get(member)
            if method is None:
                continue
            if call.signature == "".join(method["in"]):
                owner.called(call, name)
            else:
                text = f"{name}.{member} takes the types {''.join(method['in'])!r}, not {call.signature!r}"
                self.send(Message.new_error(call, INVALID_ARGS, text))
            return True
        return False

    def _describe(self, path: str) -> str:
        node = ET.Element("node")
        for where, name in self._objects:
            if where == path:
                interface = ET.SubElement(node, "interface", name=name)
                for member, method in self._objects[where, name][0]["methods"].items():
                    element = ET.SubElement(interface, "method", name=member)
                    for direction in ("in", "out"):
                        for types in method[direction]:
                            ET.SubElement(element, "arg", type=types, direction=direction)
        return ET.tostring(node, encoding="unicode")


class Publisher:
    """What one client publishes; `tell` sends it a message, `body_of` says a message's arguments as JSON."""

    def __init__(
        self, objects: Objects, tell: Callable[[bytes], None], body_of: Callable[[Message], list[Any]]
    ) -> None:
        self._body_of = body_of
        self._objects = objects
        self._tell = tell
        self._interfaces: dict[Key, Interface] = {}
        self._waiting: dict[str, tuple[Message, str]] = {}
        self._count = 0

    def publish(self, key: Key, interface: Interface) -> None:
        """See `Objects.publish`."""
        for method in interface["methods"].values():
            signature("".join(method["in"]))
            signature("".join(method["out"]))
        self._objects.publish(key, interface, self)
        self._interfaces[key] = interface

    def unpublish(self, key: Key) -> None:
        """See `Objects.unpublish`."""
        self._objects.unpublish(key, self)
        self._interfaces.pop(key, None)

    def close(self) -> None:
        """The client goes away: whoever waits for an answer gets an error."""
        self._objects.leave(self)
        for call, _ in self._waiting.values():
            self._fail(call, _ERROR + "NoReply", "who published this went away")
        self._waiting.clear()

    def called(self, call: Message, interface: str) -> None:
        """See `Owner`."""
        if len(self._waiting) >= WAITING_MAX:
            self._fail(call, _ERROR + "LimitsExceeded", f"more than {WAITING_MAX} calls wait")
            return
        try:
            arguments = self._body_of(call)
            self._count += 1
            cookie = str(self._count)
            payload = encode_json({"call": [call.path, interface, call.member, arguments], "id": cookie})
        except Problem as problem:
            self._fail(call, problem.code if "." in problem.code else _ERROR + "Failed", problem.message)
            return
        types = "".join(self._interfaces[call.path or "", interface]["methods"][call.member]["out"])
        self._waiting[cookie] = call, types
        self._tell(payload)

    def answer(self, message: JsonObject) -> None:
        """The client's `reply` or `error`; one to a call that does not wait is ignored. Problem protocol-error."""
        call, types = self._waiting.pop(str(message.get("id")), (None, ""))
        if call is None:
            return
        try:
            if "error" in message:
                name, text = _error(message["error"])
                self._fail(call, name, text)
            elif not call.flags & MessageFlag.NO_REPLY_EXPECTED:
                values = message["reply"][0] if type(message["reply"]) is list and message["reply"] else None
                self._objects.send(Message.new_method_return(call, types, signature(types).encode(values or [])))
        except Problem as problem:
            self._fail(call, _ERROR + "Failed", f"the answer is not what the method promises: {problem.message}")

    def _fail(self, call: Message, name: str, text: str) -> None:
        if not call.flags & MessageFlag.NO_REPLY_EXPECTED:
            self._objects.send(Message.new_error(call, name, text))


def _error(error: object) -> tuple[str, str]:
    """The name and the text that `[name, [text, …]]` says; a name that no bus takes is replaced."""
    from bridge.dbus.syntax import is_interface

    items = error if type(error) is list else []
    name = items[0] if items and type(items[0]) is str and is_interface(items[0]) else _ERROR + "Failed"
    texts = items[1] if len(items) > 1 and type(items[1]) is list else []
    text = next((each for each in texts if type(each) is str), "")
    return name, text.encode(errors="replace").decode().replace("\0", "\ufffd")
