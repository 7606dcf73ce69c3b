"""Attacks by the bus, and by services and clients on it.

| case | test |
|------|------|
| 99 | test_99_the_daemon_is_killed_and_comes_back, test_99_there_is_no_bus |
| 100 | test_100_exactly_one_reply_to_whatever_is_called, test_100_a_service_that_never_replies, \
test_100_no_timeout_is_for_ever, test_100_a_reply_of_64_mib, test_100_variants_64_deep, test_100_descriptors, \
test_100_a_service_that_dies_with_the_calls |

Every way of a malformed call is in dbus/test_client.py, every value in dbus/test_values.py.
"""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus
from testbed.dbus_service import INTERFACE, Talker

from bridge.dbus.outbox import MESSAGE_MAX
from bridge.internal_streams import WAITING_MAX
from bridge.testing import Wire, open_wire

MIB = 1024 * 1024
ERROR = "org.freedesktop.DBus.Error."
CHANNELS = 20


async def test_99_the_daemon_is_killed_and_comes_back(daemon: Any, service: Any) -> None:
    """Twenty channels, each with a call that waits, a watch and a match; then the same again."""
    async with open_wire({**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": daemon.address}) as wire:
        for _ in range(2):
            talkers = [await opened(wire, f"c{i}") for i in range(CHANNELS)]
            for talker in talkers:
                talker.send(watch={"path": "/obj", "interface": INTERFACE}, id="watch")
                talker.send(**{"add-match": {"member": "Happened"}})
                while (await talker.next()).get("id") != "watch":
                    pass
                talker.send(call=["/obj", INTERFACE, "Never", []], type="", id="pending")
            while len(service.held) < CHANNELS:
                await asyncio.sleep(0.001)
            daemon.kill()
            for talker in talkers:
                answer = await talker.next()
                while answer.get("id") != "pending":
                    assert answer.keys() <= {"notify", "owner"}
                    answer = await talker.next()
                assert answer["error"][0] == ERROR + "Disconnected"
                await wire.expect("close", talker.channel, problem="disconnected")
            async with asyncio.timeout(1):
                wire.open("no", "dbus-json3", bus="system")
                await wire.expect("close", "no", problem="protocol-error")
            daemon.start()
            service.held.clear()
            service.bus.end()
            service.__init__(daemon.address)
            await service.bus.open()
            await service.own("com.example.A")
        talker = await opened(wire, "again")
        assert await talker.call("Echo", "x", types="s") == {"reply": [["x"]], "type": "s"}


async def opened(wire: Wire, channel: str) -> Talker:
    wire.open(channel, "dbus-json3", bus="system", name="com.example.A")
    await wire.data(channel)
    await wire.expect("ready", channel)
    return Talker(wire, channel)


@pytest.mark.parametrize("bus", ["system", "session"])
async def test_99_there_is_no_bus(bus: str, tmp_path: Path) -> None:
    """The protocol says `protocol-error` with the reason (reference 2.16), and pages read the reason."""
    nowhere = f"unix:path={tmp_path}/no-bus"
    environ = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": nowhere, "DBUS_SESSION_BUS_ADDRESS": nowhere}
    async with open_wire(environ) as wire:
        for _ in range(3):
            async with asyncio.timeout(1):
                wire.open("c", "dbus-json3", bus=bus, name="com.example.A")
                close = await wire.expect("close", "c", problem="protocol-error")
            assert close["message"].startswith(f"failed to connect to {bus} bus: ")
        wire.open("e", "echo")
        await wire.expect("ready", "e")


SOUP: list[dict[str, Any]] = [
    {"call": ["/obj", INTERFACE, "Echo", ["x"]], "type": "s"},
    {"call": ["/obj", INTERFACE, "Echo", ["x"]]},
    {"call": ["/obj", INTERFACE, "Fail", []], "type": ""},
    {"call": ["/obj", "com.example.Unknown", "Echo", []]},
    {"call": ["/obj", "com.example.Unknown", "Missing", []], "type": ""},
    {"call": ["/obj", INTERFACE, "Missing", []]},
    {"call": ["/nowhere", INTERFACE, "Missing", []], "type": ""},
    {"call": ["/obj", INTERFACE, "Never", []], "type": "", "timeout": 10},
    {"call": ["/obj", INTERFACE, "Never", []], "type": "", "timeout": 0},
    {"call": ["/obj", INTERFACE, "Never", []], "type": "", "timeout": "x"},
    {"call": ["/obj", INTERFACE, "Never", []], "type": "", "timeout": []},
    {"call": ["/obj", INTERFACE, "Never", []], "type": "", "timeout": 1.5},
    {"call": ["/obj", INTERFACE]},
    {"call": ["/obj"]},
    {"call": []},
    {"call": {}},
    {"call": "Echo"},
    {"call": 5},
    {"call": None},
    {"call": ["/obj", INTERFACE, "Echo", "xyz"], "type": "s"},
    {"call": [1, 2, 3, 4], "type": "s"},
    {"call": ["/obj", INTERFACE, "Echo", [5]], "type": "s"},
    {"call": ["/obj", INTERFACE, "Echo", ["x"]], "type": "ss"},
    {"call": ["/obj", INTERFACE, "Echo", ["x"]], "type": "(s"},
    {"call": ["/obj", INTERFACE, "Echo", ["x"]], "type": "a" * 300},
    {"call": ["/obj", INTERFACE, "Echo", [[0]]], "type": "ah"},
    {"call": ["/obj", INTERFACE, "Echo", [0]], "type": "h"},
    {"call": ["/obj", INTERFACE, "Echo", ["/not a path"]], "type": "o"},
    {"call": ["/obj", INTERFACE, "Echo", []], "type": "", "name": "com.example.Nobody"},
    {"call": ["/obj", INTERFACE, "Echo", []], "type": "", "name": "not a name"},
    {"call": ["/obj", INTERFACE, "Echo", []], "type": "", "flags": "zzz"},
    {"call": ["/obj", INTERFACE, "Wrong", []], "type": ""},
    {"call": ["/obj", INTERFACE, "Twice", []], "type": ""},
]


async def test_100_exactly_one_reply_to_whatever_is_called(talk: Any, service: Any) -> None:
    def wrong(call: Message) -> None:
        """Not the types that the introspection tells."""
        service.reply(call, "a{sv}", {})

    def twice(call: Message) -> None:
        service.reply(call, "s", "once")
        service.reply(call, "s", "twice")

    service.on_Wrong, service.on_Twice = wrong, twice
    c = await talk("c")
    for number, message in enumerate(SOUP):
        c.wire.send("c", json.dumps(message | {"id": f"{number}"}).encode())
    replies: Counter[str] = Counter()
    while len(replies) < len(SOUP):
        answer = await c.next()
        assert ("reply" in answer) != ("error" in answer)
        replies[answer["id"]] += 1
    assert await c.call("Echo", "last", types="s") == {"reply": [["last"]], "type": "s"}
    assert c.wire.is_quiet("c")
    assert set(replies.values()) == {1}


async def test_100_a_service_that_never_replies(talk: Any, service: Any) -> None:
    c = await talk("c")
    began = time.monotonic()
    for number in range(50):
        c.send(call=["/obj", INTERFACE, "Never", []], type="", timeout=100, id=f"{number}")
    answers = [await c.next() for _ in range(50)]
    assert time.monotonic() - began < 5
    assert {answer["error"][0] for answer in answers} == {ERROR + "Timeout"}
    assert {answer["id"] for answer in answers} == {f"{number}" for number in range(50)}
    for held in service.held:
        service.reply(held)
    assert "reply" in await c.call("Echo", types="")
    assert c.wire.is_quiet("c")


async def test_100_no_timeout_is_for_ever(talk: Any, service: Any) -> None:
    """There is no default: a call waits until the service answers, and holds up nothing."""
    c = await talk("c")
    c.send(call=["/obj", INTERFACE, "Never", []], type="", id="late")
    for _ in range(20):
        assert "reply" in await c.call("Echo", types="")
    service.reply(service.held[0], "s", "at last")
    assert await c.next() == {"reply": [["at last"]], "id": "late"} | {"type": "s"}


@pytest.mark.timeout(60)
async def test_100_a_reply_of_64_mib(real: Any, daemon: Any, service: Any) -> None:
    """Longer than a frame may be: an error with the id; the channel goes on, the memory comes back after it."""
    await real.control("open", "c", payload="dbus-json3", bus="none", address=daemon.address, name="com.example.A")
    await real.command("ready", "c")
    service.on_Big = lambda call: service.reply(call, "s", "x" * call.body[0])

    async def big(size: int) -> Any:
        message = {"call": ["/obj", INTERFACE, "Big", [size]], "type": "u", "id": "big"}
        await real.data("c", json.dumps(message).encode())
        return json.loads((await real.next(lambda event: b'"big"' in getattr(event, "payload", b""))).payload)

    before = await real.settled_rss()
    for _ in range(2):
        answer = await big(64 * MIB)
        assert answer["error"][0] == ERROR + "LimitsExceeded"
        assert answer["id"] == "big"
        assert (await big(5))["reply"] == [["xxxxx"]]
        assert await real.settled_rss() - before < 8 * MIB
    assert len((await big(MESSAGE_MAX - 100))["reply"][0][0]) == MESSAGE_MAX - 100


async def test_100_variants_64_deep(talk: Any) -> None:
    """D-Bus has 64 levels of containers, the variant itself among them; a client's 65th is refused."""
    c = await talk("c")
    value = (await c.call("Deep", 64, types="u"))["reply"][0][0]
    assert (await c.call("Echo", value, types="v"))["reply"] == [[value]]
    answer = await c.call("Echo", {"t": "v", "v": value}, types="v")
    assert answer["error"][0] == ERROR + "InvalidArgs"
    depth = 1
    while value["t"] == "v":
        value, depth = value["v"], depth + 1
    assert (depth, value) == (64, {"t": "s", "v": "core"})


@pytest.fixture
async def giver(daemon: Any) -> AsyncIterator[MessageBus]:
    """A service `com.example.Giver` that answers `Give` with as many descriptors as it is told."""
    bus = await MessageBus(bus_address=daemon.address, negotiate_unix_fd=True).connect()
    given: list[int] = []

    def received(message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL or message.member != "Give":
            return None
        count = message.body[0]
        given.extend(os.open("/dev/null", os.O_RDONLY) for _ in range(count))
        descriptors = given[-count:]
        if len(message.body) > 1:
            return Message.new_method_return(message, "h", [0], descriptors)
        return Message.new_method_return(message, "ah", [list(range(count))], descriptors)

    bus.add_message_handler(received)
    await bus.request_name("com.example.Giver")
    yield bus
    bus.disconnect()
    for each in given:
        os.close(each)


@pytest.mark.parametrize("count", [1, 16])
async def test_100_descriptors(real: Any, daemon: Any, giver: MessageBus, count: int) -> None:
    """One answer to each call; of those that nobody opens few wait, and none outlives the channel."""
    await real.control("open", "c", payload="dbus-json3", bus="none", address=daemon.address, name="com.example.Giver")
    await real.command("ready", "c")
    before = real.descriptors()
    for number in range(20):
        message = {"call": ["/obj", INTERFACE, "Give", [count]], "type": "u", "id": f"{number}"}
        await real.data("c", json.dumps(message).encode())
        event = await real.next(lambda event: hasattr(event, "payload"))
        answer = json.loads(event.payload)
        assert answer["id"] == f"{number}"
        assert len(json.dumps(answer["reply"]).split("internal-stream")) == count + 1
    assert real.descriptors() <= before + WAITING_MAX
    await real.control("close", "c")
    await real.command("close", "c")
    assert real.descriptors() < before
    assert await real.is_alive()


async def test_100_a_service_that_dies_with_the_calls(talk: Any, daemon: Any, service: Any) -> None:
    c = await talk("c")
    for number in range(30):
        c.send(call=["/obj", INTERFACE, "Never", []], type="", id=f"{number}")
    while len(service.held) < 30:
        await asyncio.sleep(0.001)
    service.bus.end()
    replies: Counter[str] = Counter()
    while len(replies) < 30:
        answer = await c.next()
        if "id" in answer:
            assert answer["error"][0] == ERROR + "NoReply"
            replies[answer["id"]] += 1
    assert set(replies.values()) == {1}
