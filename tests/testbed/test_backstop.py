"""A test that hangs for good fails by name, with what it hung in, and the others run on."""

import subprocess
from pathlib import Path

import pytest
from testbed.inner_run import run_workers

HANGS = """
import asyncio
import time

import pytest
from testbed import backstop

backstop.GRACE = 0.5


def wait_for_good():
    time.sleep(50)


@pytest.fixture
def stuck():
    yield
    asyncio.run(asyncio.to_thread(wait_for_good))


@pytest.mark.timeout(1)
def test_hangs(stuck):
    assert {holds}


def test_after_it():
    pass
"""


TAKES_LONG = """
import time

from testbed import backstop

backstop.GRACE = 0.2


def test_takes_long():
    time.sleep(1.5)
"""


def run_tests(folder: Path, workers: int) -> subprocess.CompletedProcess[str]:
    # Loaded as the tests load it: pytest captures already then.
    return run_workers(folder, workers, conftest='pytest_plugins = ["testbed.backstop"]', ini="timeout = 60")


@pytest.mark.parametrize("holds", [True, False], ids=["after a success", "after a failure"])
def test_a_hung_worker_ends_and_says_where(tmp_path: Path, holds: bool) -> None:
    (tmp_path / "test_sample.py").write_text(HANGS.format(holds=holds))
    done = run_tests(tmp_path, 1)
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "crashed while running 'test_sample.py::test_hangs'" in done.stdout
    assert "in wait_for_good" in done.stderr
    assert "PASSED test_sample.py::test_after_it" in done.stdout


def test_a_worker_may_wait_for_another(tmp_path: Path) -> None:
    (tmp_path / "test_long.py").write_text(TAKES_LONG)
    (tmp_path / "test_short.py").write_text(TAKES_LONG.replace("1.5", "0"))
    done = run_tests(tmp_path, 2)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "Timeout" not in done.stderr
