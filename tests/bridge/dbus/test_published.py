"""What a page offers on the bus: objects that others call, and signals (reference 2.16)."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from dbus_fast import Message

from bridge.dbus.introspection import parse

INTERFACE = "com.example.Page"
META = {
    INTERFACE: {
        "methods": {"Add": {"in": ["i", "i"], "out": ["i"]}, "Nothing": {}},
        "signals": {"Changed": {"in": ["s", "a{sv}"]}},
    }
}
KEY = ["/page", INTERFACE]


class Caller:
    """Somebody else on the bus, who calls what the page publishes."""

    def __init__(self, service: Any, destination: str) -> None:
        self.service = service
        self.destination = destination

    def call(self, member: str, types: str = "", *body: Any, interface: str = INTERFACE) -> "asyncio.Future[Message]":
        """The answer that is still to come."""
        message = Message(self.destination, "/page", interface, member, signature=types, body=list(body))
        message.serial = self.service.bus.next_serial()
        reply = asyncio.get_running_loop().create_future()
        self.service._replies[message.serial] = reply
        self.service.bus.post(message)
        return reply  # type: ignore[no-any-return]


@pytest.fixture
async def page(talk: Callable[..., Any]) -> Any:
    """A channel that has published an object."""
    talker = await talk("c", None)
    talker.send(meta=META)
    talker.send(publish=KEY, id="p")
    assert await talker.next() == {"reply": [], "id": "p"}
    return talker


@pytest.fixture
async def caller(page: Any, service: Any) -> Caller:
    page.send(call=["/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId", []], name="org.freedesktop.DBus")
    page.send(call=["/", INTERFACE, "WhoAmI", []], type="", name="com.example.A", id="who")
    sender: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    service.on_WhoAmI = lambda call: (sender.set_result(call.sender), service.reply(call))
    await page.next()
    return Caller(service, await sender)


async def test_a_call_and_its_reply(page: Any, caller: Caller) -> None:
    answer = caller.call("Add", "ii", 2, 3)
    asked = await page.next()
    assert asked["call"] == ["/page", INTERFACE, "Add", [2, 3]]
    page.send(reply=[[5]], id=asked["id"])
    assert ((await answer).signature, (await answer).body) == ("i", [5])
    answer = caller.call("Nothing")
    page.send(reply=[[]], id=(await page.next())["id"])
    assert (await answer).body == []


@pytest.mark.parametrize(
    ("said", "name", "text"),
    [
        ({"error": ["com.example.Bad", ["it is bad"]]}, "com.example.Bad", "it is bad"),
        ({"error": ["not a name", 7]}, "org.freedesktop.DBus.Error.Failed", ""),
        ({"error": None}, "org.freedesktop.DBus.Error.Failed", ""),
        ({"reply": [["x"]]}, "org.freedesktop.DBus.Error.Failed", "the answer is not what the method promises"),
        ({"reply": 7}, "org.freedesktop.DBus.Error.Failed", "the answer is not what the method promises"),
    ],
)
async def test_errors(page: Any, caller: Caller, said: dict[str, Any], name: str, text: str) -> None:
    answer = caller.call("Add", "ii", 2, 3)
    page.send(**said, id=(await page.next())["id"])
    assert (await answer).error_name == name
    assert (await answer).body[0].startswith(text)


async def test_calls_that_the_page_does_not_see(page: Any, caller: Caller) -> None:
    assert (await caller.call("Add", "s", "x")).error_name == "org.freedesktop.DBus.Error.InvalidArgs"
    assert (await caller.call("Nope")).error_name == "org.freedesktop.DBus.Error.UnknownMethod"
    assert (await caller.call("Add", interface="x.Y")).error_name == "org.freedesktop.DBus.Error.UnknownMethod"
    xml = (await caller.call("Introspect", interface="org.freedesktop.DBus.Introspectable")).body[0]
    assert parse(xml).interfaces[INTERFACE]["methods"]["Add"] == {"in": ["i", "i"], "out": ["i"]}


async def test_the_end_of_it(page: Any, caller: Caller, talk: Callable[..., Any]) -> None:
    other = await talk("other", None)
    other.send(meta=META)
    other.send(publish=KEY, id="p")
    assert (await other.next())["error"][0] == "org.freedesktop.DBus.Error.ObjectPathInUse"
    other.send(unpublish=KEY, id="u")
    assert await other.next() == {"reply": [], "id": "u"}
    answer = caller.call("Nothing")
    assert "call" in await page.next()
    page.wire.control("close", "c")
    await page.wire.expect("close", "c")
    assert (await answer).error_name == "org.freedesktop.DBus.Error.NoReply"
    assert (await caller.call("Nothing")).error_name == "org.freedesktop.DBus.Error.UnknownMethod"
    other.send(publish=KEY, id="p")
    assert await other.next() == {"reply": [], "id": "p"}


async def test_what_cannot_be_published(talk: Callable[..., Any]) -> None:
    page = await talk("c", None)
    page.send(meta={INTERFACE: {"methods": {"M": {"in": ["?"]}}}})
    for key in (KEY, ["/page", "x.Unknown"], ["page", INTERFACE], ["/page"], 7):
        page.send(publish=key, id="p")
        assert (await page.next())["error"][0] == "org.freedesktop.DBus.Error.InvalidArgs"


async def test_emitting_signals(page: Any, talk: Callable[..., Any]) -> None:
    listener = await talk("listener", None)
    listener.send(**{"add-match": {"interface": INTERFACE}})
    listener.send(call=["/", "org.freedesktop.DBus.Peer", "Ping", []], type="", id="1", name="org.freedesktop.DBus")
    await listener.next()
    arguments = ["a", {"b": {"t": "u", "v": 1}}]
    page.send(signal=[*KEY, "Changed", arguments])
    assert (await listener.next())["signal"] == [*KEY, "Changed", arguments]
    page.send(signal=[*KEY, "Other", ["x"]], type="s")
    assert (await listener.next())["signal"] == [*KEY, "Other", ["x"]]
    page.send(signal=[*KEY, "Elsewhere", []], type="", destination="com.example.A")
    page.send(signal=[*KEY, "Last", []], type="")
    assert (await listener.next())["signal"][2] == "Last"


@pytest.mark.parametrize(
    "message",
    [
        {"signal": [*KEY, "Unknown", []]},
        {"signal": [*KEY, "Changed", ["a"]]},
        {"signal": [*KEY, "Changed"]},
        {"signal": ["page", INTERFACE, "Changed", []], "type": ""},
        {"signal": [*KEY, "not a name", []], "type": ""},
        {"signal": [*KEY, "Changed", []], "type": "", "destination": "x"},
    ],
)
async def test_signals_that_are_refused(page: Any, message: dict[str, Any]) -> None:
    page.send(**message, id="s")
    assert (await page.next())["error"][0] == "org.freedesktop.DBus.Error.InvalidArgs"
    page.send(**message)
    await page.wire.expect("close", "c", problem="protocol-error")
