import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from testbed.processes import undebugged

from plugins.machines.history import recorder
from plugins.machines.history.collector import collect
from plugins.machines.history.history import History
from plugins.machines.history.history_store import load, path_of
from plugins.machines.history.sampler import Rows
from plugins.machines.providers.choice import DEMO

COMMAND = (sys.executable, "-c", "from plugins.machines.history.collector import main; main()")


async def test_it_records_until_it_is_told_to_end(
    world: str, uuid: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    added, ended = asyncio.Event(), asyncio.Event()
    add = History.add

    def tell(history: History, now: float, rows: Rows) -> None:
        add(history, now, rows)
        added.set()

    monkeypatch.setattr(History, "add", tell)
    monkeypatch.setattr(recorder, "STEP", 0.02)
    collecting = asyncio.get_running_loop().create_task(collect([world], ended))
    async with asyncio.timeout(20):
        await added.wait()
        ended.set()
        await collecting
    assert {minute.key for minute in load(path_of(world, os.environ), time.time())} == {uuid(1)}


async def test_a_signal_ends_it(world: str) -> None:
    process = await asyncio.create_subprocess_exec(*COMMAND, world, stderr=subprocess.PIPE, env=undebugged())
    status = Path(f"/proc/{process.pid}/status")
    async with asyncio.timeout(20):
        while not _catches(status.read_text(), signal.SIGTERM):
            await asyncio.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")


def _catches(status: str, number: signal.Signals) -> bool:
    (mask,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(mask, 16) >> (number - 1) & 1)


async def test_what_is_no_uri_or_too_much_is_refused() -> None:
    for arguments in (["--help"], ["no-uri"], ["test:///default"] * 9):
        process = await asyncio.create_subprocess_exec(*COMMAND, *arguments, stderr=asyncio.subprocess.PIPE)
        _, errors = await process.communicate()
        assert process.returncode == 1
        assert b"usage" in errors or b"libvirt URI" in errors
        assert b"Traceback" not in errors


async def test_the_demo_is_not_recorded(tmp_path: Path) -> None:
    ended = asyncio.Event()
    collecting = asyncio.get_running_loop().create_task(collect([DEMO], ended))
    await asyncio.sleep(0)
    ended.set()
    async with asyncio.timeout(10):
        await collecting
    assert not list(tmp_path.rglob("*.sqlite"))
