"""Runs the project's checks one after the other, all of them, and adds up the result: stages.py check|test

Each stage's time is printed. The last line is `N passed, N failed, N skipped`: every test of pytest and every other
stage counts as one. The exit status is 1 if anything failed. With CI set a skipped test counts as failed.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path("build/test")
ENDS_WITHIN = 1800
"""Seconds that a stage may take."""
STOPS_WITHIN = 60
"""Seconds that a stage has to end the processes it started, and to say what failed, when it is stopped."""
TOOLS = Path(sys.executable).parent
PROCESSORS = os.cpu_count() or 1
WORKERS_MAX = 8
"""Test files run beside each other; each worker has its own libvirtd, buses and browser."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One command. With `report` it is a pytest run whose tests are counted from that JUnit file."""

    name: str
    argv: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)
    report: Path | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many tests (or stages) came to which end."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def python_tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(TOOLS / name), *arguments)


def pytest_stage(name: str, workers: int, *arguments: str, **environ: str) -> Stage:
    beside = ("-n", str(min(workers, WORKERS_MAX)), "--dist", "loadfile", "--no-loadscope-reorder", "--durations=20")
    report = RESULTS / f"{name.replace(' ', '-')}.xml"
    return Stage(name, python_tool("pytest", "-q", *beside, f"--junitxml={report}", *arguments), environ, report)


STATIC = (
    Stage("ruff check", python_tool("ruff", "check")),
    Stage("ruff format", python_tool("ruff", "format", "--check")),
    Stage("mypy", python_tool("mypy")),
    Stage("import-linter", python_tool("lint-imports", "--no-cache")),
    Stage("tsc", ("npm", "run", "--silent", "check")),
)
TESTS = (
    Stage("build", ("make", "--no-print-directory", "build")),
    pytest_stage(
        "pytest unit",
        2 * PROCESSORS,  # they wait more than they work
        "tests",
        "--ignore=tests/e2e",
        "--ignore=tests/compat",
        PYTHONASYNCIODEBUG="1",
        PYTHONWARNINGS="error",
    ),
    pytest_stage("pytest programs", PROCESSORS + 1, "tests/compat", "tests/e2e"),
)


def run(stage: Stage) -> Count:
    """Runs one stage and says how it ended. Its output is the caller's."""
    print(f"\n--- {stage.name}", flush=True)
    if stage.report is not None:
        stage.report.unlink(missing_ok=True)
    # Named by ourselves, and short: the path of a socket is limited to 107 bytes.
    with tempfile.TemporaryDirectory(prefix="ph-") as folder:
        more = (f"--basetemp={folder}/t",) if stage.report is not None else ()
        try:
            status = execute(replace(stage, argv=(*stage.argv, *more)))
        except subprocess.TimeoutExpired:
            print(f"{stage.name} was stopped, because it takes more than {ENDS_WITHIN} seconds")
            status = 124  # as timeout(1) has it; what its tests said until then counts too
    if stage.report is not None and stage.report.exists():
        return judge(count_tests(stage.report), status)
    return Count(passed=1) if status == 0 else Count(failed=1)


def execute(stage: Stage) -> int:
    """The command's exit status. When this program is stopped meanwhile, so is the command, with time to clean up.

    Python keeps what it compiles, whatever the caller's environment says: the tests start thousands of interpreters.
    """
    environ = {**os.environ, **stage.environ}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with subprocess.Popen(stage.argv, env=environ) as process:
        try:
            return process.wait(timeout=ENDS_WITHIN)
        except BaseException:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
            raise


def judge(count: Count, status: int) -> Count:
    """Applies what the tests alone do not show: pytest's own exit status, and CI's rule for skipped tests."""
    if os.environ.get("CI") and count.skipped:
        print(f"{count.skipped} skipped tests count as failed, because CI is set")
        count = Count(count.passed, count.failed + count.skipped, 0)
    if status != 0 and not count.failed:
        print(f"pytest ended with exit status {status}")
        count += Count(failed=1)
    return count


def count_tests(report: Path) -> Count:
    """Counts the test cases of a JUnit file. A failure that was expected (xfail) has passed."""
    total = Count()
    for case in ET.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            total += Count(failed=1)
        elif skipped is not None and skipped.get("type") != "pytest.xfail":
            total += Count(skipped=1)
        else:
            total += Count(passed=1)
    return total


def main(purpose: str) -> int:
    os.chdir(ROOT)
    RESULTS.mkdir(parents=True, exist_ok=True)
    total = Count()
    lines = []
    for stage in STATIC + (TESTS if purpose == "test" else ()):
        started = time.monotonic()
        count = run(stage)
        total += count
        verdict = f"{count.failed} failed" if count.failed else "ok"
        lines.append(f"{stage.name:<16}{time.monotonic() - started:7.1f} s  {verdict}")
    print("", *lines, f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped", sep="\n")
    return 1 if total.failed else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["check"], ["test"]):
        sys.exit("usage: stages.py check|test")
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
