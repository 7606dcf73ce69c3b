"""A stream over a socket: its end, its hang-up, and its absence."""

import asyncio
from pathlib import Path

import pytest

from bridge.protocol import Problem
from ws_gateway.system.helper_bridge import HelperBridge


async def test_it_hangs_up_and_waits_for_the_end(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def helper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read() == b"3\n\n{}"
        ended.set()
        writer.close()

    server = await asyncio.start_unix_server(helper, tmp_path / "session")
    bridge = await HelperBridge.connect(tmp_path / "session")
    assert not await bridge.exited(0.01)
    bridge.post(b"\n{}")
    await bridge.stop()
    assert ended.is_set()
    assert await bridge.exited(1)
    server.close()
    await server.wait_closed()


async def test_no_monitor(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="internal-error"):
        await HelperBridge.connect(tmp_path / "nothing")
