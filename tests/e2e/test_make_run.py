"""The first command of the README."""

import os
import re
import signal
import subprocess
from pathlib import Path

from testbed import processes

ROOT = Path(__file__).resolve().parents[2]


def test_make_run_serves_the_console_and_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    output = tmp_path / "output"
    environ = os.environ | {f"XDG_{name}": str(tmp_path) for name in ("RUNTIME_DIR", "STATE_HOME", "DATA_HOME")}
    with output.open("wb") as log:
        make = subprocess.Popen(
            ["make", "run", "PORT=0"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        processes.wait_until(lambda: "#token=" in output.read_text(), "make run prints the link", 100)
        assert re.search(r"^Pilothouse is at http://127\.0\.0\.1:\d+/#token=\S+$", output.read_text(), re.MULTILINE)
    finally:
        os.killpg(make.pid, signal.SIGINT)
        make.wait(10)
    processes.wait_until(lambda: not _lives(make.pid), "everything that make started ends", 5)
    text = output.read_text()
    assert "Traceback" not in text
    assert "Error" not in text


def _lives(session: int) -> bool:
    return any(process.session == session and process.state != "Z" for process in processes.process_table().values())
