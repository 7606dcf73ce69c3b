"""Attacks on the core of the protocol, straight on stdio.

| case | test |
|------|------|
| 44 | test_44_a_frame_length_that_is_none_ends_the_bridge, test_44_a_frame_length_that_never_ends |
| 46 | test_46_poison, test_46_poison_in_one_chunk_costs_no_neighbour, \
test_46_a_log_that_nobody_reads, test_46_a_window_where_there_is_no_terminal, test_46_data_after_done |
| 47 | test_47_an_error_inside_open_closes_the_channel |
| 48 | test_48_host_payload_and_superuser_are_checked |
| 49 | test_49_the_end_of_input_in_any_state, test_49_the_end_of_input_behind_input_that_nobody_takes, \
test_49_the_end_of_input_while_the_output_is_stuck, test_49_threads_and_tasks_that_hang_do_not_keep_it, \
test_49_nobody_reads_the_output_any_more, \
test_49_many_children_end_in_time |
| 50 | test_50_channels_that_wait_for_a_silent_server_keep_nobody |
| 52 | test_52_ten_thousand_channels_and_the_memory_back, test_52_one_channel_too_many |
"""

import asyncio
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.bridge import Bridge
from bridge.plugins import BUILT_IN_CHANNELS
from bridge.protocol import encode_control, frame
from bridge.testing import Wire

DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    "sent",
    [b"-5\n", b"+5\n", b"1_0\n", b" 5\n", "٣\n".encode(), b"0\n", b"123456789\n", b"1" + b"0" * 40 + b"\n",
     b"aaaaaaaaaaaa", b"\n", b"05\nab\ncd", b"99999999\n", b"5 \nab\ncd", b"5\r\nab\ncd", b"\x00\n"],
    ids=repr,
)  # fmt: skip
async def test_44_a_frame_length_that_is_none_ends_the_bridge(real: Any, sent: bytes) -> None:
    await real.write(sent)
    message = await real.command("init")
    assert message["problem"] == "protocol-error"
    assert await real.exit_status(1) == 1


async def test_44_a_frame_length_that_never_ends(real: Any) -> None:
    await real.write(b"12345678")
    await real.write(b"9")
    assert (await real.command("init"))["problem"] == "protocol-error"
    assert await real.exit_status(1) == 1


def _open(**members: Any) -> bytes:
    return encode_control({"command": "open", "channel": "p"} | members)


POISON = {
    "pong without sequence": b'\n{"command":"pong","channel":"e"}',
    "pong with a text": b'\n{"command":"pong","channel":"e","sequence":"x"}',
    "pong with a bool": b'\n{"command":"pong","channel":"e","sequence":true}',
    "pong of 4000 digits": b'\n{"command":"pong","channel":"e","sequence":' + b"9" * 4000 + b"}",
    "NUL in a path": _open(payload="fsread1", path="/a\0b"),
    "lone surrogate in a path": b'\n{"command":"open","channel":"p","payload":"fsread1","path":"/\\ud800"}',
    "lone surrogate in an argument": b'\n{"command":"open","channel":"p","payload":"stream","spawn":["\\ud800"]}',
    "lone surrogate in an environment": b'\n{"command":"open","channel":"p","payload":"stream","spawn":["true"],'
    b'"environ":["A=\\ud800"]}',
    "lone surrogate in a unix path": b'\n{"command":"open","channel":"p","payload":"stream","unix":"/\\ud800"}',
    "lone surrogate in an address": b'\n{"command":"open","channel":"p","payload":"stream","port":1,'
    b'"address":"\\ud800"}',
    "lone surrogate in a directory": b'\n{"command":"open","channel":"p","payload":"stream","spawn":["true"],'
    b'"directory":"/\\udfff"}',
    "lone surrogate in the name of a header": b'\n{"command":"open","channel":"p","payload":"http-stream1",'
    b'"internal":"packages","method":"GET","path":"/","headers":{"\\ud800":5}}',
    "lone surrogate in the payload": b'\n{"command":"open","channel":"p","payload":"\\ud800"}',
    "lone surrogate in the host": b'\n{"command":"open","channel":"p","payload":"echo","host":"\\ud800"}',
    "lone surrogate in a ping": b'\n{"command":"ping","x":"\\ud800"}',
    "lone surrogate in a group": b'\n{"command":"kill","group":"\\ud800"}',
    "bad JSON to a D-Bus channel": _open(payload="dbus-json3", bus="internal"),
    "a port of 4000 digits": b'\n{"command":"open","channel":"p","payload":"stream","port":' + b"9" * 4000 + b"}",
    "a port of 5000 digits": b'\n{"command":"open","channel":"p","payload":"stream","port":' + b"9" * 5000 + b"}",
    "a NUL in an address": _open(payload="stream", port=1, address="a\0b"),
    "a limit of 4000 digits": b'\n{"command":"open","channel":"p","payload":"fsread1","path":"/etc/passwd",'
    b'"max_read_size":-' + b"9" * 4000 + b"}",
    "control of invalid UTF-8": b'\n{"command":"\xff\xfe"}',
    "control 100 000 deep": b'\n{"command":"open","channel":"p","x":' + DEEP,
    "control of 1 MB": b'\n{"command":"x","y":"' + b"z" * 1_000_000 + b'"}',
    "non-ASCII channel of data": b"\xc3\xa9\nx",
    "non-ASCII channel of control": '\n{"command":"open","channel":"é","payload":"echo"}'.encode(),
    "no channel line": b"x" * 300,
    "an empty message body": b"\n",
    "a group that is an object": _open(payload="echo", group={"a": [1]}),
    "a group of 100 KB": _open(payload="echo", group="g" * 100_000),
    "a command that is an object": b'\n{"command":{}}',
    "authorize": b'\n{"command":"authorize","cookie":{},"response":[]}',
    "a second init": b'\n{"command":"init","version":1,"superuser":{"id":5}}',
    "flow control that is a text": _open(payload="echo", **{"flow-control": "x"}),
    "NaN": b'\n{"command":"open","channel":"p","payload":NaN}',
}


@pytest.mark.parametrize("name", POISON)
async def test_46_poison(wire: Wire, name: str) -> None:
    wire.open("e", "echo")
    await wire.expect("ready", "e")
    wire.send_raw(POISON[name])
    wire.send("p", b"{not json\xff\0")
    wire.control("done", "p")
    wire.control("close", "p")
    wire.open("next", "echo")
    wire.send("next", b"works")
    await wire.expect("ready", "next")
    assert await wire.data("next") == b"works"


@pytest.mark.parametrize("name", POISON)
async def test_46_poison_in_one_chunk_costs_no_neighbour(real: Any, name: str) -> None:
    await real.write(
        frame(_open(channel="e", payload="echo"))
        + frame(b"e\nbefore")
        + frame(POISON[name])
        + frame(b'\n{"command":"options","channel":"e","window":{"x":"\\ud800"}}')
        + frame(_open(channel="f", payload="echo"))
        + frame(b"f\nafter")
    )
    assert (await real.next(lambda e: e.channel == "e" and hasattr(e, "payload"))).payload == b"before"
    assert (await real.command("close", "e"))["problem"] == "not-supported"
    assert (await real.next(lambda e: e.channel == "f" and hasattr(e, "payload"))).payload == b"after"


@pytest.mark.parametrize("name", ["no channel line", "lone surrogate in a unix path"])
async def test_46_a_log_that_nobody_reads(start_real: Any, name: str) -> None:
    async with start_real(stderr=subprocess.PIPE) as real:
        for _ in range(20):
            await real.write(frame(POISON[name]) * 100)
        assert await real.is_alive()


async def test_46_a_window_where_there_is_no_terminal(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["cat"])
    await wire.expect("ready", "c")
    wire.control("options", "c", window={"rows": 1, "cols": 1})
    _, close = await wire.until("close", "c")
    assert close["problem"] == "protocol-error"


async def test_46_data_after_done(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["sleep", "1000"])
    await wire.expect("ready", "c")
    wire.control("done", "c")
    wire.send("c", b"more")
    _, close = await wire.until("close", "c")
    assert close["problem"] == "protocol-error"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"spawn": ["a\0b"]}, "protocol-error"),
        ({"spawn": "str"}, "protocol-error"),
        ({"spawn": []}, "protocol-error"),
        ({"spawn": [5]}, "protocol-error"),
        ({"spawn": {"a": 1}}, "protocol-error"),
        ({"spawn": ["true"], "environ": ["A\0=x"]}, "protocol-error"),
        ({"spawn": ["true"], "environ": ["=x"]}, "protocol-error"),
        ({"spawn": ["true"], "directory": "/a\0b"}, "protocol-error"),
        ({"spawn": ["true"], "directory": "/etc/passwd"}, "not-found"),
        ({"spawn": [""]}, "protocol-error"),
        ({"spawn": ["x" * 300]}, "internal-error"),
        ({"spawn": ["true"], "pty": True, "window": [1, 2]}, "protocol-error"),
        ({"spawn": ["true"], "pty": 1}, "protocol-error"),
    ],
)
async def test_47_an_error_inside_open_closes_the_channel(wire: Wire, options: dict[str, Any], problem: str) -> None:
    async with asyncio.timeout(1):
        wire.open("c", "stream", **options)
        await wire.expect("close", "c", problem=problem)
        wire.open("c", "echo")
        await wire.expect("ready", "c")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"host": 5}, "protocol-error"),
        ({"host": ["localhost"]}, "protocol-error"),
        ({"host": ""}, "no-host"),
        ({"payload": "nonsense"}, "not-supported"),
        ({"payload": None}, "protocol-error"),
        ({"payload": ["echo"]}, "protocol-error"),
        ({"superuser": "maybe"}, "protocol-error"),
        ({"superuser": {}}, "protocol-error"),
        ({"superuser": "require "}, "protocol-error"),
        ({"group": 5}, "protocol-error"),
    ],
)
async def test_48_host_payload_and_superuser_are_checked(wire: Wire, options: dict[str, Any], problem: str) -> None:
    async with asyncio.timeout(1):
        wire.control("open", "c", **{"payload": "echo"} | options)
        await wire.expect("close", "c", problem=problem)
        wire.open("e", "echo")
        await wire.expect("ready", "e")


CONVERSATION = [
    encode_control({"command": "init", "version": 1, "host": "localhost", "superuser": False}),
    encode_control({"command": "open", "channel": "c", "payload": "stream", "spawn": ["sh", "-c", "cat; sleep 100"]}),
    b"c\nhello",
    encode_control({"command": "open", "channel": "t", "payload": "stream", "spawn": ["cat"], "pty": True}),
    encode_control({"command": "open", "channel": "f", "payload": "fsread1", "path": "/etc/passwd"}),
    encode_control({"command": "open", "channel": "i", "payload": "info"}),
    b"t\nhello\n",
    encode_control({"command": "done", "channel": "c"}),
    encode_control({"command": "close", "channel": "c"}),
]


def _cuts() -> Iterator[int]:
    """Where the bridge's state differs: every byte of a frame's length, and what is behind the first and last ones."""
    begin = 0
    for message in CONVERSATION:
        end = begin + len(frame(message))
        start = end - len(message)
        yield from range(begin, start + 2)
        yield from ((start + end) // 2, end - 2, end - 1)
        begin = end
    yield begin


async def test_49_the_end_of_input_in_any_state() -> None:
    stream = b"".join(map(frame, CONVERSATION))
    for cut in _cuts():
        ours, theirs = socket.socketpair()
        with ours, theirs:
            bridge = Bridge(os.environ, BUILT_IN_CHANNELS, lambda: None, packages=False)
            running = asyncio.get_running_loop().create_task(bridge.run(theirs.fileno(), theirs.fileno()))
            ours.sendall(stream[:cut])
            ours.shutdown(socket.SHUT_WR)
            assert await asyncio.wait_for(running, 5) in (0, 1)


async def test_49_the_end_of_input_behind_input_that_nobody_takes(real: Any) -> None:
    await real.control("open", "c", payload="stream", spawn=["sleep", "1000"])
    pid = (await real.command("ready", "c"))["pid"]
    await real.write(frame(b"c\n" + b"x" * 65536) * 64, reading=False)
    real.process.stdin.close()
    assert await real.exit_status(5) == 0
    assert not Path(f"/proc/{pid}").exists()


async def test_49_the_end_of_input_while_the_output_is_stuck(real: Any) -> None:
    await real.control("open", "c", payload="stream", spawn=["cat", "/dev/zero"], binary="raw")
    await real.control("open", "e", payload="echo", binary="raw")
    await real.write(frame(b"e\n" + b"x" * 65536) * 64, reading=False)
    real.process.stdin.close()
    until = time.monotonic() + 5
    while real.process.poll() is None:
        assert time.monotonic() < until
        await asyncio.sleep(0.02)
    assert real.process.returncode == 0


async def test_49_nobody_reads_the_output_any_more(real: Any) -> None:
    await real.control("open", "c", payload="stream", spawn=["cat", "/dev/zero"], binary="raw")
    await real.command("ready", "c")
    real.process.stdout.close()
    until = time.monotonic() + 5
    while real.process.poll() is None:
        assert time.monotonic() < until
        await asyncio.sleep(0.02)
    assert real.process.returncode == 0


HANGING = """
import asyncio, time
from bridge import hookimpl
from bridge.channel import Channel

class Thread(Channel):
    payload = "hang-thread"
    async def run(self, options):
        self.ready()
        await asyncio.get_running_loop().run_in_executor(None, time.sleep, 1000)

class Stubborn(Channel):
    payload = "hang-stubborn"
    async def run(self, options):
        self.ready()
        while True:
            try:
                await asyncio.sleep(1000)
            except asyncio.CancelledError:
                pass

@hookimpl
def channels():
    return [Thread, Stubborn]
"""


def backend_folder(folder: Path, code: str, payloads: list[str]) -> dict[str, str]:
    (folder / "evil").mkdir()
    manifest = {"version": 1, "name": "evil", "backend": {"module": "server", "payloads": payloads}}
    (folder / "evil/manifest.json").write_text(json.dumps(manifest))
    (folder / "evil/server.py").write_text(code)
    return {"PILOTHOUSE_PLUGIN_PATH": str(folder)}


@pytest.mark.parametrize("payload", ["hang-thread", "hang-stubborn"])
async def test_49_threads_and_tasks_that_hang_do_not_keep_it(tmp_path: Path, start_real: Any, payload: str) -> None:
    environ = backend_folder(tmp_path, HANGING, ["hang-thread", "hang-stubborn"])
    async with start_real(arguments=("--backend", "evil"), environ=environ) as real:
        await real.control("open", "c", payload=payload)
        await real.command("ready", "c")
        real.process.stdin.close()
        assert await real.exit_status(5) == 0


async def test_49_many_children_end_in_time(real: Any) -> None:
    for i in range(150):
        await real.control("open", f"c{i}", payload="stream", spawn=["sleep", "1000"], err="ignore")
    for i in range(150):
        await real.command("ready", f"c{i}")
    children = real.children()
    assert len(children) == 150
    real.process.stdin.close()
    assert await real.exit_status(5) == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


async def test_50_channels_that_wait_for_a_silent_server_keep_nobody(real: Any, tmp_path: Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        port = server.getsockname()[1]
        threads = len(real.threads())
        for i in range(12):
            await real.control("open", f"c{i}", payload="stream", port=port, address="127.0.0.1")
        for i in range(12, 24):
            await real.control(
                "open", f"c{i}", payload="http-stream2", port=port, address="127.0.0.1", method="GET", path="/"
            )
            await real.control("done", f"c{i}")
        started = time.monotonic()
        await real.control("open", "s", payload="fsreplace1", path=str(tmp_path / "file"))
        await real.data("s", b"saved")
        await real.control("done", "s")
        assert "problem" not in await real.command("close", "s")
        assert time.monotonic() - started < 1
        assert (tmp_path / "file").read_bytes() == b"saved"
        for i in range(24):
            await real.control("close", f"c{i}")
        assert await real.is_alive()
        async with asyncio.timeout(10):
            while len(real.threads()) > threads + 2:  # the save's, which stay for the next one
                await asyncio.sleep(0.01)
        real.process.stdin.close()
        assert await real.exit_status(5) == 0


async def test_52_ten_thousand_channels_and_the_memory_back(real: Any) -> None:
    async def open_and_close() -> tuple[float, float]:
        began = time.monotonic()
        await real.write(b"".join(frame(_open(channel=f"c{i}", payload="echo")) for i in range(10_000)))
        await real.command("ready", "c9999")
        opened = time.monotonic()
        closes = (encode_control({"command": "close", "channel": f"c{i}"}) for i in range(10_000))
        await real.write(b"".join(map(frame, closes)))
        await real.command("close", "c9999")
        return opened - began, time.monotonic() - opened

    # The allocator keeps more and more of what it had, for five turns; a leak goes on.
    for _ in range(6):
        await open_and_close()
    before = await real.settled_rss()
    for _ in range(6):
        opening, closing = await open_and_close()
        assert opening < 5
        assert closing < 5
    assert await real.settled_rss() - before < 1024 * 1024
    assert await real.is_alive()


async def test_52_one_channel_too_many(real: Any) -> None:
    await real.write(b"".join(frame(_open(channel=f"c{i}", payload="null")) for i in range(16385)))
    assert (await real.command("close", "c16384"))["problem"] == "too-many-channels"
    await real.control("close", "c5")
    assert "problem" not in await real.command("close", "c5")
    await real.control("open", "c16384", payload="null")
    await real.command("ready", "c16384")
