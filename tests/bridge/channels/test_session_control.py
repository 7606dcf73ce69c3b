"""`session-control` on the wire."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge import idle_timer
from bridge.channels import session_control
from bridge.idle_timer import IdleTimer
from bridge.testing import Wire, open_wire


@pytest.fixture
async def wire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wire]:
    """A bridge with a limit of one minute, whose seconds are hundredths."""
    (tmp_path / "cockpit").mkdir()
    (tmp_path / "cockpit/cockpit.conf").write_text("[session]\nidletimeout = 1\n")
    monkeypatch.setattr(session_control, "IdleTimer", lambda timeout, expired: IdleTimer(timeout, expired, second=0.01))
    async with open_wire({"XDG_CONFIG_DIRS": str(tmp_path)}) as opened:
        yield opened


async def test_nobody_is_there(wire: Wire) -> None:
    wire.open("c", "session-control")
    await wire.expect("ready", "c", timeout=60)
    for left in range(30, 0, -1):
        await wire.expect("countdown", "c", counter=left)
    await wire.expect("logout", "c")
    wire.control("close", "c")
    await wire.expect("close", "c")


async def test_a_client_that_does_not_log_out_is_cut_off(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    wire.open("c", "session-control")
    wire.control("done", "c")
    await wire.expect("ready", "c")
    await wire.until("close", "c")
    monkeypatch.setattr(idle_timer, "GRACE", 0.0)
    wire.open("c", "session-control")
    while (await wire.next("c")).command != "logout":  # type: ignore[union-attr]
        pass
    async with asyncio.timeout(10):
        await ended.wait()


async def test_activity_in_one_channel_counts_for_all(wire: Wire) -> None:
    for channel in "ab":
        wire.open(channel, "session-control")
        await wire.expect("ready", channel)
    await wire.expect("countdown", "a", counter=30)
    await wire.expect("countdown", "b", counter=30)
    wire.control("active", "a")
    while (event := await wire.next("b")).message.get("counter") != 30:  # type: ignore[union-attr]
        assert event.message["counter"] > 20  # type: ignore[union-attr]


async def test_no_limit_is_the_default() -> None:
    async with open_wire({"XDG_CONFIG_DIRS": "/does/not/exist"}) as wire:
        wire.open("c", "session-control")
        await wire.expect("ready", "c", timeout=0)
        wire.control("active", "c")
        wire.control("done", "c")
        await wire.expect("done", "c")
        assert "problem" not in await wire.expect("close", "c")


async def test_data_is_not_taken(wire: Wire) -> None:
    wire.open("c", "session-control")
    await wire.expect("ready", "c")
    wire.send("c", b"active")
    await wire.expect("close", "c", problem="protocol-error")
