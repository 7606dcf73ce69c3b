"""The whole process: init, ends, signals."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from bridge.bridge import Bridge
from bridge.os_release import os_release
from bridge.plugins import BUILT_IN_CHANNELS
from bridge.protocol import Control, Deframer, decode, encode_control, frame

COMMAND = [sys.executable, "-I", "-m", "bridge"]


async def start() -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    await process.stdout.readuntil(b"\n")  # type: ignore[union-attr]
    return process


def control(**members: object) -> bytes:
    return frame(encode_control(members))


INIT = control(command="init", version=1, host="localhost", superuser=False)


async def test_init_comes_first_and_names_the_packages(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one/manifest.json").write_text('{"version": 1}')
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"PILOTHOUSE_PLUGIN_PATH": str(tmp_path)},
    )
    output, _ = await process.communicate(b"")
    (message,) = Deframer().feed(output)
    event = decode(message)
    assert isinstance(event, Control)
    assert event.message == {
        "command": "init",
        "version": 1,
        "capabilities": {"explicit-superuser": True},
        "packages": {"one": None},
        "os-release": os_release(),
    }
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("sent", "status", "problem"),
    [
        (b"garbage\n", 1, "protocol-error"),
        (b"10\nabc", 1, "disconnected"),
        (b"999999999\n", 1, "protocol-error"),
        (control(command="init", version=2), 1, "not-supported"),
    ],
)
async def test_a_lost_connection_ends_it_with_a_reason(sent: bytes, status: int, problem: str) -> None:
    process = await start()
    output, errors = await asyncio.wait_for(process.communicate(sent), 5)
    assert process.returncode == status
    assert problem.encode() in output
    assert b"Traceback" not in errors


@pytest.mark.parametrize("way", ["eof", "term", "hup"])
async def test_its_end_ends_its_children_within_five_seconds(way: str, tmp_path: Path) -> None:
    process = await start()
    assert process.stdin
    assert process.stdout
    script = f"trap '' TERM; echo $$ >> {tmp_path}/pids; sleep 1000 & echo $! >> {tmp_path}/pids; wait; wait"
    process.stdin.write(INIT + control(command="open", channel="c", payload="stream", spawn=["sh", "-c", script]))
    pids: list[int] = []
    while len(pids) < 2:
        await asyncio.sleep(0.02)
        file = tmp_path / "pids"
        pids = [int(line) for line in file.read_text().split()] if file.exists() else []
    started = time.monotonic()
    if way == "eof":
        process.stdin.close()
    else:
        process.send_signal(signal.SIGTERM if way == "term" else signal.SIGHUP)
    await asyncio.wait_for(process.communicate(), 5)
    assert time.monotonic() - started < 5
    assert process.returncode == 0
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat")
        assert not stat.exists() or stat.read_bytes().rpartition(b")")[2].split()[0] == b"Z"


async def test_eof_at_any_byte_of_a_conversation_ends_it() -> None:
    conversation = (
        INIT
        + control(command="open", channel="c", payload="stream", spawn=["cat"])
        + frame(b"c\nhello")
        + control(command="close", channel="c")
    )
    for cut in range(0, len(conversation), 7):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            bridge = Bridge(os.environ, BUILT_IN_CHANNELS, lambda: None, packages=False)
            running = asyncio.get_running_loop().create_task(bridge.run(theirs.fileno(), theirs.fileno()))
            ours.sendall(conversation[:cut])
            ours.shutdown(socket.SHUT_WR)
            assert await asyncio.wait_for(running, 5) in (0, 1)


async def test_it_reads_and_writes_plain_files(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.write_bytes(INIT + control(command="open", channel="c", payload="echo") + frame(b"c\nhello"))
    with source.open("rb") as stdin, (tmp_path / "out").open("wb") as stdout:
        process = await asyncio.create_subprocess_exec(*COMMAND, stdin=stdin, stdout=stdout)
        assert await process.wait() == 0
    messages = Deframer().feed((tmp_path / "out").read_bytes())
    assert b"c\nhello" in messages
    assert json.loads(messages[0])["command"] == "init"
