"""The leak guard is itself tested: each kind of leak fails the test that made it, and nothing else does."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

LEAKS = {
    "process": "import subprocess\n\ndef test_it(kept):\n    kept.append(subprocess.Popen(['sleep', '20']))",
    "orphan": """
import subprocess, sys

def test_it(kept):
    code = "import subprocess; subprocess.Popen(['sleep', '5'], start_new_session=True)"
    subprocess.run([sys.executable, "-c", code], check=True)
""",
    "thread": """
import threading

def test_it(kept):
    kept.append(threading.Event())
    threading.Thread(target=kept[0].wait, name="left-over").start()
""",
    "file descriptor": "import os\n\ndef test_it(kept):\n    kept.append(os.open('/dev/null', os.O_RDONLY))",
    "task": """
import asyncio

async def test_it(kept):
    kept.append(asyncio.get_running_loop().create_task(asyncio.sleep(20)))
""",
}

CLEAN = """
import asyncio, subprocess, threading

def test_process():
    subprocess.run(["true"], check=True)

def test_thread():
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()

async def test_task():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.sleep(0))

async def test_executor():
    assert await asyncio.to_thread(lambda: 1) == 1

async def test_subprocess():
    process = await asyncio.create_subprocess_exec("true")
    assert await process.wait() == 0
"""

PRELUDE = """
import os, signal, subprocess, threading
import pytest

leaks.SETTLE_SECONDS = 0.2

@pytest.fixture(scope="session", autouse=True)
def kept():
    things = []
    yield things
    for thing in things:
        if isinstance(thing, int):
            os.close(thing)
        elif isinstance(thing, threading.Event):
            thing.set()
        elif isinstance(thing, subprocess.Popen):
            thing.kill()
            thing.wait()
"""


def run(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    conftest = Path(__file__).parent.parent / "conftest.py"
    lines = conftest.read_text().replace("Path(__file__).parent", repr(conftest.parent).replace("PosixPath", "Path"))
    pytester.makeconftest(lines + PRELUDE)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(test_sample=source)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider")


@pytest.mark.parametrize("kind", LEAKS)
def test_a_leak_fails_its_test(pytester: pytest.Pytester, kind: str) -> None:
    result = run(pytester, LEAKS[kind])
    result.assert_outcomes(passed=1, errors=1)
    word = "process" if kind == "orphan" else kind
    result.stdout.fnmatch_lines([f"*left behind: *{word}*"])


def test_what_is_ended_properly_passes(pytester: pytest.Pytester) -> None:
    run(pytester, CLEAN).assert_outcomes(passed=5)
