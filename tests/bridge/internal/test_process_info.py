"""`/bridge`."""

import os
import subprocess
from collections.abc import Callable
from typing import Any

from bridge.internal.process_info import start_time
from bridge.testing import open_wire


async def test_the_process(talk: Callable[..., Any], environ: dict[str, str]) -> None:
    async with open_wire({**environ, "XDG_SESSION_ID": "c7"}) as wire:
        found = await (await talk(wire)).properties("/bridge", "cockpit.Process")
    assert (found["Pid"], found["Uid"], found["SessionId"]) == (os.getpid(), os.getuid(), "c7")
    assert found["Environment"]["XDG_SESSION_ID"] == "c7"


def test_the_start_time_is_the_kernels() -> None:
    ticks = subprocess.run(["cut", "-d", " ", "-f", "22", f"/proc/{os.getpid()}/stat"], capture_output=True, check=True)
    assert start_time() == int(ticks.stdout)
