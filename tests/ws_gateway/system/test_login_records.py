"""The records as utmpdump(1) and who(1) read them, in a corner with a /run and /var/log of its own."""

import os
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root")

WRITE = """
from ws_gateway.system.login_records import record_failure, record_login, record_logout
import os, subprocess
record_login('annä', '2001:db8::1')
print(subprocess.run(['who', '/run/utmp'], capture_output=True, text=True).stdout.strip())
record_logout()
print('then', subprocess.run(['who', '/run/utmp'], capture_output=True, text=True).stdout.strip())
record_failure('x' * 100, 'y' * 500)
"""


def test_who_came_who_went_and_who_was_not_let_in(corner: Any) -> None:
    corner.records()
    who, then = corner.python(WRITE).splitlines()
    assert who.startswith("ann")
    assert "web console" in who
    assert "2001:db8::1" in who
    assert then.strip() == "then"
    came, went = corner.run("utmpdump", "/var/log/wtmp").splitlines()
    assert came.startswith("[7]")
    assert "[2001:db8::1" in came
    assert went.startswith("[8]")
    assert came.split("]")[1:3] == went.split("]")[1:3]
    (refused,) = corner.run("utmpdump", "/var/log/btmp").splitlines()
    assert refused.startswith("[6]")
    assert "x" * 32 in refused


def test_a_machine_that_keeps_none(corner: Any) -> None:
    corner.run("rm", "-f", "/run/utmp", "/var/log/wtmp", "/var/log/btmp")
    corner.python(WRITE)
    assert "tmp" not in corner.run("ls", "/var/log")
