import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.protocol import Control, Problem, decode
from ws_gateway.relay.bridge_process import BridgeCommand, BridgeProcess
from ws_gateway.settings import OUR_BRIDGE

Faulty = Callable[[str], tuple[str, ...]]


async def test_the_real_bridge_speaks_first_and_ends_when_its_stdin_does() -> None:
    bridge = await BridgeProcess.start(BridgeCommand(OUR_BRIDGE, {}, Path("/")))
    event = decode((await bridge.receive())[0])
    assert isinstance(event, Control)
    assert event.command == "init"
    await bridge.stop()
    assert bridge.returncode == 0
    assert await bridge.receive() == []
    bridge.post(b"nobody hears this")


async def test_it_runs_in_a_session_of_its_own_with_what_was_added_to_the_environment(tmp_path: Path) -> None:
    bridge = await BridgeProcess.start(BridgeCommand(OUR_BRIDGE, {"PILOTHOUSE_DEMO": "1"}, tmp_path))
    await bridge.receive()
    assert os.getsid(bridge.pid) == os.getpgid(bridge.pid) == bridge.pid
    assert Path(f"/proc/{bridge.pid}/cwd").readlink() == tmp_path
    assert b"PILOTHOUSE_DEMO=1" in Path(f"/proc/{bridge.pid}/environ").read_bytes().split(b"\0")
    await bridge.stop()


async def test_garbage_cannot_be_read_on(faulty: Faulty) -> None:
    bridge = await BridgeProcess.start(BridgeCommand(faulty("garbage"), {}, Path("/")))
    with pytest.raises(Problem, match="protocol-error"):
        await bridge.receive()
    await bridge.stop()


@pytest.mark.parametrize(("program", "code"), [("/nonexistent", "no-cockpit"), ("/etc/passwd", "access-denied")])
async def test_what_cannot_be_started(program: str, code: str) -> None:
    with pytest.raises(Problem, match=code):
        await BridgeProcess.start(BridgeCommand((program,), {}, Path("/")))


async def test_its_stderr_goes_to_the_log_escaped(faulty: Faulty, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bridge = await BridgeProcess.start(BridgeCommand(faulty("quits"), {}, Path("/")))
    assert await bridge.receive() == []
    await bridge.stop()
    assert bridge.returncode == 3
    assert f"bridge {bridge.pid}: no room left\\x1b[31m" in caplog.text


async def test_a_flood_on_stderr_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    flood = ("sh", "-c", "yes | head -c 4000000 >&2; printf '%1000000s' x >&2")
    bridge = await BridgeProcess.start(BridgeCommand(flood, {}, Path("/")))
    assert await bridge.exited(10)
    await bridge.stop()
    assert len(caplog.text) < 50_000


async def test_one_that_does_not_read_is_ended(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_gateway.relay.bridge_stream.UNSENT_MAX", 100_000)
    bridge = await BridgeProcess.start(BridgeCommand(faulty("deaf"), {}, Path("/")))
    await bridge.receive()
    async with asyncio.timeout(5):
        while bridge.returncode is None:
            bridge.post(b"x" * 50_000)
            await asyncio.sleep(0.01)
    await bridge.stop()
