"""`make test` counts right: nothing that failed, crashed or was skipped can look as if it had passed."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from testbed.processes import wait_until

SOURCE = Path(__file__).parents[2] / "tools/stages.py"

REPORT = """<testsuites><testsuite>
<testcase name="a"/>
<testcase name="b"><failure message="no"/></testcase>
<testcase name="c"><error message="at teardown"/></testcase>
<testcase name="d"><skipped type="pytest.skip" message="not here"/></testcase>
<testcase name="e"><skipped type="pytest.xfail" message="known"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.delenv("CI", raising=False)
    spec = importlib.util.spec_from_file_location("stages", SOURCE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "stages", module)
    spec.loader.exec_module(module)
    return module


def test_a_report_is_counted_case_by_case(stages: ModuleType, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert stages.count_tests(report) == stages.Count(passed=2, failed=2, skipped=1)


def test_on_ci_a_skipped_test_has_failed(stages: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    count = stages.Count(passed=3, skipped=2)
    assert stages.judge(count, 0) == count
    monkeypatch.setenv("CI", "true")
    assert stages.judge(count, 0) == stages.Count(passed=3, failed=2)


@pytest.mark.parametrize("status", [1, 2, 3, 4, 5, -11])
def test_a_run_that_ended_badly_has_failed_whatever_its_tests_say(stages: ModuleType, status: int) -> None:
    assert stages.judge(stages.Count(passed=3), status).failed == 1


def test_a_run_that_left_no_report_has_failed(stages: ModuleType, tmp_path: Path) -> None:
    stale = tmp_path / "report.xml"
    stale.write_text(REPORT)
    crash = stages.Stage("crash", (sys.executable, "-c", "raise SystemExit(3)"), report=stale)
    assert stages.run(crash) == stages.Count(failed=1)


def test_what_python_compiles_is_kept(stages: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "module.py").touch()
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    program = f"import sys; sys.path.append({str(tmp_path)!r}); import module"
    assert stages.run(stages.Stage("import", (sys.executable, "-c", program))) == stages.Count(passed=1)
    assert list((tmp_path / "__pycache__").glob("module.*.pyc"))


@pytest.mark.parametrize(("status", "passed"), [(0, 1), (1, 0), (7, 0)])
def test_any_other_stage_counts_as_one(stages: ModuleType, status: int, passed: int) -> None:
    stage = stages.Stage("exits", (sys.executable, "-c", f"raise SystemExit({status})"))
    assert stages.run(stage) == stages.Count(passed=passed, failed=1 - passed)


def test_a_stage_that_does_not_end_is_stopped_and_has_failed(
    stages: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stages, "ENDS_WITHIN", 0.3)
    stage = stages.Stage("endless", (sys.executable, "-c", "import time; time.sleep(60)"))
    assert stages.run(stage) == stages.Count(failed=1)
    assert "endless was stopped, because it takes more than 0.3 seconds" in capsys.readouterr().out


def test_all_stages_run_and_one_failure_fails_the_whole(
    stages: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def exits(name: str, status: int) -> object:
        return stages.Stage(name, (sys.executable, "-c", f"raise SystemExit({status})"))

    monkeypatch.setattr(stages, "ROOT", tmp_path)
    monkeypatch.setattr(stages, "STATIC", (exits("first", 1), exits("second", 0)))
    monkeypatch.setattr(stages, "TESTS", (exits("third", 0),))
    monkeypatch.chdir(tmp_path)
    assert stages.main("test") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "2 passed, 1 failed, 0 skipped"
    assert [line.split()[0] for line in lines[-4:-1]] == ["first", "second", "third"]


def test_a_stopped_run_stops_its_stage(tmp_path: Path) -> None:
    started = tmp_path / "started"
    ended = tmp_path / "ended"
    program = f"""
import signal, sys
sys.path.insert(0, {str(SOURCE.parent)!r})
import stages
child = '''
import pathlib, time
try:
    pathlib.Path({str(started)!r}).touch()
    time.sleep(60)
except KeyboardInterrupt:
    pathlib.Path({str(ended)!r}).touch()
'''
signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
stages.run(stages.Stage("long", (sys.executable, "-c", child)))
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL) as process:
        wait_until(started.exists, "the stage runs")
        process.terminate()
        assert process.wait(timeout=30) == 143
    assert ended.exists()
