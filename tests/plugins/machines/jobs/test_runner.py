import subprocess
import sys

import pytest

from plugins.machines.jobs.runner import REQUEST_MAX

RUNNER = (sys.executable, "-I", "-m", "plugins.machines.jobs.runner")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (b"", "not valid JSON"),
        (b"{}", "attribute 'id' required"),
        (b"[" * REQUEST_MAX, "not valid JSON"),
    ],
)
def test_what_is_no_request_is_refused_in_a_sentence(request_: bytes, words: str) -> None:
    done = subprocess.run(RUNNER, input=request_, capture_output=True, check=False, timeout=60)
    assert done.returncode == 1
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""
