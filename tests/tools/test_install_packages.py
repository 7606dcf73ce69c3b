"""What is missing is installed, and said; what is there costs nothing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
PLAIN = ("sh", "dirname", "env", "id", "mkdir", "tail", "tee", "chmod", "rm", "cat", "sed")
"""What a machine has on which nothing of ours is installed."""
STUB = '#!/bin/sh\necho "$(basename "$0") $*" >> "$CALLS"\nexit "${STUB_STATUS:-0}"\n'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder to be in, whose `bin` is all that can be run: the plain tools and a package manager that takes notes."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in (*PLAIN, "basename"):
        program = shutil.which(name)
        assert program
        (programs / name).symlink_to(program)
    (programs / "apt-get").write_text(STUB)
    (programs / "apt-get").chmod(0o755)
    return tmp_path


def install(machine: Path, purpose: str, **environ: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": str(machine / "bin"), "CALLS": str(machine / "calls")} | environ
    return subprocess.run(
        [str(machine / "bin/sh"), str(TOOLS / "install-packages.sh"), purpose],
        cwd=machine, env=variables, capture_output=True, text=True,
    )  # fmt: skip


def test_a_bare_machine_gets_what_the_console_needs_and_is_told(machine: Path) -> None:
    done = install(machine, "run")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith("Installing with apt-get:")
    for package in ("python3", "python3-venv", "libvirt-dev", "pkg-config"):
        assert package in line.split()
    assert "qemu-system-x86" not in line, "a hypervisor is not ours to install for `make run`"
    calls = (machine / "calls").read_text().splitlines()
    assert calls[0] == "apt-get update"
    assert calls[1].startswith("apt-get install --yes --no-install-recommends ")


def test_a_package_manager_that_fails_is_said_in_a_line(machine: Path) -> None:
    done = install(machine, "run", STUB_STATUS="100")
    assert done.returncode == 1
    assert "apt-get failed" in done.stderr


def test_a_machine_without_a_package_manager_is_told_what_it_needs(machine: Path) -> None:
    (machine / "bin/apt-get").unlink()
    done = install(machine, "run")
    assert done.returncode == 1
    assert "neither apt-get nor dnf" in done.stderr


def test_where_all_is_there_nothing_is_said_or_done(machine: Path) -> None:
    done = install(machine, "run", PATH=os.environ["PATH"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (machine / "calls").exists()
