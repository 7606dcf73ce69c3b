"""Opening and closing `dbus-json3` channels (reference 2.16); what is said on them is in dbus/test_client.py."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from dbus_fast import Message
from dbus_fast.aio import MessageBus

from bridge.testing import Wire, open_wire

DAEMON = "org.freedesktop.DBus"


@pytest.fixture
def bus() -> Iterator[str]:
    """The address of a private bus."""
    program = shutil.which("dbus-daemon")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no dbus-daemon")
    argv = [str(program), "--session", "--nofork", "--nopidfile", "--print-address"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as daemon:
        assert daemon.stdout
        yield daemon.stdout.readline().decode().strip()
        daemon.kill()


def call(member: str, *arguments: Any, cookie: str = "1") -> bytes:
    return json.dumps({"call": ["/org/freedesktop/DBus", DAEMON, member, arguments], "id": cookie}).encode()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"address": "unix:path=/x"}, 'only one of "bus" and "address" can be specified'),
        ({"bus": "session", "address": "unix:path=/x"}, 'only one of "bus" and "address" can be specified'),
        ({"bus": "x"}, 'invalid bus "x"'),
        ({"bus": "none"}, "attribute 'address' required"),
        ({"bus": 7}, "attribute 'bus': must have type str"),
        ({"name": "x"}, "attribute 'name': not a bus name: 'x'"),
    ],
)
async def test_options_that_are_wrong(wire: Wire, options: dict[str, Any], message: str) -> None:
    wire.open("c", "dbus-json3", **options)
    await wire.expect("close", "c", problem="protocol-error", message=message)


async def test_no_bus_at_all() -> None:
    environ = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus", "XDG_RUNTIME_DIR": "/nonexistent"}
    environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
    async with open_wire(environ) as wire:
        for bus in ("system", "session"):
            wire.open(bus, "dbus-json3", bus=bus)
            close = await wire.expect("close", bus, problem="protocol-error")
            assert close["message"].startswith(f"failed to connect to {bus} bus: ")


async def test_a_name(wire: Wire, bus: str) -> None:
    wire.open("c", "dbus-json3", bus="none", address=bus, name=DAEMON)
    assert await wire.data("c") == b'{"owner":"org.freedesktop.DBus"}'
    name = (await wire.expect("ready", "c"))["unique-name"]
    wire.send("c", call("GetNameOwner", name))
    assert json.loads(await wire.data("c")) == {"reply": [[name]], "id": "1"}
    wire.control("done", "c")
    await wire.expect("done", "c")
    assert "problem" not in await wire.expect("close", "c")


async def test_a_name_that_nobody_has(wire: Wire, bus: str) -> None:
    wire.open("c", "dbus-json3", bus="none", address=bus, name="com.example.Nobody")
    assert await wire.data("c") == b'{"owner":null}'
    await wire.expect("close", "c", problem="not-found")


async def test_the_system_bus_is_the_default(bus: str) -> None:
    async with open_wire({**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus}) as wire:
        wire.open("c", "dbus-json3")
        await wire.expect("ready", "c")


async def test_many_channels_share_one_connection(wire: Wire, bus: str) -> None:
    channels = [f"c{i}" for i in range(41)]
    for channel in channels:
        wire.open(channel, "dbus-json3", bus="none", address=bus, name=DAEMON)
        wire.send(channel, call("ListNames"))
    names = set()
    for channel in channels:
        await wire.data(channel)
        names.add((await wire.expect("ready", channel))["unique-name"])
        assert json.loads(await wire.data(channel))["reply"] == [[[DAEMON, *names]]]
    assert len(names) == 1
    for channel in channels[1:]:
        wire.control("close", channel)
        await wire.expect("close", channel)
    wire.send("c0", call("ListNames"))
    assert json.loads(await wire.data("c0"))["reply"] == [[[DAEMON, *names]]]


async def test_the_internal_bus(wire: Wire) -> None:
    wire.open("c", "dbus-json3", bus="internal")
    await wire.expect("ready", "c")
    wire.send("c", b'{"call":["/user","org.freedesktop.DBus.Properties","GetAll",["cockpit.User"]],"id":"1"}')
    reply = json.loads(await wire.data("c"))
    assert reply["reply"][0][0]["Id"] == {"t": "x", "v": os.getuid()}
    wire.control("done", "c")
    await wire.expect("done", "c")
    assert "problem" not in await wire.expect("close", "c")


async def test_confirmations(wire: Wire, bus: str) -> None:
    wire.open("c", "dbus-json3", bus="none", address=bus, name=DAEMON, **{"send-acks": "bytes"})
    await wire.data("c")
    await wire.expect("ready", "c")
    request = call("GetId")
    wire.send("c", request)
    await wire.expect("ack", "c", bytes=len(request))
    assert b"reply" in await wire.data("c")


async def test_a_channel_that_is_closed_while_it_opens(wire: Wire, bus: str) -> None:
    wire.open("c", "dbus-json3", bus="none", address=bus, name=DAEMON)
    wire.control("close", "c")
    await wire.expect("close", "c")
    wire.open("d", "dbus-json3", bus="none", address=bus)
    await wire.expect("ready", "d")


def test_the_library_is_imported_at_first_use_only() -> None:
    script = "import sys, bridge.channels.dbus_json3; sys.exit('dbus_fast' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


async def received(wire: Wire, bus: str, fd: int) -> dict[str, Any]:
    """What the channel `c`, which is opened here, says of the descriptor `fd` that came with a signal."""
    wire.open("c", "dbus-json3", bus="none", address=bus)
    await wire.expect("ready", "c")
    wire.send("c", b'{"add-match": {"path": "/take"}}')
    wire.send("c", call("GetId").replace(b"{", b'{"name": "org.freedesktop.DBus",', 1))
    await wire.data("c")
    other = await MessageBus(bus_address=bus, negotiate_unix_fd=True).connect()
    await other.send(Message.new_signal("/take", "com.example.X", "Take", "h", [0], unix_fds=[fd]))
    os.close(fd)
    stream = json.loads(await wire.data("c"))["signal"][3][0]
    other.disconnect()
    await other.wait_for_disconnect()
    assert stream["payload"] == "stream"
    return stream  # type: ignore[no-any-return]


async def test_a_descriptor_that_nobody_opens_ends_with_its_channel(wire: Wire, bus: str) -> None:
    reader, writer = os.pipe()
    stream = await received(wire, bus, writer)
    wire.control("close", "c")
    await wire.expect("close", "c")
    assert os.read(reader, 1) == b""
    os.close(reader)
    wire.control("open", "s", **stream)
    await wire.expect("close", "s", problem="not-found")


async def test_a_descriptor_that_can_only_be_written(wire: Wire, bus: str) -> None:
    reader, writer = os.pipe()
    wire.control("open", "s", **await received(wire, bus, writer))
    await wire.expect("ready", "s")
    wire.send("s", b"hello")
    wire.control("done", "s")
    await wire.expect("done", "s")
    assert "problem" not in await wire.expect("close", "s")
    assert os.read(reader, 10) == b"hello"
    assert os.read(reader, 10) == b""
    os.close(reader)


async def test_an_opened_descriptor_outlives_the_channel_it_came_by(wire: Wire, bus: str) -> None:
    reader, writer = os.pipe()
    wire.control("open", "s", **await received(wire, bus, reader))
    await wire.expect("ready", "s")
    wire.control("close", "c")
    await wire.expect("close", "c")
    os.write(writer, b"still here")
    assert await wire.data("s") == b"still here"
    os.close(writer)
    await wire.expect("done", "s")
    await wire.expect("close", "s")
