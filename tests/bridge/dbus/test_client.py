"""The messages of a `dbus-json3` channel, as its client sees them (reference 2.16)."""

import asyncio
import json
import signal
import sys
from typing import Any

import pytest
from dbus_fast import MessageFlag

from bridge.dbus.outbox import MESSAGE_MAX, QUEUE_COUNT_MAX
from bridge.dbus.values import DEPTH_MAX
from bridge.testing import Wire

INTERFACE = "com.example.Test"
INVALID = "org.freedesktop.DBus.Error.InvalidArgs"


async def test_a_call_whose_types_are_said(talk: Any) -> None:
    c = await talk("c")
    answer = await c.call("Echo", 7, {"a": {"t": "as", "v": ["x"]}}, "AQI=", types="ya{sv}ay", flags="")
    assert answer == {
        "reply": [[7, {"a": {"t": "as", "v": ["x"]}}, "AQI="]],
        "type": "ya{sv}ay",
        "flags": "<",
    }


async def test_a_call_whose_types_introspection_tells(talk: Any, service: Any) -> None:
    c = await talk("c")
    assert await c.call("Echo", "hello", 5) == {"reply": [["hello", 5]]}
    assert await c.call("Echo", "again", 6) == {"reply": [["again", 6]]}
    assert service.calls.count("Introspect") == 1


async def test_a_call_of_a_method_that_introspection_does_not_have(talk: Any, service: Any) -> None:
    c = await talk("c")
    unknown = "org.freedesktop.DBus.Error.UnknownMethod"
    missing = [f"Introspection data for method {INTERFACE} Nope not available"]
    assert await c.call("Nope") == {"error": [unknown, missing]}
    service.xml = "<node><interface name='x'"
    c.send(call=["/obj", "com.example.Other", "Nope", []], id="1")
    assert (await c.next())["error"][0] == unknown
    service.xml = None
    c.send(call=["/obj", "com.example.Other", "Nope", []], id="1")
    assert (await c.next())["error"][0] == unknown


async def test_an_error_of_the_service(talk: Any) -> None:
    c = await talk("c")
    assert await c.call("Fail", types="") == {"error": ["com.example.Error.Bad", ["it is bad"]]}


async def test_types_that_the_client_tells(talk: Any, service: Any) -> None:
    service.xml = None
    c = await talk("c")
    c.send(meta={INTERFACE: {"methods": {"Echo": {"in": ["s", "ay"], "out": []}}}})
    assert await c.call("Echo", "x", "AQ==") == {"reply": [["x", "AQ=="]]}


async def test_a_call_that_may_ask_the_user(talk: Any, service: Any) -> None:
    c = await talk("c")
    for flags in ("", "i"):
        c.send(call=["/obj", INTERFACE, "Never", []], type="", flags=flags)
    await c.call("Echo", types="")
    asks = [bool(call.flags & MessageFlag.ALLOW_INTERACTIVE_AUTHORIZATION) for call in service.held]
    assert asks == [False, True]
    assert all(call.flags & MessageFlag.NO_REPLY_EXPECTED for call in service.held)


async def test_a_service_is_started(wire: Wire, daemon: Any) -> None:
    script = daemon.services / "service.py"
    script.write_text(
        "import asyncio, contextlib, sys\n"
        "from dbus_fast.aio import MessageBus\n"
        "async def main():\n"
        "    bus = await MessageBus().connect()\n"
        "    await bus.request_name('com.example.Started')\n"
        "    with contextlib.suppress(EOFError):\n"
        "        await bus.wait_for_disconnect()\n"
        "asyncio.run(main())\n"
    )
    (daemon.services / "com.example.Started.service").write_text(
        f"[D-BUS Service]\nName=com.example.Started\nExec={sys.executable} {script}\n"
    )
    for channel in ("c", "d"):
        wire.open(channel, "dbus-json3", bus="none", address=daemon.address, name="com.example.Started")
    for channel in ("c", "d"):
        assert json.loads(await wire.data(channel))["owner"].startswith(":")
        await wire.expect("ready", channel)
        assert wire.is_quiet(channel)


async def test_a_call_without_id_has_no_reply(talk: Any, service: Any) -> None:
    c = await talk("c")
    c.send(call=["/obj", INTERFACE, "Fail", []], type="")
    c.send(call=["/obj", INTERFACE, "Fail"])
    assert "reply" in await c.call("Echo", 1, types="i")
    assert service.calls == ["Fail", "Echo"]


@pytest.mark.parametrize(
    "message",
    [
        {"call": ["/obj", INTERFACE]},
        {"call": "Echo"},
        {"call": ["/obj", INTERFACE, "Echo", "x"], "type": "s"},
        {"call": ["obj", INTERFACE, "Echo", []], "type": ""},
        {"call": ["/obj\n", INTERFACE, "Echo", []], "type": ""},
        {"call": ["/obj", "nodot", "Echo", []], "type": ""},
        {"call": ["/obj", INTERFACE, "Ec ho", []], "type": ""},
        {"call": ["/obj", INTERFACE, 7, []], "type": ""},
        {"call": ["/obj", INTERFACE, "Echo", ["x", "y"]], "type": "s"},
        {"call": ["/obj", INTERFACE, "Echo", ["x"]], "type": "{sv}"},
        {"call": ["/obj", INTERFACE, "Echo", ["x"]], "type": "a{vs}"},
        {"call": ["/obj", INTERFACE, "Echo", ["x"]], "type": 7},
        {"call": ["/obj", INTERFACE, "Echo", ["x"]], "type": "i"},
        {"call": ["/obj", INTERFACE, "Echo", [0]], "type": "h"},
        {"call": ["/obj", INTERFACE, "Echo", ["\ud800"]], "type": "s"},
        {"call": ["/obj", INTERFACE, "Echo", []], "type": "", "timeout": "x"},
        {"call": ["/obj", INTERFACE, "Echo", []], "type": "", "flags": 1},
        {"call": ["/obj", INTERFACE, "Echo", []], "type": "", "name": ":1.0\n"},
        {"call": ["/obj", None, "Echo", []]},
    ],
)
async def test_a_malformed_call_is_answered_and_harms_nobody(talk: Any, message: dict[str, Any]) -> None:
    c = await talk("c")
    c.wire.send("c", json.dumps(message | {"id": "bad"}).encode())
    answer = await c.next()
    assert (answer["id"], answer["error"][0]) == ("bad", INVALID)
    assert await c.call("Echo", 1, types="i") == {"reply": [[1]], "type": "i"}


async def test_a_value_that_does_not_fit_is_pointed_at(talk: Any) -> None:
    c = await talk("c")
    answer = await c.call("Echo", 1, [{"a": {"t": "y", "v": 256}}], types="iaa{sv}")
    assert answer == {"error": [INVALID, ["argument 2[0]['a']: must be an integer from 0 to 255 (type y)"]]}


async def test_a_service_that_never_replies(talk: Any, service: Any) -> None:
    c = await talk("c")
    answer = await c.call("Never", types="", timeout=20)
    assert answer == {"error": ["org.freedesktop.DBus.Error.Timeout", ["the method call timed out"]]}
    service.reply(service.held[0])
    assert "reply" in await c.call("Echo", 1, types="i")


async def test_a_reply_of_many_megabytes(talk: Any) -> None:
    c = await talk("c")
    size = 10 * 1024 * 1024
    (text,) = (await c.call("Big", size, types="u"))["reply"][0]
    assert len(text) == size


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"t": "s", "v": "core"}
    for _ in range(levels - 1):
        value = {"t": "v", "v": value}
    return value


async def test_a_reply_that_is_longer_than_a_frame(talk: Any) -> None:
    c = await talk("c")
    answer = await c.call("Big", MESSAGE_MAX, types="u")
    assert answer["error"][0] == "org.freedesktop.DBus.Error.LimitsExceeded"
    assert "reply" in await c.call("Echo", types="")


async def test_a_signal_that_is_longer_than_a_frame(talk: Any, wire: Wire, service: Any) -> None:
    c = await talk("c")
    c.send(**{"add-match": {"member": "Happened"}})
    await c.call("Echo", types="")
    service.emit("Happened", "s", "x" * MESSAGE_MAX)
    await wire.expect("close", "c", problem="too-large")


async def test_variants_in_variants_as_deep_as_the_bus_takes(talk: Any) -> None:
    c = await talk("c")
    assert (await c.call("Deep", DEPTH_MAX, types="u"))["reply"] == [[nested(DEPTH_MAX)]]
    assert (await c.call("Echo", nested(DEPTH_MAX), types="v"))["reply"] == [[nested(DEPTH_MAX)]]
    arrays = [[[[nested(DEPTH_MAX - 4)]]]]
    assert (await c.call("Echo", arrays, types="aaaav"))["reply"] == [[arrays]]
    pairs = {"a": {"b": nested(DEPTH_MAX - 4)}}
    assert (await c.call("Echo", pairs, types="a{sa{sv}}"))["reply"] == [[pairs]]
    answer = await c.call("Echo", nested(DEPTH_MAX + 1), types="v")
    assert answer["error"][0] == INVALID
    assert "nested deeper" in answer["error"][1][0]


async def test_another_name_than_the_channels(talk: Any, service: Any) -> None:
    await service.own("com.example.B")
    c = await talk("c", name=None)
    assert (await c.call("Echo", 1, types="i"))["error"][0] == INVALID
    assert (await c.call("Echo", 1, types="i", name="com.example.B"))["reply"] == [[1]]
    unknown = await c.call("Echo", 1, types="i", name="com.example.Nobody")
    assert unknown["error"][0] == "org.freedesktop.DBus.Error.ServiceUnknown"


async def test_messages_that_are_none(talk: Any, wire: Wire) -> None:
    c = await talk("c")
    c.send(conjure=["/x", "com.example.X"], id="p")
    assert (await c.next())["error"] == [
        "org.freedesktop.DBus.Error.NotSupported",
        ["this bridge does not know the message ['conjure']"],
    ]
    for number, payload in enumerate([b'{"publish":[]}', b"[]", b"{", b'{"call":[],"id":{}}', b'{"add-match":7}']):
        channel = f"c{number}"
        await talk(channel)
        wire.send(channel, payload)
        await wire.expect("close", channel, problem="protocol-error")


async def test_signals_in_order_and_only_what_matches(talk: Any, service: Any) -> None:
    c = await talk("c")
    c.send(**{"add-match": {"interface": INTERFACE, "path_namespace": "/obj", "arg0": "yes"}})
    c.send(**{"add-match": {"member": "Other", "path": "/obj"}})
    await c.call("Echo", types="")
    service.emit("Happened", "s", "no")
    service.emit("Happened", "s", "yes")
    service.emit("Happened", "o", "/yes")
    service.emit("Happened", "su", "yes", 1, path="/obj/below")
    service.emit("Happened", "s", "yes", path="/object")
    service.emit("Other", "")
    service.emit("Other", "", path="/obj/below")
    assert await c.next() == {"signal": ["/obj", INTERFACE, "Happened", ["yes"]]}
    assert await c.next() == {"signal": ["/obj/below", INTERFACE, "Happened", ["yes", 1]]}
    assert await c.next() == {"signal": ["/obj", INTERFACE, "Other", []]}
    assert "reply" in await c.call("Echo", types="")


async def test_a_match_counts(talk: Any, service: Any) -> None:
    c = await talk("c")
    for message in ("add-match", "add-match", "remove-match"):
        c.send(**{message: {"member": "Happened"}})
    c.send(**{"remove-match": {"member": "Never added"[:5]}})
    await c.call("Echo", types="")
    service.emit("Happened", "s", "1")
    assert (await c.next())["signal"][3] == ["1"]
    c.send(**{"remove-match": {"member": "Happened"}})
    await c.call("Echo", types="")
    service.emit("Happened", "s", "2")
    assert "reply" in await c.call("Echo", types="")


async def test_the_same_signal_of_two_services(talk: Any, wire: Wire, daemon: Any, service: Any) -> None:
    other = type(service)(daemon.address)
    await other.bus.open()
    await other.own("com.example.B")
    a = await talk("a")
    wire.open("b", "dbus-json3", bus="none", address=daemon.address, name="com.example.B")
    await wire.data("b")
    await wire.expect("ready", "b")
    b = type(a)(wire, "b")
    for each in (a, b):
        each.send(**{"add-match": {"member": "Happened"}})
        await each.call("Echo", types="")
    other.emit("Happened", "s", "of b")
    service.emit("Happened", "s", "of a")
    assert (await a.next())["signal"][3] == ["of a"]
    assert (await b.next())["signal"][3] == ["of b"]
    b.send(**{"add-match": {"member": "Happened", "name": "com.example.A"}})
    await b.call("Echo", types="")
    service.emit("Happened", "s", "also b")
    answer = await b.next()
    assert (answer["signal"][3], answer["name"]) == (["also b"], "com.example.A")
    other.bus.end()


async def test_signals_after_a_change_of_owner(talk: Any, daemon: Any, service: Any) -> None:
    c = await talk("c")
    c.send(**{"add-match": {"member": "Happened"}})
    await c.call("Echo", types="")
    await service.disown("com.example.A")
    assert await c.next() == {"owner": None}
    other = type(service)(daemon.address)
    await other.bus.open()
    await other.own("com.example.A")
    assert await c.next() == {"owner": other.bus.unique_name}
    service.emit("Happened", "s", "of the old one")
    await service.call_daemon("GetId", "", [])
    other.emit("Happened", "s", "of the new one")
    assert (await c.next())["signal"][3] == ["of the new one"]
    other.bus.end()


async def test_signals_come_before_the_reply_that_follows_them(talk: Any) -> None:
    c = await talk("c")
    c.send(**{"add-match": {"member": "Happened"}})
    c.send(call=["/obj", INTERFACE, "Signals", [100]], type="u", id="s")
    assert [(await c.next())["signal"][3] for _ in range(100)] == [[str(i)] for i in range(100)]
    assert (await c.next())["id"] == "s"


async def test_a_match_that_the_bus_refuses(talk: Any, wire: Wire) -> None:
    c = await talk("c")
    c.send(**{"add-match": {"arg0": "x" * 2000}})
    close = await wire.expect("close", "c", problem="protocol-error")
    assert "the bus refused the match" in close["message"]


async def test_the_daemon_dies(talk: Any, wire: Wire, daemon: Any, service: Any) -> None:
    c, d = await talk("c"), await talk("d")
    d.send(**{"add-match": {"member": "Happened"}})
    for i in range(3):
        c.send(call=["/obj", INTERFACE, "Never", []], type="", id=f"{i}")
    while len(service.held) < 3:
        await asyncio.sleep(0.01)
    daemon.kill()
    for i in range(3):
        answer = await c.next()
        assert (answer["id"], answer["error"][0]) == (f"{i}", "org.freedesktop.DBus.Error.Disconnected")
    await wire.expect("close", "c", problem="disconnected")
    await wire.expect("close", "d", problem="disconnected")
    wire.open("e", "dbus-json3", bus="none", address=daemon.address)
    await wire.expect("close", "e", problem="protocol-error")


async def test_a_daemon_that_stands_still_loses_nothing(talk: Any, daemon: Any) -> None:
    c = await talk("c")
    daemon.signal(signal.SIGSTOP)
    for i in range(300):
        c.send(call=["/obj", INTERFACE, "Echo", ["x" * 10_000]], type="s", id=f"{i}")
    await asyncio.sleep(0.05)
    daemon.signal(signal.SIGCONT)
    assert [(await c.next())["id"] for _ in range(300)] == [f"{i}" for i in range(300)]


async def test_a_client_that_does_not_take_its_signals(talk: Any, wire: Wire, daemon: Any, service: Any) -> None:
    fast = await talk("fast")
    wire.open("slow", "dbus-json3", bus="none", address=daemon.address, name="com.example.A", **{"flow-control": True})
    await wire.data("slow")
    await wire.expect("ready", "slow")
    slow = type(fast)(wire, "slow")
    slow.send(**{"add-match": {"member": "Happened"}})
    slow.send(call=["/obj", INTERFACE, "Echo", []], type="", id="ready")
    assert (await slow.next())["id"] == "ready"
    text = "x" * 1000
    for _ in range(3 * 1024 + QUEUE_COUNT_MAX):
        service.emit("Happened", "s", text)
    while await wire_next_command(wire, "slow") != "close":
        pass
    assert "reply" in await fast.call("Echo", 1, types="i")


async def wire_next_command(wire: Wire, channel: str) -> str | None:
    event = await wire.next(channel)
    command = getattr(event, "command", None)
    if command == "close":
        assert event.message["problem"] == "too-slow"  # type: ignore[union-attr]
    return command


async def test_a_channel_that_closes_forgets_its_calls(talk: Any, wire: Wire, service: Any) -> None:
    c, d = await talk("c"), await talk("d")
    c.send(call=["/obj", INTERFACE, "Never", []], type="", id="1")
    while not service.held:
        await asyncio.sleep(0.01)
    wire.control("close", "c")
    await wire.expect("close", "c")
    service.reply(service.held[0])
    assert "reply" in await d.call("Echo", 1, types="i")
