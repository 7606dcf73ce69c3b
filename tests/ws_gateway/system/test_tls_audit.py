"""What testssl.sh says about the port."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PROGRAM = shutil.which("testssl") or shutil.which("testssl.sh")
CHECKS = {
    "protocols": ["--protocols", "--server-preference"],
    "ciphers": ["--std", "--fs"],
    "headers": ["--headers"],
    "vulnerabilities": ["--vulnerable"],
}
BAD = ("MEDIUM", "HIGH", "CRITICAL", "FATAL")


@pytest.mark.skipif(PROGRAM is None, reason="testssl.sh is not installed")
@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a14_testssl_finds_nothing(serve_system: Callable[..., Any], tmp_path: Path) -> None:
    """Nothing of medium weight or more in protocols, ciphers, headers and known vulnerabilities."""
    system = serve_system()
    assert PROGRAM is not None
    common = ["--quiet", "--color", "0", "--warnings", "off", "--ip", "127.0.0.1", "--sneaky", "--nodns", "min"]
    running = []
    for name, checks in CHECKS.items():
        argv = [PROGRAM, *common, *checks, "--jsonfile", str(tmp_path / f"{name}.json"), f"localhost:{system.port}"]
        with (tmp_path / f"{name}.log").open("wb") as log:
            running.append(subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL))
    for process in running:
        process.wait(timeout=880)
    found = [finding for name in CHECKS for finding in json.loads((tmp_path / f"{name}.json").read_text())]
    said = {name: (tmp_path / f"{name}.log").read_text() for name in CHECKS}
    identities = {finding["id"] for finding in found}
    # Forward secrecy is called PFS before version 3.2.
    identities |= {"FS"} if "PFS" in identities else set()
    assert {"TLS1", "TLS1_2", "TLS1_3", "heartbleed", "BREACH", "HSTS", "FS"} <= identities, (identities, said)
    assert [finding for finding in found if finding["severity"] in BAD] == []
