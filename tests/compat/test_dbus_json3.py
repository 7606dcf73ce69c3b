"""`dbus-json3` on a real bus (reference 2.16)."""

import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from compat.driver import Peer
from testbed import leaks

NAME, PATH, INTERFACE = "com.example.Test", "/test", "com.example.Test"
PROPERTIES = "org.freedesktop.DBus.Properties"
CHILD = f"{PATH}/child"
BUS = ("/org/freedesktop/DBus", "org.freedesktop.DBus")


class Bus:
    """A bus of our own, and the service on it."""

    def __init__(self, folder: Path) -> None:
        config = folder / "bus.conf"
        config.write_text(
            f"<busconfig><type>session</type><listen>unix:path={folder}/bus</listen>"
            '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
            '<allow own="*"/></policy></busconfig>'
        )
        argv = ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--print-address"]
        self._daemon = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        leaks.own(self._daemon.pid)
        assert self._daemon.stdout
        self.address = self._daemon.stdout.readline().decode().strip()
        self._daemon.stdout.close()
        self.service: subprocess.Popen[bytes] | None = None

    def start_service(self) -> subprocess.Popen[bytes]:
        """The service, started if it does not run."""
        if self.service is None:
            program = Path(__file__).with_name("dbus_service.py")
            environ = os.environ | {"DBUS_SESSION_BUS_ADDRESS": self.address}
            self.service = subprocess.Popen([sys.executable, "-I", str(program)], env=environ, stdout=subprocess.PIPE)
            leaks.own(self.service.pid)
            assert self.service.stdout
            assert self.service.stdout.readline() == b"up\n"
            self.service.stdout.close()
        return self.service

    def stop_service(self) -> None:
        if self.service is not None:
            _end(self.service)
            self.service = None

    def close(self) -> None:
        self.stop_service()
        _end(self._daemon)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    leaks.disown(process.pid)


@pytest.fixture(scope="module")
def own_bus() -> Iterator[Bus]:
    with tempfile.TemporaryDirectory(prefix="ph-") as name:
        bus = Bus(Path(name))
        bus.start_service()
        yield bus
        bus.close()


@pytest.fixture
def service(own_bus: Bus, environ: dict[str, str]) -> Bus:
    """The bus is the bridge's session bus and system bus."""
    own_bus.start_service()
    environ["DBUS_SESSION_BUS_ADDRESS"] = environ["DBUS_SYSTEM_BUS_ADDRESS"] = own_bus.address
    return own_bus


class Client:
    """A channel to the test's service."""

    def __init__(self, peer: Peer, channel: str = "d", **options: object) -> None:
        self.peer, self._channel = peer, channel
        options = {"bus": "session", "name": NAME} | options
        peer.open(channel, "dbus-json3", **options)
        for _ in range(2 if options["name"] else 1):
            event = peer.next(channel)
            assert event[0] == "ready" or b'"owner"' in event[0], event

    def next(self) -> Any:
        return self.peer.json(self._channel)

    def send(self, **message: object) -> None:
        self.peer.send_json(self._channel, message)

    def call(self, path: str, interface: str, method: str, *arguments: object, **more: object) -> Any:
        """The reply's values of a call that must work, with no other message before it."""
        self.send(call=[path, interface, method, list(arguments)], id="call", **more)
        reply = self.next()
        assert reply.get("id") == "call", reply
        assert "reply" in reply, reply
        return reply["reply"][0]

    def fail(self, path: str, interface: str, method: str, *arguments: object, **more: object) -> list[Any]:
        """The error of a call that cannot work."""
        self.send(call=[path, interface, method, list(arguments)], id="call", **more)
        reply = self.next()
        assert reply.get("id") == "call", reply
        assert "error" in reply, reply
        return reply["error"]


@pytest.fixture
def client(service: object, start: Callable[..., Peer]) -> Client:
    return Client(start())


def test_the_owner_comes_before_ready(service: object, start: Callable[..., Peer]) -> None:
    peer = start()
    peer.open("d", "dbus-json3", bus="session", name=NAME)
    assert peer.json("d")["owner"].startswith(":1.")
    assert peer.expect("ready", "d")["unique-name"].startswith(":1.")


def test_the_system_bus_is_the_default(service: object, start: Callable[..., Peer]) -> None:
    peer = start()
    peer.open("d", "dbus-json3", name=NAME)
    assert {peer.next("d")[0], peer.next("d")[0]} > {"ready"}


def test_a_name_that_is_not_there(service: object, start: Callable[..., Peer]) -> None:
    peer = start()
    peer.open("d", "dbus-json3", bus="session", name="com.example.Missing")
    assert peer.json("d") == {"owner": None}
    peer.refused("d", "not-found")


def test_a_bus_that_is_not_there(peer: Peer) -> None:
    peer.open("d", "dbus-json3", bus="session", name=NAME)
    peer.refused("d", "protocol-error")


def test_a_bus_by_address(service: Bus, start: Callable[..., Peer]) -> None:
    client = Client(start(), bus="none", address=service.address)
    assert client.call(PATH, INTERFACE, "Echo", "x", type="s") == ["x"]


def test_two_addresses(peer: Peer) -> None:
    peer.open("d", "dbus-json3", bus="session", address="unix:path=/x")
    peer.refused("d", "protocol-error", message='only one of "bus" and "address" can be specified')


def test_a_bus_of_no_kind(peer: Peer) -> None:
    peer.open("d", "dbus-json3", bus="tram")
    peer.refused("d", "protocol-error", message='invalid bus "tram"')


def test_a_call(client: Client) -> None:
    assert client.call(PATH, INTERFACE, "Echo", "äöü", type="s") == ["äöü"]


def test_a_call_without_type(client: Client) -> None:
    assert client.call(PATH, INTERFACE, "Sum", [1, 2, 3]) == [6]


def test_a_call_without_name(service: object, start: Callable[..., Peer]) -> None:
    client = Client(start(), name=None)
    assert NAME in client.call(*BUS, "ListNames", name="org.freedesktop.DBus")[0]


def test_a_call_of_nothing(client: Client) -> None:
    error = client.fail(PATH, INTERFACE, "Missing", "x")
    assert error[0] == "org.freedesktop.DBus.Error.UnknownMethod"
    assert "Introspection data for method" in error[1][0]


def test_a_call_of_nothing_with_type(client: Client) -> None:
    assert client.fail(PATH, INTERFACE, "Missing", "x", type="s")[0] == "org.freedesktop.DBus.Error.UnknownMethod"


def test_a_call_that_fails(client: Client) -> None:
    assert client.fail(PATH, INTERFACE, "Fail") == ["com.example.Test.Failed", ["on purpose"]]


def test_a_call_that_times_out(client: Client) -> None:
    error = client.fail(PATH, INTERFACE, "Slow", timeout=200)
    assert error[0] in ("org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.NoReply")


def test_a_call_without_id_has_no_reply(client: Client) -> None:
    client.send(call=[PATH, INTERFACE, "Echo", ["silent"]], type="s")
    assert client.call(PATH, INTERFACE, "Echo", "loud", type="s") == ["loud"]


def test_calls_overtake_slow_ones(client: Client) -> None:
    client.send(call=[PATH, INTERFACE, "Slow", []], id="slow")
    assert client.call(PATH, INTERFACE, "Echo", "x", type="s") == ["x"]


def test_null_arguments(client: Client) -> None:
    client.send(call=[PATH, INTERFACE, "Everything", None], id="null")
    assert client.next()["id"] == "null"


def test_every_type(client: Client) -> None:
    assert client.call(PATH, INTERFACE, "Everything") == [
        1, True, -2, 2, -3, 3, -(1 << 50), 1 << 50, 1.5, "text", "/path", "a{sv}",
        base64.b64encode(b"bytes\0").decode(), ["a", "b"], {"key": {"t": "s", "v": "value"}}, {"7": "seven"},
        ["s", 4, False],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("y", 255), ("b", True), ("n", -32768), ("q", 65535), ("i", -(1 << 31)), ("u", (1 << 32) - 1),
        ("x", -(1 << 53)),
        ("t", 1 << 53), ("d", 0.25), ("s", "ü"), ("o", "/a"), ("g", "as"), ("ay", "AQID"), ("as", ["x", ""]),
        ("ai", []),
        ("a{ss}", {"a": "b"}), ("a{ub}", {"7": True}), ("(si)", ["x", 1]), ("v", {"t": "i", "v": 3}),
        ("aav", [[{"t": "s", "v": "deep"}]]), ("a{sa{sv}}", {"a": {"b": {"t": "ay", "v": "AQID"}}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_values_there_and_back(client: Client, kind: str, value: object) -> None:
    assert client.call(PATH, INTERFACE, "Same", {"t": kind, "v": value}, type="v") == [{"t": kind, "v": value}]


@pytest.mark.parametrize(
    "arguments", [[5], ["x", "y"], [], [None], [["x"]], [{"t": "s", "v": "x"}]], ids=lambda value: str(len(value))
)
def test_arguments_of_another_type(client: Client, arguments: list[object]) -> None:
    client.send(call=[PATH, INTERFACE, "Echo", arguments], id="wrong", type="s")
    reply = client.next()
    assert reply["id"] == "wrong"
    assert "error" in reply
    assert client.call(PATH, INTERFACE, "Echo", "x", type="s") == ["x"]


@pytest.mark.parametrize(
    "call", ["text", [], [PATH, INTERFACE], [PATH, INTERFACE, "Echo"], [1, 2, 3, []],
             ["no path", INTERFACE, "Echo", ["x"]]],
    ids=["text", "empty", "two", "three", "numbers", "path"],
)  # fmt: skip
def test_calls_that_are_wrong(client: Client, call: object) -> None:
    client.send(call=call, id="wrong")
    reply = client.next()
    assert (reply["id"], "error" in reply) == ("wrong", True)
    assert client.call(PATH, INTERFACE, "Echo", "x", type="s") == ["x"]


def test_signals(client: Client) -> None:
    client.send(**{"add-match": {"path": PATH, "interface": INTERFACE, "member": "Happened"}})
    client.send(call=[PATH, INTERFACE, "Emit", ["now"]], type="s")
    assert client.next()["signal"] == [PATH, INTERFACE, "Happened", ["now"]]


def test_signals_come_before_the_reply(client: Client) -> None:
    client.send(**{"add-match": {"path": PATH, "interface": INTERFACE}})
    client.send(call=[PATH, INTERFACE, "Emit", ["now"]], type="s", id="emit")
    first, second = client.next(), client.next()
    assert ("signal" in first, second.get("id")) == (True, "emit")


def test_signals_that_were_not_asked_for(client: Client) -> None:
    client.send(**{"add-match": {"path": "/other"}})
    client.call(PATH, INTERFACE, "Emit", "unheard", type="s")
    assert client.call(PATH, INTERFACE, "Echo", "x", type="s") == ["x"]


def test_signals_below_a_path(client: Client) -> None:
    client.send(**{"add-match": {"path_namespace": PATH, "member": "Happened"}})
    client.send(call=[CHILD, INTERFACE, "Emit", ["now"]], type="s")
    assert client.next()["signal"][0] == CHILD


def test_signals_with_an_argument(client: Client) -> None:
    client.send(**{"add-match": {"path": PATH, "member": "Happened", "arg0": "right"}})
    client.send(call=[PATH, INTERFACE, "Emit", ["wrong"]], type="s")
    client.send(call=[PATH, INTERFACE, "Emit", ["right"]], type="s")
    assert client.next()["signal"][3] == ["right"]


def test_signals_no_longer_wanted(client: Client) -> None:
    match = {"path": PATH, "interface": INTERFACE, "member": "Happened"}
    client.send(**{"add-match": match})
    client.send(**{"remove-match": match})
    client.call(PATH, INTERFACE, "Emit", "unheard", type="s")
    assert client.call(PATH, INTERFACE, "Echo", "x", type="s") == ["x"]


def test_a_watch(client: Client) -> None:
    client.send(watch={"path": PATH, "interface": INTERFACE}, id="watch")
    meta = client.next()["meta"][INTERFACE]
    assert meta["methods"]["Sum"] == {"in": ["ai"], "out": ["x"]}
    assert meta["properties"] == {"Color": {"flags": "rw", "type": "s"}, "Size": {"flags": "r", "type": "u"}}
    assert meta["signals"]["Happened"]["in"] == ["s"]
    assert client.next()["notify"] == {PATH: {INTERFACE: {"Color": "red", "Size": 5}}}
    assert client.next() == {"reply": [], "id": "watch"}


def test_a_watch_tells_what_changes(client: Client) -> None:
    client.send(watch={"path": CHILD, "interface": INTERFACE}, id="watch")
    while client.next().get("id") != "watch":
        pass
    client.send(call=[CHILD, INTERFACE, "Paint", ["blue"]], type="s", id="paint")
    assert client.next()["notify"] == {CHILD: {INTERFACE: {"Color": "blue"}}}
    assert client.next()["id"] == "paint"


def test_a_watch_of_everything_at_a_path(client: Client) -> None:
    client.send(watch={"path": PATH}, id="watch")
    told: dict[str, Any] = {}
    while (message := client.next()).get("id") != "watch":
        told |= message.get("notify", {}).get(PATH, {})
    assert told[INTERFACE] == {"Color": "red", "Size": 5}


def test_a_watch_of_a_path_that_is_not_there(client: Client) -> None:
    client.send(watch={"path": "/missing", "interface": INTERFACE}, id="watch")
    while client.next().get("id") != "watch":
        pass


def test_an_unwatch(client: Client) -> None:
    client.send(watch={"path": CHILD, "interface": INTERFACE}, id="watch")
    while client.next().get("id") != "watch":
        pass
    client.send(unwatch={"path": CHILD, "interface": INTERFACE})
    client.call(CHILD, INTERFACE, "Paint", "blue", type="s")
    assert client.call(CHILD, INTERFACE, "Echo", "x", type="s") == ["x"]


def test_a_property_is_set(client: Client) -> None:
    client.call(CHILD, PROPERTIES, "Set", INTERFACE, "Color", {"t": "s", "v": "green"}, type="ssv")
    assert client.call(CHILD, PROPERTIES, "Get", INTERFACE, "Color", type="ss") == [{"t": "s", "v": "green"}]


def test_introspection_from_the_client(client: Client) -> None:
    client.send(meta={"com.example.Other": {"methods": {"Method": {"in": ["s"], "out": []}}}})
    # The service does not know it, but was asked: the call's type came from here.
    error = client.fail(PATH, "com.example.Other", "Method", "x")
    assert error[0].startswith("org.freedesktop.DBus.Error.Unknown")
    assert "Introspection data" not in error[1][0]


def test_the_owner_goes(client: Client, service: Bus) -> None:
    service.stop_service()
    while (message := client.next()).get("owner", 0) is not None:
        pass
    assert message == {"owner": None}


def test_forty_channels_at_once(service: object, start: Callable[..., Peer]) -> None:
    peer = start()
    for number in range(41):
        peer.open(f"d{number}", "dbus-json3", bus="session", name=NAME)
    for number in range(41):
        assert {peer.next(f"d{number}")[0], peer.next(f"d{number}")[0]} > {"ready"}
        peer.send_json(f"d{number}", {"call": [PATH, INTERFACE, "Echo", [str(number)]], "type": "s", "id": "x"})
    for number in range(41):
        assert peer.json(f"d{number}")["reply"] == [[str(number)]]


def test_a_descriptor_is_a_stream_that_opens_once(client: Client) -> None:
    (stream,) = client.call("/test", "com.example.Test", "Pipe")
    for channel, expected, problems in (("first", b"from a pipe", False), ("second", b"", True)):
        client.peer.control("open", channel=channel, binary="raw", **stream)
        data, close = client.peer.until("close", channel)
        assert (data, "problem" in close) == (expected, problems)


def test_a_socket_is_a_stream_both_ways(client: Client) -> None:
    (found,) = client.call("/test", "com.example.Test", "Mirror")
    client.peer.control("open", channel="s", binary="raw", **found["socket"]["v"])
    client.peer.send("s", b"there and back")
    client.peer.done("s")
    data, close = client.peer.until("close", "s")
    assert (data, close.get("problem")) == (b"there and back", None)


def test_a_signal_of_our_own(client: Client) -> None:
    client.send(**{"add-match": {"path": "/mine"}})
    other = ["/mine", "com.example.Mine", "Emitted", ["x"]]
    client.send(signal=other, type="s")
    assert client.call(PATH, INTERFACE, "Echo", "x", type="s") == ["x"]


def test_an_object_of_our_own(service: object, start: Callable[..., Peer]) -> None:
    client = Client(start(), name=None)
    client.send(meta={"com.example.Mine": {"methods": {"Twice": {"in": ["s"], "out": ["s"]}}}})
    client.send(publish=["/mine", "com.example.Mine"], id="publish")
    answer = client.next()
    assert (answer["id"], "reply" in answer) == ("publish", True)
