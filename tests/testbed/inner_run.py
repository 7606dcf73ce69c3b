"""A run of pytest with workers, over a folder that a test has written."""

import subprocess
import sys
from pathlib import Path


def run_workers(folder: Path, workers: int, *options: str, conftest: str, ini: str) -> subprocess.CompletedProcess[str]:
    """How the run ended, and what it said; `conftest` is a file of that folder, `ini` a line of its settings."""
    (folder / "conftest.py").write_text(conftest)
    (folder / "pytest.ini").write_text(f"[pytest]\n{ini}\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-v", f"-n{workers}", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
