"""A private bus daemon, and a service on it that does what a test needs."""

import asyncio
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from dbus_fast import Message, MessageType, Variant
from testbed.dbus_channel import DbusTalker

from bridge.dbus.bus import Bus

if TYPE_CHECKING:
    from collections.abc import Callable

INTERFACE = "com.example.Test"
PROPERTIES = "org.freedesktop.DBus.Properties"
XML = f"""<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
<node>
  <interface name="{INTERFACE}">
    <method name="Echo"><arg type="s" direction="in"/><arg type="u"/><arg type="s" direction="out"/></method>
    <method name="Never"/>
    <signal name="Happened"><arg type="s"/></signal>
    <property name="Color" type="s" access="readwrite"/>
    <property name="Size" type="u" access="read"/>
  </interface>
  <interface name="{PROPERTIES}">
    <method name="GetAll"><arg type="s" direction="in"/><arg type="a{{sv}}" direction="out"/></method>
  </interface>
  <node name="child"/>
</node>"""


class Daemon:
    """A dbus-daemon of our own."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.services = data / "dbus-1" / "services"
        self.services.mkdir(parents=True)
        self.address = f"unix:path={data}/bus"
        self.start()

    def start(self) -> None:
        """Start it, again after `kill`: at the same address, with nobody connected."""
        program = shutil.which("dbus-daemon")
        if program is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no dbus-daemon")
        (self._data / "bus").unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [str(program), "--session", "--nofork", "--nopidfile", "--print-address", f"--address={self.address}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "XDG_DATA_HOME": str(self._data)},
        )
        assert self.process.stdout
        assert self.process.stdout.readline().startswith(b"unix:path=")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()

    def close(self) -> None:
        self.signal(signal.SIGCONT)
        self.kill()


class Service:
    """Owns `com.example.A` and what `own` is told; answers calls of any path. `calls` are the members called."""

    def __init__(self, address: str) -> None:
        self.bus = Bus(address, received=self._received, lost=lambda _: None)
        self.calls: list[str] = []
        self.properties: dict[str, Variant] = {"Color": Variant("s", "red"), "Size": Variant("u", 1)}
        self.managed: dict[str, dict[str, dict[str, Variant]]] | None = None
        self.xml: str | None = XML
        self.held: list[Message] = []
        self._replies: dict[int, asyncio.Future[Message]] = {}

    async def own(self, name: str) -> None:
        await self.call_daemon("RequestName", "su", [name, 0])

    async def disown(self, name: str) -> None:
        await self.call_daemon("ReleaseName", "s", [name])

    async def call_daemon(self, member: str, types: str, body: list[Any]) -> Message:
        message = Message(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", member, signature=types, body=body
        )
        message.serial = self.bus.next_serial()
        reply = self._replies[message.serial] = asyncio.get_running_loop().create_future()
        self.bus.post(message)
        return await reply

    def emit(self, member: str, types: str, *body: Any, path: str = "/obj", interface: str = INTERFACE) -> None:
        self.bus.post(Message.new_signal(path, interface, member, types, list(body)))

    def change(self, invalidated: list[str] | None = None, **values: Variant) -> None:
        """Change properties and say so; of `invalidated` ones the value is not said."""
        self.properties |= values
        told = {name: value for name, value in values.items() if name not in (invalidated or [])}
        self.emit("PropertiesChanged", "sa{sv}as", INTERFACE, told, invalidated or [], interface=PROPERTIES)

    def _received(self, message: Message) -> bool:
        if message.message_type in (MessageType.METHOD_RETURN, MessageType.ERROR):
            waiting = self._replies.pop(message.reply_serial, None)
            if waiting is None:
                return False
            waiting.set_result(message)
        elif message.message_type is MessageType.METHOD_CALL:
            self.calls.append(message.member)
            handler: Callable[[Message], None] = getattr(self, f"on_{message.member}", self.on_unknown)
            handler(message)
        return True

    def reply(self, call: Message, types: str = "", *body: Any) -> None:
        self.bus.post(Message.new_method_return(call, types, list(body)))

    def on_unknown(self, call: Message) -> None:
        self.bus.post(Message.new_error(call, "org.freedesktop.DBus.Error.UnknownMethod", f"no {call.member}"))

    def on_Echo(self, call: Message) -> None:
        self.bus.post(Message.new_method_return(call, call.signature, call.body))

    def on_Never(self, call: Message) -> None:
        self.held.append(call)

    def on_Fail(self, call: Message) -> None:
        error = Message.new_error(call, "com.example.Error.Bad", "it is bad")
        self.bus.post(error)

    def on_Big(self, call: Message) -> None:
        self.reply(call, "s", "x" * call.body[0])

    def on_Deep(self, call: Message) -> None:
        value = Variant("s", "core")
        for _ in range(call.body[0] - 1):
            value = Variant("v", value)
        self.reply(call, "v", value)

    def on_Signals(self, call: Message) -> None:
        for i in range(call.body[0]):
            self.emit("Happened", "s", f"{i}")
        self.reply(call)

    def on_Introspect(self, call: Message) -> None:
        if self.xml is None:
            self.on_unknown(call)
        else:
            self.reply(call, "s", self.xml)

    def on_GetAll(self, call: Message) -> None:
        self.reply(call, "a{sv}", self.properties if call.body[0] == INTERFACE else {})

    def on_Get(self, call: Message) -> None:
        self.reply(call, "v", self.properties[call.body[1]])

    def on_GetManagedObjects(self, call: Message) -> None:
        if self.managed is None:
            self.on_unknown(call)
        else:
            self.reply(call, "a{oa{sa{sv}}}", self.managed)


class Talker(DbusTalker):
    """A `dbus-json3` channel of a wire, past its `ready`."""

    async def call(self, member: str, *arguments: Any, types: str | None = None, **members: Any) -> dict[str, Any]:
        """The answer to a call; nothing else may come before it."""
        if types is not None:
            members["type"] = types
        self.send(call=["/obj", INTERFACE, member, list(arguments)], id="call", **members)
        answer = await self.next()
        assert answer.pop("id") == "call", answer
        return answer
