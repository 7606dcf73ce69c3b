"""Group M, 107: as many people as are let in, and a day of random logins."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from testbed.browser_socket import Socket
from testbed.processes import descendants, describe, process_table, wait_until

from ws_gateway.relay.sessions import SYSTEM_SESSIONS_MAX

ROOT = Path(__file__).parents[3]
PASSWORD = "S3cr3t-anna-7291"
BRIDGE_MAX = 20.0
"""MB of memory that are a bridge's own."""
HOURS = float(os.environ.get("PILOTHOUSE_SOAK_HOURS", "24"))


def own_memory(pid: int) -> float:
    """MB of a process, what it shares divided by who shares it (proc(5), Pss)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


async def listen(socket: Socket) -> None:
    """As a browser does: Tornado's client answers a ping when what came before it has been read."""
    while await socket.connection.read_message() is not None:
        pass


async def echo_time(socket: Socket) -> float:
    started = time.monotonic()
    assert await socket.echo_works("1:1")
    return time.monotonic() - started


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_m107_as_many_as_may_are_served_and_one_more_is_told(serve_system: Any) -> None:
    system = serve_system()
    sockets: list[Socket] = []
    listening: list[asyncio.Task[None]] = []
    try:
        for number in range(SYSTEM_SESSIONS_MAX):
            login = await asyncio.to_thread(system.log_in, "anna", PASSWORD)
            assert login.status == 200, (number, login, system.output[-2000:])
            sockets.append(await system.socket(login))
            await sockets[-1].init()
            listening.append(asyncio.get_running_loop().create_task(listen(sockets[-1])))
        for task in listening:
            task.cancel()
        await asyncio.wait(listening)
        bridges = [pid for pid in descendants({system.process.pid}, process_table()) if "-m bridge" in describe(pid)]
        assert len(bridges) == SYSTEM_SESSIONS_MAX
        assert max(map(own_memory, bridges)) <= BRIDGE_MAX
        times = [await echo_time(socket) for socket in sockets]
        assert max(times) < 1
        refused = await asyncio.to_thread(system.log_in, "anna", PASSWORD)
        assert (refused.status, refused.reason) == (503, "Authentication failed: too-many-sessions")
        await sockets[0].control(command="logout", disconnect=True)
        assert (await sockets[0].receive())[0] == 1001
        wait_until(lambda: len(system.helpers()) < SYSTEM_SESSIONS_MAX, "one is gone", 20)
        assert (await asyncio.to_thread(system.log_in, "anna", PASSWORD)).status == 200
    finally:
        for socket in sockets:
            socket.connection.close()


@pytest.mark.soak
@pytest.mark.timeout(HOURS * 3600 + 900)
def test_m107_nothing_stays_of_a_day_of_logins() -> None:
    """For `PILOTHOUSE_SOAK_HOURS`, of which the program says what it found."""
    argv = [sys.executable, str(ROOT / "benchmarks/login_soak.py"), "--hours", str(HOURS)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
