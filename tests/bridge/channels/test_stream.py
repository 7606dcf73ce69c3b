"""`stream` on the wire: processes, terminals, sockets."""

import asyncio
import json
import os
import socket
import time
from pathlib import Path

import pytest

from bridge.channel import SEND_WINDOW
from bridge.processes.grace import Grace
from bridge.protocol import Control
from bridge.testing import Wire


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"
    except OSError:
        return True


async def test_a_process_with_input_output_and_exit_status(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", "cat; echo oops >&2; exit 3"])
    assert (await wire.expect("ready", "c"))["pid"] > 0
    wire.send("c", b"hello")
    assert await wire.data("c") == b"hello"
    wire.control("done", "c")
    await wire.expect("done", "c")
    await wire.expect("close", "c", **{"exit-status": 3, "message": "oops\n"})


async def test_a_signal_is_told(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", "kill -TERM $$"])
    _, close = await wire.until("close", "c")
    assert (close["exit-status"], close["exit-signal"]) == (-15, "TERM")


@pytest.mark.parametrize(
    ("err", "data", "message"), [("out", b"e\n", None), ("ignore", b"", None), ("message", b"", "e\n")]
)
async def test_where_errors_go(wire: Wire, err: str, data: bytes, message: str | None) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", "echo e >&2"], err=err)
    said, close = await wire.until("close", "c")
    assert (said, close.get("message")) == (data, message)


async def test_of_many_errors_the_ends_are_kept(wire: Wire) -> None:
    wire.open(
        "c", "stream", spawn=["sh", "-c", "echo first >&2; head -c 300000 /dev/zero | tr '\\0' x >&2; echo last >&2"]
    )
    _, close = await wire.until("close", "c")
    message = close["message"]
    assert message.startswith("first\n")
    assert message.endswith("last\n")
    assert len(message) < 70_000


async def test_environment_and_directory(wire: Wire, tmp_path: Path) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", "pwd; echo $A"], environ=["A=b=c"], directory=str(tmp_path))
    data, _ = await wire.until("close", "c")
    assert data.decode().split() == [str(tmp_path), "b=c"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"spawn": ["/does/not/exist"]}, "not-found"),
        ({"spawn": ["/etc/passwd"]}, "access-denied"),
        ({"spawn": "true"}, "protocol-error"),
        ({"spawn": []}, "protocol-error"),
        ({"spawn": ["a\0b"]}, "protocol-error"),
        ({"spawn": ["true"], "environ": ["A\0=x"]}, "protocol-error"),
        ({"spawn": ["true"], "environ": ["nonsense"]}, "protocol-error"),
        ({"spawn": ["true"], "directory": "/does/not/exist"}, "not-found"),
        ({"spawn": ["true"], "err": "x"}, "protocol-error"),
        ({"spawn": ["true"], "pty": True, "window": {"rows": "x"}}, "protocol-error"),
        ({}, "protocol-error"),
        ({"port": 1, "unix": "/x"}, "protocol-error"),
        ({"unix": "/does/not/exist"}, "not-found"),
    ],
)
async def test_what_cannot_be_opened_says_why(wire: Wire, options: dict[str, object], problem: str) -> None:
    wire.open("c", "stream", **options)
    await wire.expect("close", "c", problem=problem)
    wire.open("e", "echo")
    await wire.expect("ready", "e")


async def test_a_terminal_has_a_size_that_changes(wire: Wire) -> None:
    wire.open(
        "c", "stream", spawn=["sh", "-c", "stty size; read x; stty size"], pty=True, window={"rows": 10, "cols": 20}
    )
    await wire.expect("ready", "c")
    assert await wire.data("c") == b"10 20\r\n"
    wire.control("options", "c", window={"rows": -1, "cols": 10**9})
    wire.send("c", b"\n")
    data, close = await wire.until("close", "c")
    assert data.split() == [b"0", b"65535"]
    assert close["exit-status"] == 0


async def test_a_terminal_that_is_closed_hangs_up(wire: Wire, tmp_path: Path) -> None:
    """An interactive shell pays no heed to TERM: with that alone it would be killed when its grace is over."""
    script = f"trap '' TERM; trap 'echo >{tmp_path}/hung-up; exit' HUP; echo ready; while :; do read x || exit; done"
    wire.open("c", "stream", spawn=["sh", "-c", script], pty=True)
    await wire.expect("ready", "c")
    assert await wire.data("c") == b"ready\r\n"
    before = time.monotonic()
    wire.control("close", "c")
    await wire.until("close", "c")
    assert time.monotonic() - before < Grace().seconds
    assert (tmp_path / "hung-up").exists()


async def test_only_a_terminal_has_a_window(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["cat"])
    await wire.expect("ready", "c")
    wire.control("options", "c", window={"rows": 1, "cols": 1})
    _, close = await wire.until("close", "c")
    assert close["problem"] == "protocol-error"


async def test_closing_ends_the_process_group(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", "sleep 1000 & echo $!; wait"])
    await wire.expect("ready", "c")
    grandchild = int(await wire.data("c"))
    wire.control("close", "c")
    await wire.until("close", "c")
    assert is_gone(grandchild)


async def test_a_name_can_be_used_again_after_the_close(wire: Wire) -> None:
    for _ in range(20):
        wire.open("c", "stream", spawn=["echo", "x"])
        data, _ = await wire.until("close", "c")
        assert data == b"x\n"


async def test_much_input_waits_for_a_late_reader(wire: Wire, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    wire.open("c", "stream", spawn=["dd", f"of={fifo}", "bs=4096"], err="ignore")
    await wire.expect("ready", "c")
    for i in range(100):
        wire.send("c", b"%c" % (65 + i % 26) * 16384)
    wire.control("done", "c")
    received = await asyncio.to_thread(fifo.read_bytes)
    assert received == b"".join(b"%c" % (65 + i % 26) * 16384 for i in range(100))
    _, close = await wire.until("close", "c")
    assert close["exit-status"] == 0


async def test_a_client_that_does_not_confirm_gets_a_window_and_no_more(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["cat", "/dev/zero"], binary="raw", **{"flow-control": True})
    await wire.expect("ready", "c")
    received = 0
    while received < SEND_WINDOW:
        event = await wire.next("c")
        if not isinstance(event, Control):
            received += len(event.payload)
    await wire.expect("ping", "c", sequence=SEND_WINDOW)
    await asyncio.sleep(0.05)
    assert wire.is_quiet("c")
    wire.control("pong", "c", sequence=16384)
    assert len(await wire.data("c")) == 16384
    wire.control("close", "c")
    await wire.until("close", "c")


async def test_a_socket_both_ways_and_its_half_close(wire: Wire) -> None:
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.read()).upper())
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(shout, "127.0.0.1", 0) as server:
        wire.open("c", "stream", port=server.sockets[0].getsockname()[1], address="127.0.0.1")
        await wire.expect("ready", "c")
        wire.send("c", b"hello")
        wire.control("done", "c")
        data, close = await wire.until("close", "c")
        assert data == b"HELLO"
        assert "problem" not in close


async def test_a_refused_port_is_not_found(wire: Wire) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        wire.open("c", "stream", port=sock.getsockname()[1], address="127.0.0.1")
        close = await wire.expect("close", "c", problem="not-found")
        assert "Errno 111" in json.dumps(close)
