"""The superuser bridge, as a client sees it (reference 3.4, 7.6 to 7.8, 7.10).

The bridge under test believes that it is not root's; its way to root's rights is a program that asks for a password as
sudo does, and then is a bridge.
"""

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from bridge.protocol import JsonObject, encode_json
from bridge.testing import Wire, open_wire

PSEUDO = f"""#!{sys.executable} -I
import os, socket, subprocess, sys, time
mode = sys.argv[1]
if mode == "silent":
    time.sleep(1000)
if mode == "fleeting":
    os.write(1, b'34\\n\\n{{"command": "init", "version": 1}}')
    sys.exit()
if mode == "dies":
    sys.exit("pseudo says: no way")
if mode == "old":
    os.write(1, b'28\\n\\n{{"command": "send-stderr"}} ')
    data, fds, _, _ = socket.recv_fds(socket.socket(fileno=os.dup(0)), 1, 1)
    assert data == b"\\0" and len(fds) == 1
for attempt in range(0 if mode in ("free", "old") else 3):
    asked = subprocess.run([os.environ["SUDO_ASKPASS"], "can haz pw?"], stdout=subprocess.PIPE)
    if asked.returncode:
        sys.exit("pseudo says: a password is required")
    if asked.stdout == b"p4ssw0rd\\n":
        break
    print("pseudo says: Bad password", file=sys.stderr, flush=True)
    if mode == "once" or attempt == 2:
        sys.exit(1)
os.environ["PSEUDO"] = "yes"
os.execv({sys.executable!r}, [{sys.executable!r}, "-I", "-m", "bridge", "--privileged"])
"""


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment in which packages name the program, in all its ways."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program = tmp_path / "pseudo"
    program.write_text(PSEUDO)
    program.chmod(0o700)
    folder = tmp_path / "plugins/pseudo"
    folder.mkdir(parents=True)
    names = ("free", "sudo", "once", "dies", "silent", "old", "fleeting")
    bridges = [{"privileged": True, "label": name, "spawn": [str(program), name]} for name in names]
    (folder / "manifest.json").write_text(json.dumps({"version": 1, "bridges": bridges}))
    return {**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins"), "XDG_RUNTIME_DIR": str(tmp_path)}


class Talker:
    """The channel by which a client steers the superuser bridge."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    async def open(self) -> str:
        """Watch; the value of `Current`."""
        self.wire.open("internal", "dbus-json3", bus="internal")
        await self.wire.expect("ready", "internal")
        self.send({"add-match": {"path": "/superuser", "member": "Prompt"}})
        self.send({"watch": {"path": "/superuser"}, "id": "w"})
        assert "meta" in await self.next()
        current = (await self.next())["notify"]["/superuser"]["cockpit.Superuser"]["Current"]
        assert await self.next() == {"reply": [], "id": "w"}
        assert type(current) is str
        return current

    def send(self, message: JsonObject) -> None:
        self.wire.send("internal", encode_json(message))

    def call(self, member: str, *arguments: str) -> None:
        self.send({"call": ["/superuser", "cockpit.Superuser", member, list(arguments)], "id": member})

    async def next(self) -> JsonObject:
        message = json.loads(await self.wire.data("internal"))
        assert type(message) is dict
        return message

    async def current(self) -> str:
        """The new value of `Current`, of which the next message must tell."""
        values = (await self.next())["notify"]["/superuser"]["cockpit.Superuser"]
        assert list(values) == ["Current"]
        return str(values["Current"])

    async def prompt(self) -> list[Any]:
        """The arguments of the signal `Prompt`, which must be next."""
        signal = (await self.next())["signal"]
        assert signal[:3] == ["/superuser", "cockpit.Superuser", "Prompt"]
        return list(signal[3])

    async def start(self, name: str) -> None:
        """Start one that needs no password."""
        self.call("Start", name)
        assert [await self.current(), await self.current()] == ["init", name]
        assert await self.next() == {"reply": [[]], "id": "Start"}


async def pid_of(wire: Wire, channel: str, **options: Any) -> int:
    """The process that answers a new channel."""
    wire.open(channel, "dbus-json3", bus="internal", **options)
    await wire.expect("ready", channel)
    call = ["/bridge", "org.freedesktop.DBus.Properties", "Get", ["cockpit.Process", "Pid"]]
    wire.send(channel, encode_json({"call": call, "id": "1"}))
    return int(json.loads(await wire.data(channel))["reply"][0][0]["v"])


async def test_start_and_stop(environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        wire.open("c", "echo", superuser="require")
        await wire.expect("close", "c", problem="access-denied")
        client = Talker(wire)
        assert await client.open() == "none"
        await client.start("free")
        root = await pid_of(wire, "root", superuser="require")
        assert root != os.getpid()
        assert await pid_of(wire, "root-too", superuser="try") == root
        assert await pid_of(wire, "user") == os.getpid()
        client.call("Start", "free")
        assert (await client.next())["error"] == ["cockpit.Superuser.Error", ["Superuser bridge already running"]]
        client.call("Stop")
        assert await client.current() == "none"
        assert await client.next() == {"reply": [[]], "id": "Stop"}
        await wire.expect("close", "root", problem="terminated")
        await wire.expect("close", "root-too", problem="terminated")
        assert await pid_of(wire, "tries", superuser="try") == os.getpid()
        await client.start("free")


async def test_one_that_ends_at_once_leaves_nothing_behind(environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        client.call("Start", "fleeting")
        told = [await client.next()]
        while told[-1].get("id") != "Start":
            told.append(await client.next())
        notified = [each["notify"]["/superuser"]["cockpit.Superuser"] for each in told if "notify" in each]
        if notified[-1] != {"Current": "none"}:
            assert await client.current() == "none"
        await client.start("free")


async def test_one_of_an_older_cockpit_gets_the_stderr_it_waits_for(environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        await client.start("old")


async def test_which_there_are(environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        get = ["/superuser", "org.freedesktop.DBus.Properties", "GetAll", ["cockpit.Superuser"]]
        client.send({"call": get, "id": "1"})
        values = (await client.next())["reply"][0][0]
        assert values["Bridges"]["v"] == ["free", "sudo", "once", "dies", "silent", "old", "fleeting"]
        assert values["Methods"]["v"]["sudo"] == {"t": "a{sv}", "v": {"label": {"t": "s", "v": "sudo"}}}
        client.call("Start", "bzzt")
        assert (await client.next())["error"] == ["cockpit.Superuser.Error", ['Unknown superuser bridge type "bzzt"']]


async def test_a_password(environ: dict[str, str], tmp_path: Path) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        client.call("Start", "sudo")
        assert await client.current() == "init"
        assert await client.prompt() == ["", "can haz pw?", "", False, ""]
        (folder,) = tmp_path.glob("pilothouse-*")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        client.call("Answer", "wr0ng")
        assert await client.next() == {"reply": [[]], "id": "Answer"}
        assert await client.prompt() == ["", "can haz pw?", "", False, "pseudo says: Bad password"]
        client.call("Answer", "p4ssw0rd")
        assert await client.next() == {"reply": [[]], "id": "Answer"}
        assert await client.current() == "sudo"
        assert await client.next() == {"reply": [[]], "id": "Start"}
        assert list(tmp_path.glob("pilothouse-*")) == []


@pytest.mark.parametrize(
    ("name", "answer", "error"),
    [
        ("once", "wr0ng", "pseudo says: Bad password"),
        ("once", "", "pseudo says: a password is required"),
        ("dies", None, "pseudo says: no way"),
    ],
)
async def test_a_start_that_fails(environ: dict[str, str], name: str, answer: str | None, error: str) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        client.call("Start", name)
        assert await client.current() == "init"
        if answer is not None:
            await client.prompt()
            client.call("Answer", answer)
            await client.next()
        assert await client.current() == "none"
        assert (await client.next())["error"] == ["cockpit.Superuser.Error", [error]]
        await client.start("free")


@pytest.mark.parametrize("name", ["sudo", "silent"])
async def test_stopping_a_start(environ: dict[str, str], name: str) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        client.call("Start", name)
        assert await client.current() == "init"
        if name == "sudo":
            await client.prompt()
        client.call("Stop")
        assert await client.next() == {"reply": [[]], "id": "Stop"}
        assert await client.current() == "none"
        answer = (await client.next())["error"]
        assert answer == ["cockpit.Superuser.Error.Cancelled", ["Operation aborted"]]


async def test_a_client_that_goes_away_during_a_question(environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        client.call("Start", "sudo")
        await client.current()
        await client.prompt()
        wire.control("close", "internal")
        await wire.expect("close", "internal")
        again = Talker(wire)
        assert await again.open() == "none"
        await again.start("free")


async def test_one_that_is_killed(environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        await client.start("free")
        os.kill(await pid_of(wire, "root", superuser=True), 9)
        await wire.expect("close", "root", problem="terminated")
        assert await client.current() == "none"
        wire.open("c", "echo", superuser="require")
        await wire.expect("close", "c", problem="access-denied")


async def test_what_is_sent_while_it_starts_arrives_in_order(environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        client.call("Start", "sudo")
        assert await client.current() == "init"
        wire.open("c", "echo", superuser="require")
        for number in range(100):
            wire.send("c", b"%d" % number)
        wire.control("done", "c")
        wire.open("gone", "echo", superuser="require")
        wire.control("close", "gone")
        await wire.expect("close", "gone")
        await client.prompt()
        assert wire.is_quiet("c")
        client.call("Answer", "p4ssw0rd")
        await wire.expect("ready", "c")
        assert [await wire.data("c") for _ in range(100)] == [b"%d" % number for number in range(100)]
        await wire.expect("done", "c")
        assert "problem" not in await wire.expect("close", "c")


async def test_when_it_does_not_start_those_who_try_do_without(environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        client.call("Start", "once")
        await client.current()
        wire.open("tries", "echo", superuser="try")
        wire.send("tries", b"hello")
        wire.open("requires", "echo", superuser="require")
        await client.prompt()
        client.call("Answer", "wr0ng")
        await wire.expect("close", "requires", problem="access-denied")
        await wire.expect("ready", "tries")
        assert await wire.data("tries") == b"hello"


async def test_from_the_start_of_the_session(environ: dict[str, str]) -> None:
    async with open_wire(environ, superuser={"id": "free"}) as wire:
        wire.open("c", "echo", superuser="require")
        await wire.expect("superuser-init-done")
        await wire.expect("ready", "c")
        assert await Talker(wire).open() == "free"


async def test_a_gateway_that_wants_to_is_told_of_each_change(environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        wire.control("init", version=1, host="localhost", **{"superuser-reports": True})
        client = Talker(wire)
        assert await client.open() == "none"
        client.call("Start", "free")
        assert (await wire.expect("superuser-changed"))["current"] == "free"
        client.call("Stop")
        assert (await wire.expect("superuser-changed"))["current"] == "none"


@pytest.mark.parametrize(
    ("name", "response", "current"),
    [("sudo", "p4ssw0rd", "sudo"), ("sudo", "wr0ng", "none"), ("sudo", "", "none"), ("sudo", None, "none")],
)
async def test_the_password_of_the_login(
    environ: dict[str, str], name: str, response: str | None, current: str
) -> None:
    async with open_wire(environ, superuser={"id": name}) as wire:
        authorize = await wire.expect("authorize")
        kind, _, user = authorize["challenge"].partition(":")
        assert (kind, bytes.fromhex(user)) == ("plain1", b"root")
        wire.control("authorize", cookie="another", response="p4ssw0rd")
        wire.control("authorize", cookie=authorize["cookie"], response=response)
        # It is asked for once, whether it was right or not.
        await wire.expect("superuser-init-done")
        assert await Talker(wire).open() == current


@pytest.mark.parametrize("wanted", [{"id": "dies"}, {"id": "bzzt"}, {"id": 7}, {}, True, "x"])
async def test_a_session_whose_superuser_bridge_cannot_be(environ: dict[str, str], wanted: object) -> None:
    async with open_wire(environ, superuser=wanted) as wire:
        await wire.expect("superuser-init-done")
        assert await Talker(wire).open() == "none"


@pytest.mark.parametrize("mode", ["sudo", "silent"])
async def test_the_end_of_the_bridge_ends_a_start(environ: dict[str, str], mode: str) -> None:
    async with open_wire(environ, superuser={"id": mode}) as wire:
        if mode == "sudo":
            await wire.expect("authorize")


async def test_root_needs_none() -> None:
    async with open_wire(superuser={"id": "any"}, privileged=True) as wire:
        await wire.expect("superuser-init-done")
        assert await Talker(wire).open() == "root"
        assert await pid_of(wire, "c", superuser="require") == os.getpid()


async def test_one_that_no_manifest_names_any_more_ends(environ: dict[str, str], tmp_path: Path) -> None:
    async with open_wire(environ) as wire:
        client = Talker(wire)
        await client.open()
        await client.start("free")
        (tmp_path / "plugins/pseudo/manifest.json").write_text('{"version": 1}')
        client.send({"call": ["/packages", "cockpit.Packages", "Reload", []], "id": "r"})
        told = [await client.next() for _ in range(3)]
        assert {"reply": [[]], "id": "r"} in told
        changes = [each["notify"]["/superuser"]["cockpit.Superuser"] for each in told if "notify" in each]
        assert changes == [{"Bridges": [], "Methods": {}}, {"Current": "none"}]
