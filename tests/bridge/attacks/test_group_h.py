"""Attacks by processes.

| case | test |
|------|------|
| 75 | test_75_ignoring_term, test_75_grandchildren, test_75_a_double_fork, test_75_a_stopped_process, \
test_75_only_setsid_survives, test_75_what_even_kill_does_not_end |
| 76 | test_76_input_that_is_never_read, test_76_far_more_input_than_is_buffered |
| 77 | test_77_a_flood_of_errors_keeps_its_ends, test_77_errors_that_are_not_text |
| 79 | test_79_window_extremes, test_79_a_window_before_the_terminal_is_ready, test_79_exit_status_and_signal, \
test_79_the_last_output_is_never_lost, test_79_characters_split_between_reads, test_79_many_short_processes, \
test_79_no_more_processes, test_79_no_more_memory_for_processes, test_79_no_more_descriptors, test_79_exec_errors, \
test_79_an_environment_that_is_too_big |
"""

import asyncio
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from bridge.processes.grace import Grace
from bridge.processes.process import Process
from bridge.protocol import CONTROL_MAX, encode_control, frame
from bridge.testing import Wire, open_wire


def state(pid: int) -> str:
    """The state of a process as proc(5) has it; X when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


async def closed_within(wire: Wire, channel: str, seconds: float) -> dict[str, Any]:
    async with asyncio.timeout(seconds):
        wire.control("close", channel)
        _, close = await wire.until("close", channel)
        return close


async def test_75_ignoring_term(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", "trap '' TERM HUP INT; echo; while :; do sleep 100; done"])
    pid = (await wire.expect("ready", "c"))["pid"]
    await wire.data("c")
    await closed_within(wire, "c", 6)
    assert state(pid) == "X"


async def test_75_grandchildren(wire: Wire) -> None:
    script = "trap '' TERM; (trap '' TERM; sleep 1000 & echo $!; wait) & wait"
    wire.open("c", "stream", spawn=["sh", "-c", script])
    await wire.expect("ready", "c")
    grandchild = int(await wire.data("c"))
    await closed_within(wire, "c", 6)
    assert state(grandchild) in "XZ"


DOUBLE_FORK = """
import os, time, sys
if os.fork() == 0:
    if {setsid}: os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(1000)
    os._exit(0)
time.sleep(1000)
"""


async def test_75_a_double_fork(wire: Wire) -> None:
    wire.open("c", "stream", spawn=[sys.executable, "-Ic", DOUBLE_FORK.format(setsid=False)])
    await wire.expect("ready", "c")
    daemon = int(await wire.data("c"))
    await closed_within(wire, "c", 6)
    assert state(daemon) in "XZ"


async def test_75_only_setsid_survives(wire: Wire) -> None:
    wire.open("c", "stream", spawn=[sys.executable, "-Ic", DOUBLE_FORK.format(setsid=True)])
    await wire.expect("ready", "c")
    daemon = int(await wire.data("c"))
    try:
        await closed_within(wire, "c", 6)
        assert state(daemon) not in "XZ"
    finally:
        os.kill(daemon, signal.SIGKILL)
        while state(daemon) not in "XZ":
            await asyncio.sleep(0.01)


async def test_75_a_stopped_process(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", "echo; kill -STOP $$; sleep 1000"])
    pid = (await wire.expect("ready", "c"))["pid"]
    await wire.data("c")
    while state(pid) != "T":
        await asyncio.sleep(0.01)
    await closed_within(wire, "c", 2)
    assert state(pid) == "X"


async def test_75_what_even_kill_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process.start(["sleep", "1000"], environ=dict(os.environ), grace=Grace(0.1))
    monkeypatch.setattr(Process, "_signal", lambda self, number: None)
    async with asyncio.timeout(2):
        assert await process.end() == -signal.SIGKILL
    assert state(process.pid) == "S"
    os.kill(process.pid, signal.SIGKILL)
    while state(process.pid) != "X":
        await asyncio.sleep(0.01)


async def test_76_input_that_is_never_read(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", "trap '' TERM; echo; while :; do sleep 100; done"])
    pid = (await wire.expect("ready", "c"))["pid"]
    await wire.data("c")
    for _ in range(2_000_000 // 50_000):
        wire.send("c", b"x" * 50_000)
    await closed_within(wire, "c", 6)
    assert state(pid) == "X"


async def test_76_far_more_input_than_is_buffered(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.channel.INPUT_PATIENCE", 1.0)
    wire.open("c", "stream", spawn=["sleep", "1000"])
    wire.open("e", "echo")
    pid = (await wire.expect("ready", "c"))["pid"]
    await wire.expect("ready", "e")
    for _ in range(160):
        wire.send("c", b"x" * 65536)
    wire.send("e", b"in its turn")
    close = await closed_within(wire, "c", 6)
    assert close["problem"] == "too-slow"
    assert state(pid) == "X"
    assert await wire.data("e") == b"in its turn"


async def test_77_a_flood_of_errors_keeps_its_ends(wire: Wire) -> None:
    script = "echo first >&2; head -c 50000000 /dev/zero | tr '\\0' x >&2; echo last >&2"
    wire.open("c", "stream", spawn=["sh", "-c", script])
    _, close = await wire.until("close", "c")
    message = close["message"]
    assert message.startswith("first\nxxx")
    assert message.endswith("xxxlast\n")
    assert 60_000 < len(message) <= 66_000


@pytest.mark.parametrize("byte", ["\\000", "\\377", "\\033", '"', "\\n"])
async def test_77_errors_that_are_not_text(wire: Wire, byte: str) -> None:
    script = f"printf first >&2; head -c 300000 /dev/zero | tr '\\0' '{byte}' >&2; printf last >&2"
    wire.open("c", "stream", spawn=["sh", "-c", script])
    _, close = await wire.until("close", "c")
    assert close["message"].startswith("first")
    assert close["message"].endswith("last")
    assert len(encode_control(close)) <= CONTROL_MAX


@pytest.mark.parametrize(
    ("rows", "cols", "expected"),
    [(0, 0, b"0 0"), (-1, -1, b"0 0"), (10**9, 10**400, b"65535 65535"), (24, 80, b"24 80")],
    ids=["zero", "negative", "huge", "plain"],
)
async def test_79_window_extremes(wire: Wire, rows: int, cols: int, expected: bytes) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", "stty size"], pty=True, window={"rows": rows, "cols": cols})
    data, close = await wire.until("close", "c")
    assert data.strip() == expected
    assert close["exit-status"] == 0


@pytest.mark.parametrize("window", [None, 5, [], {}, {"rows": 1}, {"rows": 1.5, "cols": 1}, {"rows": True, "cols": 1}])
async def test_79_a_window_that_is_none(wire: Wire, window: Any) -> None:
    wire.open("c", "stream", spawn=["cat"], pty=True)
    await wire.expect("ready", "c")
    wire.control("options", "c", window=window)
    _, close = await wire.until("close", "c")
    assert close["problem"] == "protocol-error"


async def test_79_a_window_before_the_terminal_is_ready(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", "stty size"], pty=True, window={"rows": 1, "cols": 2})
    wire.control("options", "c", window={"rows": 30, "cols": 40})
    data, close = await wire.until("close", "c")
    assert data.strip() == b"30 40"
    assert close["exit-status"] == 0


@pytest.mark.parametrize("pty", [False, True])
@pytest.mark.parametrize(
    ("command", "status", "name"),
    [("exit 0", 0, None), ("exit 1", 1, None), ("exit 127", 127, None), ("exit 255", 255, None),
     ("kill -SEGV $$", -11, "SEGV"), ("kill -KILL $$", -9, "KILL"), ("kill -34 $$", -34, "RTMIN"),
     ("kill -40 $$", -40, "RTMIN+6")],
)  # fmt: skip
async def test_79_exit_status_and_signal(wire: Wire, pty: bool, command: str, status: int, name: str | None) -> None:
    wire.open("c", "stream", spawn=["sh", "-c", f"ulimit -c 0; {command}"], pty=pty)
    _, close = await wire.until("close", "c")
    assert close["exit-status"] == status
    assert close.get("exit-signal") == name
    assert "problem" not in close


@pytest.mark.parametrize(("pty", "turns"), [(False, 100), (True, 30), pytest.param(True, 100, marks=pytest.mark.soak)])
async def test_79_the_last_output_is_never_lost(wire: Wire, pty: bool, turns: int) -> None:
    for _ in range(turns):
        for i in range(10):
            wire.open(f"c{i}", "stream", spawn=["sh", "-c", f"echo x{i}; exit"], pty=pty)
        for i in range(10):
            data, close = await wire.until("close", f"c{i}")
            assert data.split() == [b"x%d" % i]
            assert close["exit-status"] == 0


async def test_79_a_terminal_whose_process_is_gone_while_input_comes(wire: Wire) -> None:
    for i in range(20):
        wire.open(f"c{i}", "stream", spawn=["sh", "-c", "echo last; exit 3"], pty=True)
        for _ in range(20):
            wire.send(f"c{i}", b"typed\n" * 200)
    for i in range(20):
        data, close = await wire.until("close", f"c{i}")
        assert b"last" in data
        assert close["exit-status"] == 3


async def test_79_characters_split_between_reads(wire: Wire) -> None:
    program = (
        "import os, time\n"
        "text = ('x' * 4095 + 'ü' + 'y' * 4095 + '\\U0001f600' + 'z' * 16381 + 'ß').encode()\n"
        "for cut in (4096, 8193, 8194, 8195, len(text) - 1):\n"
        "    os.write(1, text[:cut]); time.sleep(0.05); os.write(1, text[cut:])\n"
    )
    wire.open("c", "stream", spawn=[sys.executable, "-Ic", program])
    data, close = await wire.until("close", "c")
    assert close["exit-status"] == 0
    assert data == ("x" * 4095 + "ü" + "y" * 4095 + "\U0001f600" + "z" * 16381 + "ß").encode() * 5


async def test_79_half_a_character_at_the_end(wire: Wire) -> None:
    wire.open("c", "stream", spawn=["printf", "\\303"])
    _, close = await wire.until("close", "c")
    assert close["problem"] == "protocol-error"


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_79_many_short_processes(real: Any, count: int) -> None:
    async def some(count: int) -> None:
        opens = (
            encode_control({"command": "open", "channel": f"c{i}", "payload": "stream", "spawn": ["true"]})
            for i in range(count)
        )
        await real.write(b"".join(map(frame, opens)))
        for _i in range(count):
            await real.next(lambda e: e.channel is not None and getattr(e, "command", "") == "close")

    await some(50)
    before, memory = real.descriptors(), await real.settled_rss()
    for _ in range(count // 100):
        await some(100)
    assert real.descriptors() == before
    assert real.children() == []
    assert await real.settled_rss() - memory < 2 * 1024 * 1024


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become another user")
async def test_79_no_more_processes(start_real: Any) -> None:
    # Nobody else's: the limit is of all processes of a user.
    user = 1_000_000 + os.getpid()
    drop = ["prlimit", "--nproc=1", "setpriv", f"--reuid={user}", "--regid=65534", "--clear-groups"]
    async with start_real(*drop) as real:
        for pty in (False, True):
            await real.control("open", "c", payload="stream", spawn=["true"], pty=pty)
            close = await real.command("close", "c")
            assert close["problem"] == "internal-error"
            assert "Resource temporarily unavailable" in close["message"]
        assert await real.is_alive()
        before = real.descriptors()
        for i in range(50):
            await real.control("open", f"c{i}", payload="stream", spawn=["true"])
            await real.command("close", f"c{i}")
        assert real.descriptors() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a process table of its own")
async def test_79_no_more_memory_for_processes(start_real: Any) -> None:
    """fork(2) fails with ENOMEM where the first process of the table, here the first that is started, has ended."""
    async with start_real("unshare", "--pid") as real:
        await real.control("open", "first", payload="stream", spawn=["true"])
        assert (await real.command("close", "first"))["exit-status"] == 0
        for pty in (False, True):
            await real.control("open", "c", payload="stream", spawn=["true"], pty=pty)
            close = await real.command("close", "c")
            assert close["problem"] == "internal-error"
            assert "Cannot allocate memory" in close["message"]
        assert await real.is_alive()


async def test_79_no_more_descriptors(real: Any) -> None:
    before = real.descriptors()
    resource.prlimit(real.pid, resource.RLIMIT_NOFILE, (40, 40))
    for i in range(30):
        await real.control("open", f"c{i}", payload="stream", spawn=["sleep", "1000"])
    problems = []
    for i in range(30):
        event = await real.next(lambda e, i=i: e.channel == f"c{i}")
        problems.append(event.message.get("problem"))
    assert problems[0] is None
    assert problems[-1] == "internal-error"
    started = problems.count(None)
    assert len(real.children()) == started
    for i in range(started):
        await real.control("close", f"c{i}")
        await real.command("close", f"c{i}")
    assert real.children() == []
    assert real.descriptors() == before
    assert await real.is_alive()


@pytest.mark.parametrize(
    ("make", "problem"),
    [("not executable", "access-denied"), ("no format", "internal-error"),
     ("being written", "internal-error"), ("no interpreter", "not-found"), ("a folder", "access-denied")],
)  # fmt: skip
async def test_79_exec_errors(wire: Wire, tmp_path: Path, make: str, problem: str) -> None:
    program, writing = tmp_path / "program", None
    match make:
        case "not executable":
            program.write_text("#!/bin/sh\n")
        case "no format":
            program.write_bytes(b"\0\1\2\3")
            program.chmod(0o755)
        case "being written":
            program.write_bytes(Path("/bin/true").read_bytes())
            program.chmod(0o755)
            writing = program.open("ab")
        case "no interpreter":
            program.write_text("#!/does/not/exist\n")
            program.chmod(0o755)
        case "a folder":
            program.mkdir()
    try:
        for pty in (False, True):
            wire.open("c", "stream", spawn=[str(program)], pty=pty)
            close = await wire.expect("close", "c", problem=problem)
            assert close["message"]
    finally:
        if writing:
            writing.close()
    wire.open("c", "stream", spawn=["true"])
    await wire.until("close", "c")


async def test_79_an_environment_that_is_too_big() -> None:
    environ = dict(os.environ) | {f"A{i}": "x" * 100_000 for i in range(40)}
    async with open_wire(environ) as wire:
        for pty in (False, True):
            wire.open("c", "stream", spawn=["true"], pty=pty)
            await wire.expect("close", "c", problem="too-large")
