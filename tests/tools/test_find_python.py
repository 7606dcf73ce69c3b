"""Which Python the console is made to run with."""

import subprocess
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools/find-python.sh"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with a Python that somebody built, or so it says."""
    program = tmp_path / "python3"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    return tmp_path


def found(path: str) -> str:
    done = subprocess.run(["/bin/sh", str(TOOL)], env={"PATH": path}, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_distributions_comes_before_one_that_is_earlier_in_the_path(own: Path) -> None:
    assert found(f"{own}:/usr/bin") == "/usr/bin/python3"


def test_another_one_will_do_where_the_path_leads_to_no_other(own: Path) -> None:
    assert found(str(own)) == str(own / "python3")


def test_one_that_makes_no_virtual_environments_is_passed_over(own: Path) -> None:
    (own / "python3").write_text("#!/bin/sh\nexit 1\n")
    assert found(str(own)) == ""
