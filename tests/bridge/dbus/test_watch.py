"""`watch` on the wire: first loads and changes (reference 2.16, 7.5)."""

import asyncio
from typing import Any

from dbus_fast import Variant

from bridge.dbus.watch import DEPTH_MAX
from bridge.testing import Wire

INTERFACE = "com.example.Test"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
META = {
    "methods": {"Echo": {"in": ["s", "u"], "out": ["s"]}, "Never": {"in": [], "out": []}},
    "properties": {"Color": {"flags": "rw", "type": "s"}, "Size": {"flags": "r", "type": "u"}},
    "signals": {"Happened": {"in": ["s"]}},
}


async def watch(c: Any, **where: Any) -> dict[str, Any]:
    """Watches, and expects `meta`, one `notify` and the reply; what was told."""
    c.send(watch=where, id="w")
    assert (await c.next()) == {"meta": {INTERFACE: META}}
    told = await c.next()
    assert await c.next() == {"reply": [], "id": "w"}
    notify: dict[str, Any] = told["notify"]
    return notify


async def test_one_object(talk: Any, service: Any) -> None:
    c = await talk("c")
    assert await watch(c, path="/obj") == {"/obj": {INTERFACE: {"Color": "red", "Size": 1}}}
    service.change(Color=Variant("s", "blue"))
    assert await c.next() == {"notify": {"/obj": {INTERFACE: {"Color": "blue"}}}}
    service.change(Color=Variant("s", "blue"), Size=Variant("u", 2))
    assert await c.next() == {"notify": {"/obj": {INTERFACE: {"Size": 2}}}}


async def test_one_interface(talk: Any, service: Any) -> None:
    c = await talk("c")
    assert await watch(c, path="/obj", interface=INTERFACE) == {"/obj": {INTERFACE: {"Color": "red", "Size": 1}}}
    service.change(Size=Variant("u", 3))
    assert await c.next() == {"notify": {"/obj": {INTERFACE: {"Size": 3}}}}


async def test_a_second_watch_tells_the_values_again_but_not_the_meta(talk: Any) -> None:
    c = await talk("c")
    await watch(c, path="/obj")
    c.send(watch={"path": "/obj"}, id="w2")
    assert "notify" in await c.next()
    assert await c.next() == {"reply": [], "id": "w2"}


async def test_an_invalidated_value_is_asked_for(talk: Any, service: Any) -> None:
    c = await talk("c")
    await watch(c, path="/obj")
    service.change(invalidated=["Size"], Size=Variant("u", 9))
    assert await c.next() == {"notify": {"/obj": {INTERFACE: {"Size": 9}}}}


async def test_a_reply_does_not_overtake_a_value_that_is_asked_for(talk: Any, service: Any) -> None:
    """The service answers the call at once, and the question for the value only afterwards."""
    c = await talk("c")
    await watch(c, path="/obj")
    asked: list[Any] = []
    service.on_Get = asked.append

    def change_and_reply(call: Any) -> None:
        service.change(invalidated=["Size"], Size=Variant("u", 9))
        service.reply(call)

    service.on_Change = change_and_reply
    c.send(call=["/obj", INTERFACE, "Change", []], type="", id="call")
    while not asked:
        await asyncio.sleep(0.01)
    assert c.wire.is_quiet("c")
    type(service).on_Get(service, asked[0])
    assert await c.next() == {"notify": {"/obj": {INTERFACE: {"Size": 9}}}}
    assert (await c.next())["id"] == "call"


async def test_a_change_during_the_first_load_is_not_lost(talk: Any, service: Any) -> None:
    c = await talk("c")
    introspect = service.on_Introspect

    def get_all(call: Any) -> None:
        service.reply(call, "a{sv}", service.properties)
        service.change(Color=Variant("s", "blue"))

    service.on_GetAll = get_all
    service.on_Introspect = introspect
    c.send(watch={"path": "/obj"}, id="w")
    last = {}
    while (message := await c.next()).get("id") != "w" or not last:
        last |= message.get("notify", {}).get("/obj", {}).get(INTERFACE, {})
    while last["Color"] != "blue":
        last |= (await c.next())["notify"]["/obj"][INTERFACE]


async def test_the_objects_of_an_object_manager(talk: Any, service: Any) -> None:
    service.managed = {
        "/obj/1": {INTERFACE: {"Size": Variant("u", 1)}},
        "/obj/2": {INTERFACE: {}},
        "/other": {"x.y": {}},
    }
    c = await talk("c")
    assert await watch(c, path_namespace="/obj") == {"/obj/1": {INTERFACE: {"Size": 1}}, "/obj/2": {INTERFACE: {}}}
    added = {INTERFACE: {"Size": Variant("u", 3)}, "com.example.Plain": {"Word": Variant("s", "hi")}}
    service.emit("InterfacesAdded", "oa{sa{sv}}", "/obj/3", added, interface=OBJECT_MANAGER)
    guessed = {"methods": {}, "properties": {"Word": {"flags": "r", "type": "v"}}, "signals": {}}
    assert await c.next() == {"meta": {"com.example.Plain": guessed}}
    assert await c.next() == {"notify": {"/obj/3": {INTERFACE: {"Size": 3}, "com.example.Plain": {"Word": "hi"}}}}
    service.emit("InterfacesRemoved", "oas", "/obj/3", [INTERFACE], interface=OBJECT_MANAGER)
    assert await c.next() == {"notify": {"/obj/3": {INTERFACE: None}}}


async def test_a_namespace_without_object_manager(talk: Any, service: Any) -> None:
    """Every node of the service declares a child like itself: the search has a bound."""
    c = await talk("c")
    told = await watch(c, path_namespace="/obj")
    assert len(told) == DEPTH_MAX + 1
    assert told["/obj/child/child"] == {INTERFACE: {"Color": "red", "Size": 1}}
    service.emit(
        "PropertiesChanged", "sa{sv}as", INTERFACE, {"Size": Variant("u", 2)}, [],
        path="/obj/child", interface="org.freedesktop.DBus.Properties",
    )  # fmt: skip
    assert await c.next() == {"notify": {"/obj/child": {INTERFACE: {"Size": 2}}}}


async def test_the_service_goes_away_and_comes_back(talk: Any, service: Any) -> None:
    c = await talk("c")
    await watch(c, path="/obj")
    owner = service.bus.unique_name
    await service.disown("com.example.A")
    messages = [await c.next(), await c.next()]
    assert {"owner": None} in messages
    assert {"notify": {"/obj": {INTERFACE: None}}} in messages
    service.properties["Size"] = Variant("u", 5)
    await service.own("com.example.A")
    assert await c.next() == {"owner": owner}
    assert await c.next() == {"notify": {"/obj": {INTERFACE: {"Color": "red", "Size": 5}}}}


async def test_unwatch(talk: Any, service: Any) -> None:
    c = await talk("c")
    await watch(c, path="/obj")
    c.send(unwatch={"path": "/obj"})
    c.send(unwatch={"path": "/obj"})
    await c.call("Echo", types="")
    service.change(Size=Variant("u", 2))
    assert "reply" in await c.call("Echo", types="")


async def test_what_cannot_be_watched(talk: Any, service: Any) -> None:
    c = await talk("c")
    for where in ({}, {"path": "x"}, 7, {"path": "/a", "path_namespace": "/a"}):
        c.send(watch=where, id="w")
        assert (await c.next())["error"][0] == "org.freedesktop.DBus.Error.InvalidArgs"
    service.xml = None
    service.on_GetAll = service.on_unknown
    c.send(watch={"path": "/obj", "interface": INTERFACE}, id="w")
    assert await c.next() == {"reply": [], "id": "w"}


async def test_the_daemon_dies_during_a_watch(talk: Any, wire: Wire, daemon: Any, service: Any) -> None:
    c, d = await talk("c"), await talk("d")
    await watch(c, path="/obj")
    asked: list[Any] = []
    service.on_GetAll = asked.append
    d.send(watch={"path": "/obj"}, id="w")
    while not asked:
        await asyncio.sleep(0.01)
    daemon.kill()
    await wire.expect("close", "c", problem="disconnected")
    assert (await d.next())["error"][0] == "org.freedesktop.DBus.Error.Disconnected"
    await wire.expect("close", "d", problem="disconnected")
