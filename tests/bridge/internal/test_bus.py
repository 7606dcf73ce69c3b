"""The internal bus, as a client sees it (reference 2.17, 7.4, 7.5)."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from bridge.dbus.introspection import parse
from bridge.testing import Wire

PROPERTIES = "org.freedesktop.DBus.Properties"
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
ERROR = "org.freedesktop.DBus.Error."
USER = ("/user", "cockpit.User")


async def test_properties(wire: Wire, talk: Callable[..., Any]) -> None:
    bus = await talk(wire)
    answer = await bus.call("/user", PROPERTIES, "GetAll", "cockpit.User")
    assert answer["reply"][0][0]["Id"] == {"t": "x", "v": os.getuid()}
    answer = await bus.call("/user", PROPERTIES, "Get", "cockpit.User", "Id", type="ss", flags="")
    assert answer == {"reply": [[{"t": "x", "v": os.getuid()}]], "type": "v", "flags": "<"}
    assert await bus.call("/user", PROPERTIES, "GetAll", PROPERTIES) == {"reply": [[{}]]}
    assert await bus.call("/user", "org.freedesktop.DBus.Peer", "Ping") == {"reply": [[]]}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("/user", PROPERTIES, "GetAll", "x.Z"), "UnknownInterface"),
        (("/user", PROPERTIES, "Get", "cockpit.User", "Two"), "UnknownProperty"),
        (("/user", PROPERTIES, "Set", "cockpit.User", "Id", {"t": "x", "v": 2}), "PropertyReadOnly"),
        (("/user", PROPERTIES, "GetAll"), "InvalidArgs"),
        (("/user", PROPERTIES, "GetAll", 7), "InvalidArgs"),
        (("/nope", PROPERTIES, "GetAll", "cockpit.User"), "UnknownMethod"),
        (("/user", "cockpit.User", "Nope"), "UnknownMethod"),
        (("user", "cockpit.User", "Nope"), "InvalidArgs"),
    ],
)
async def test_calls_that_fail(wire: Wire, talk: Callable[..., Any], arguments: tuple[Any, ...], error: str) -> None:
    answer = await (await talk(wire)).call(*arguments)
    assert answer["error"][0] == ERROR + error


async def test_types_that_are_not_the_methods(wire: Wire, talk: Callable[..., Any]) -> None:
    bus = await talk(wire)
    answer = await bus.call("/user", PROPERTIES, "GetAll", 1, type="i")
    assert answer["error"] == [ERROR + "InvalidArgs", ["GetAll takes the types 's', not 'i'"]]
    assert (await bus.call("/user", "x.Y", "M", type=""))["error"][0] == ERROR + "UnknownMethod"
    assert (await bus.call("/user", "x.Y", "M", type="", name="a.b"))["error"][0] == ERROR + "ServiceUnknown"


async def test_introspection(wire: Wire, talk: Callable[..., Any]) -> None:
    bus = await talk(wire)
    root = await bus.call("/", INTROSPECTABLE, "Introspect")
    assert root["reply"][0][0].startswith("<node")
    assert {"superuser", "packages", "user"} <= set(parse(root["reply"][0][0]).children)
    user = parse((await bus.call("/user", INTROSPECTABLE, "Introspect", type=""))["reply"][0][0])
    assert user.interfaces["cockpit.User"]["properties"]["Groups"] == {"flags": "r", "type": "as"}
    assert {PROPERTIES, INTROSPECTABLE} <= set(user.interfaces)
    superuser = parse((await bus.call("/superuser", INTROSPECTABLE, "Introspect"))["reply"][0][0])
    assert superuser.interfaces["cockpit.Superuser"]["signals"] == {"Prompt": {"in": ["s", "s", "s", "b", "s"]}}


@pytest.mark.parametrize("where", [{"path": "/user"}, {"path": "/user", "interface": "cockpit.User"}])
async def test_a_watch(wire: Wire, talk: Callable[..., Any], where: dict[str, str]) -> None:
    bus = await talk(wire)
    bus.send(watch=where, id="w")
    (interface,) = (await bus.next())["meta"].items()
    assert interface[0] == "cockpit.User"
    assert set(interface[1]) == {"methods", "properties", "signals"}
    assert (await bus.next())["notify"]["/user"]["cockpit.User"]["Id"] == os.getuid()
    assert await bus.next() == {"reply": [], "id": "w"}


async def test_watching_everything(wire: Wire, talk: Callable[..., Any]) -> None:
    bus = await talk(wire)
    bus.send(watch={"path_namespace": "/"}, id="w")
    assert "cockpit.Superuser" in (await bus.next())["meta"]
    assert {"/user", "/superuser", "/packages", "/machines", "/bridge"} <= set((await bus.next())["notify"])
    assert await bus.next() == {"reply": [], "id": "w"}


async def test_what_asks_for_nothing_gets_nothing(wire: Wire, talk: Callable[..., Any]) -> None:
    bus = await talk(wire)
    match = {"path": "/user"}
    quiet: list[dict[str, Any]] = [{"add-match": match}, {"remove-match": match}, {"unwatch": match}, {"meta": {}}]
    for message in quiet:
        bus.send(**message)
    bus.send(call=["/user", "cockpit.User", "Nope", []])
    assert (await bus.call("/user", "org.freedesktop.DBus.Peer", "Ping")) == {"reply": [[]]}


async def test_all_channels_see_a_change(wire: Wire, talk: Callable[..., Any]) -> None:
    first, second = await talk(wire, "one"), await talk(wire, "two")
    for bus in (first, second):
        bus.send(**{"add-match": {"path": "/packages"}})
        assert "reply" in await bus.call("/user", "org.freedesktop.DBus.Peer", "Ping")
    first.send(call=["/packages", "cockpit.Packages", "Reload", []], id="r")
    for bus in (first, second):
        assert (await bus.next())["signal"][2] == "PropertiesChanged"
    assert await first.next() == {"reply": [[]], "id": "r"}


async def test_the_superuser_bridge_has_no_packages(talk: Callable[..., Any]) -> None:
    from bridge.testing import open_wire

    async with open_wire(privileged=True) as wire:
        root = await (await talk(wire)).call("/", INTROSPECTABLE, "Introspect")
        assert "packages" not in parse(root["reply"][0][0]).children
