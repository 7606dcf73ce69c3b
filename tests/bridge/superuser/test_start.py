"""Starting the superuser bridge with a real sudo, as a real user whom only a private view of this machine knows."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from testbed.namespace import Namespace

from bridge.protocol import JsonObject, encode_json
from bridge.stdio import FrameStream
from bridge.testing import Wire

NEEDED = ("sudo", "unshare", "nsenter", "setpriv", "openssl")
USER, UID, PASSWORD = "console-user", 64321, "s3cret"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Namespace]:
    """A view of this machine that has one more user, who may become root with a password."""
    missing = [program for program in NEEDED if not shutil.which(program)]
    if missing or os.geteuid() != 0:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs root and {missing}")
    hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True).stdout
    namespace = Namespace()
    try:
        for name, mode, text in (
            ("passwd", 0o644, Path("/etc/passwd").read_text() + f"{USER}:x:{UID}:{UID}::/tmp:/bin/sh\n"),
            ("group", 0o644, Path("/etc/group").read_text() + f"{USER}:x:{UID}:\n"),
            ("shadow", 0o640, f"root:*:19000:::::\n{USER}:{hashed.strip()}:19000:0:99999:7:::\n"),
            ("sudoers", 0o440, f"Defaults env_reset, use_pty, lecture=always\n{USER} ALL=(ALL:ALL) ALL\n"),
        ):
            file = tmp_path / name
            file.write_text(text)
            file.chmod(mode)
            namespace.mount("--bind", file, f"/etc/{name}")
        _open_the_way_to_the_interpreter(namespace, tmp_path)
        yield namespace
    finally:
        namespace.close()


def _open_the_way_to_the_interpreter(namespace: Namespace, folder: Path) -> None:
    """Let the user run our interpreter, where that lies in root's home."""
    installation = Path(sys.base_prefix).resolve()
    if installation.is_relative_to("/root"):
        first = installation.relative_to("/root").parts[0]
        home = folder / "root"
        (home / first).mkdir(parents=True)
        namespace.mount("--rbind", f"/root/{first}", home / first)
        namespace.mount("--rbind", home, "/root")


@pytest.fixture
async def wire(machine: Namespace) -> AsyncIterator[Wire]:
    """A bridge of that user."""
    ours, theirs = socket.socketpair()
    user = ["setpriv", "--reuid", str(UID), "--regid", str(UID), "--clear-groups", "--"]
    environ = {"PATH": os.environ["PATH"], "HOME": "/tmp", "LANG": "C.UTF-8"}
    command = machine.enter([*user, sys.executable, "-I", "-m", "bridge"])
    process = await asyncio.create_subprocess_exec(*command, stdin=theirs, stdout=theirs, env=environ)
    theirs.close()
    wires: list[Wire] = []
    stream = FrameStream(ours.fileno(), ours.fileno(), received=lambda m: wires[0].arrived(m), ended=lambda _: None)
    wires.append(Wire(stream))
    stream.start()
    await wires[0].expect("init")
    yield wires[0]
    await stream.close()
    ours.close()
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def call(wire: Wire, member: str, *arguments: str) -> None:
    message = {"call": ["/superuser", "cockpit.Superuser", member, list(arguments)], "type": "s" * len(arguments)}
    wire.send("internal", encode_json({**message, "id": member}))


async def told(wire: Wire, wanted: Callable[[JsonObject], Any]) -> Any:
    """What `wanted` finds in the next message in which it finds anything."""
    while True:
        message = json.loads(await wire.data("internal"))
        with contextlib.suppress(KeyError):
            return wanted(message)


async def begin(wire: Wire) -> None:
    wire.control("init", version=1, host="localhost", superuser=False)
    wire.open("internal", "dbus-json3", bus="internal")
    await wire.expect("ready", "internal")
    wire.send("internal", encode_json({"add-match": {"path": "/superuser"}}))
    await call(wire, "Start", "any")


async def uid_of(wire: Wire, channel: str, **options: Any) -> int:
    wire.open(channel, "dbus-json3", bus="internal", **options)
    await wire.expect("ready", channel)
    get = ["/bridge", "org.freedesktop.DBus.Properties", "Get", ["cockpit.Process", "Uid"]]
    wire.send(channel, encode_json({"call": get, "id": "1"}))
    return int(json.loads(await wire.data(channel))["reply"][0][0]["v"])


async def test_a_right_password_after_a_wrong_one(wire: Wire) -> None:
    await begin(wire)
    prompt = await told(wire, lambda message: message["signal"][3] if message["signal"][2] == "Prompt" else {}["no"])
    assert USER in prompt[1]
    await call(wire, "Answer", "wrong")
    prompt = await told(wire, lambda message: message["signal"][3] if message["signal"][2] == "Prompt" else {}["no"])
    assert "Sorry, try again." in prompt[4]
    await call(wire, "Answer", PASSWORD)
    assert await told(wire, lambda message: message["reply"] if message["id"] == "Start" else {}["no"]) == [[]]
    assert await uid_of(wire, "root", superuser="require") == 0
    assert await uid_of(wire, "user") == UID
    await call(wire, "Stop")
    await wire.expect("close", "root", problem="terminated")


async def test_cancelling(wire: Wire) -> None:
    await begin(wire)
    await told(wire, lambda message: message["signal"][3] if message["signal"][2] == "Prompt" else {}["no"])
    await call(wire, "Answer", "")
    started = time.monotonic()
    error = await told(wire, lambda message: message["error"])
    assert error[0] == "cockpit.Superuser.Error"
    assert "no password was provided" in error[1][0]
    assert time.monotonic() - started < 2


async def test_the_password_of_the_login(wire: Wire) -> None:
    wire.control("init", version=1, host="localhost", superuser={"id": "any"})
    wire.open("c", "dbus-json3", bus="internal", superuser="require")
    authorize = await wire.expect("authorize")
    assert bytes.fromhex(authorize["challenge"].removeprefix("plain1:")) == USER.encode()
    wire.control("authorize", cookie=authorize["cookie"], response=PASSWORD)
    await wire.expect("superuser-init-done")
    await wire.expect("ready", "c")
