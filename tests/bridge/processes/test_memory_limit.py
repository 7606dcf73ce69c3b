"""How much memory a process may have."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import asyncio, os, resource, sys
from bridge.processes.memory_limit import limit
from bridge.processes.process import Grace, Process
limit(128)
try:
    bytearray(200 << 20)
except MemoryError:
    print("refused", flush=True)
bytearray(20 << 20)

async def child():
    argv = [sys.executable, "-c", "import time; time.sleep(0.1); bytearray(200 << 20); print('granted')"]
    async with Process.start(argv, environ=os.environ, grace=Grace(), stdout=1) as process:
        await process.wait()

asyncio.run(child())
"""


def test_the_process_is_bounded_and_its_children_are_not() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True, cwd=ROOT, timeout=30
    )
    assert done.stdout == "refused\ngranted\n"
