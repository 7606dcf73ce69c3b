"""The leak guard is itself tested: each kind of leak fails the test that made it, and nothing else does."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SAMPLE = """
import asyncio, os, subprocess, sys, threading
from testbed import leaks

def test_process_that_ends():
    subprocess.run(["true"], check=True)

def test_thread_that_ends():
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()

async def test_task_that_ends():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.sleep(0))

async def test_executor():
    assert await asyncio.to_thread(lambda: 1) == 1

async def test_subprocess_that_ends():
    process = await asyncio.create_subprocess_exec("true")
    assert await process.wait() == 0

def test_has_a_fixture_start_a_process(kept):
    kept.append(subprocess.Popen(["sleep", "60"]))
    leaks.own(kept[-1].pid)

def test_leaves_what_a_fixture_had(kept):
    leaks.disown(kept[-1].pid)

def test_leaves_a_process(kept):
    kept.append(subprocess.Popen(["sleep", "60"]))

def test_leaves_an_orphan(kept):
    code = "import subprocess; print(subprocess.Popen(['sleep', '60'], start_new_session=True, stdout=-3).pid)"
    kept.append(int(subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE).stdout))

def test_leaves_a_thread(kept):
    kept.append(threading.Event())
    threading.Thread(target=kept[-1].wait, name="left-over").start()

def test_leaves_a_file_descriptor(kept):
    kept.append(open("/dev/null"))

async def test_leaves_a_task(kept):
    kept.append(asyncio.get_running_loop().create_task(asyncio.sleep(20)))
"""
LEAKS = {
    "test_leaves_what_a_fixture_had": "process",
    "test_leaves_a_process": "process",
    "test_leaves_an_orphan": "process",
    "test_leaves_a_thread": "thread",
    "test_leaves_a_file_descriptor": "file descriptor",
    "test_leaves_a_task": "task",
}

PRELUDE = """
import io, os, signal, subprocess, threading
import pytest

leaks.SETTLE_SECONDS = 0.2

@pytest.fixture(scope="session", autouse=True)
def kept():
    things = []
    yield things
    for thing in things:
        if isinstance(thing, int):
            os.kill(thing, signal.SIGKILL)
        elif isinstance(thing, threading.Event):
            thing.set()
        elif isinstance(thing, subprocess.Popen):
            thing.kill()
            thing.wait()
        elif isinstance(thing, io.IOBase):
            thing.close()
"""


def test_each_leak_fails_its_test_and_nothing_else_does(pytester: pytest.Pytester) -> None:
    conftest = Path(__file__).parent.parent / "conftest.py"
    lines = conftest.read_text().replace("Path(__file__).parent", repr(conftest.parent).replace("PosixPath", "Path"))
    pytester.makeconftest(lines + PRELUDE)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(test_sample=SAMPLE)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=12, errors=len(LEAKS))
    for test, what in LEAKS.items():
        result.stdout.fnmatch_lines([f"*ERROR at teardown of {test} *", f"left behind: *{what}*"], consecutive=True)
