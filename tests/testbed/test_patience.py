"""A test that waits for good on the event loop says where, and costs the others nothing."""

from pathlib import Path

from testbed.inner_run import run_workers

CONFTEST = 'pytest_plugins = ["testbed.patience"]'
INI = "timeout = 4\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = session"

WAITS = """
import asyncio

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def wait_for_good():
    await asyncio.get_running_loop().create_future()  # here


async def test_waits():
    await wait_for_good()


async def test_after_it():
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not others
"""

SPEAKS_FROM_FINALIZERS = """
import ast
import gc


class Lost:
    def __init__(self):
        self.cycle = self

    def __del__(self):
        ast.parse("1 + 1")
        Lost()


def test_fails():
    gc.set_threshold(1)
    Lost()
    assert False, "as it should"
"""


def test_what_waited_is_in_the_report_and_the_loop_goes_on(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(WAITS)
    done = run_workers(tmp_path, 1, conftest=CONFTEST, ini=INI)
    assert "create_future()  # here" in done.stdout
    assert "TimeoutError" in done.stdout
    assert "1 failed, 1 passed" in done.stdout, done.stdout


def test_a_finalizer_does_not_disturb_a_report(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(SPEAKS_FROM_FINALIZERS)
    done = run_workers(tmp_path, 1, conftest=CONFTEST, ini=INI)
    assert "AssertionError: as it should" in done.stdout, done.stdout
    assert "1 failed" in done.stdout
    assert "INTERNALERROR" not in done.stdout
