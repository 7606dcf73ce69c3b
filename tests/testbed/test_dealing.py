"""Long files come first, and a test that ended its worker is not tried again."""

import subprocess
from pathlib import Path

from testbed import dealing
from testbed.inner_run import run_workers

ENDS = """
import os


def test_before_it():
    pass


def test_ends_its_worker():
    os._exit(3)


def test_after_it():
    pass
"""


CONFTEST = """
from pathlib import Path
from testbed import dealing

pytest_plugins = ["testbed.dealing"]
dealing.TESTS = Path(__file__).parent
dealing.SECONDS = {"test_c.py": 9, "test_b.py": 8}
"""


def run_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    ini = "asyncio_default_fixture_loop_scope = function"
    return run_workers(folder, 1, "--dist=loadfile", "--no-loadscope-reorder", conftest=CONFTEST, ini=ini)


def test_what_takes_long_begins_first(tmp_path: Path) -> None:
    for name, tests in (("a", 1), ("b", 1), ("c", 1), ("d", 2)):
        lines = [f"def test_{number}(): pass" for number in range(tests)]
        (tmp_path / f"test_{name}.py").write_text("\n".join(lines))
    begun = [line.split()[-1] for line in run_tests(tmp_path).stdout.splitlines() if " PASSED " in line]
    names = ["test_c.py::test_0", "test_b.py::test_0", "test_d.py::test_0", "test_d.py::test_1", "test_a.py::test_0"]
    assert begun == names


def test_what_ended_its_worker_is_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(ENDS)
    done = run_tests(tmp_path)
    assert done.returncode == 1
    assert done.stdout.count("crashed while running 'test_sample.py::test_ends_its_worker'") == 1
    assert "PASSED test_sample.py::test_before_it" in done.stdout
    assert "PASSED test_sample.py::test_after_it" in done.stdout
    assert "1 failed, 2 passed" in done.stdout


def test_what_is_said_to_take_long_is_there() -> None:
    assert [name for name in dealing.SECONDS if not (dealing.TESTS / name).is_file()] == []
