"""Group M, 107: as many people as are let in, and a day of random logins."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from testbed.browser_socket import Socket
from testbed.processes import descendants, describe, process_table, wait_until

from ws_gateway.sessions import SYSTEM_SESSIONS_MAX

ROOT = Path(__file__).parents[3]
PASSWORD = "S3cr3t-anna-7291"
PEOPLE = 200
BRIDGE_MAX = 20.0
"""MB of memory that are a bridge's own."""
HOURS = float(os.environ.get("PILOTHOUSE_SOAK_HOURS", "24"))


def own_memory(pid: int) -> float:
    """MB of a process, what it shares divided by who shares it (proc(5), Pss)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


async def echo_time(socket: Socket) -> float:
    started = time.monotonic()
    assert await socket.echo_works("1:1")
    return time.monotonic() - started


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_m107_as_many_as_may_are_served_and_one_more_is_told(serve_system: Any) -> None:
    system = serve_system()
    logins = []
    sockets: list[Socket] = []
    for number in range(SYSTEM_SESSIONS_MAX):
        logins.append(system.log_in("anna", PASSWORD))
        assert logins[-1].status == 200, (number, logins[-1], system.output[-2000:])
        if number < PEOPLE:
            sockets.append(await system.socket(logins[-1]))
            await sockets[-1].init()
    try:
        bridges = [pid for pid in descendants({system.process.pid}, process_table()) if "-m bridge" in describe(pid)]
        assert len(bridges) == SYSTEM_SESSIONS_MAX
        assert max(map(own_memory, bridges)) <= BRIDGE_MAX
        times = [await echo_time(socket) for socket in sockets]
        assert max(times) < 1
        refused = system.log_in("anna", PASSWORD)
        assert (refused.status, refused.reason) == (503, "too-many-sessions")
        await sockets[0].control(command="logout", disconnect=True)
        assert (await sockets[0].receive())[0] == 1001
        wait_until(lambda: len(system.helpers()) < SYSTEM_SESSIONS_MAX, "one is gone", 20)
        assert system.log_in("anna", PASSWORD).status == 200
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
