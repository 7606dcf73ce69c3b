"""A helper's child: what it starts with, and how it ends."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from testbed.processes import process_table, wait_until

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root")

HELPER = """
import os, socket, sys
from ws_gateway.system import supervision
from ws_gateway.system.account import Account
from ws_gateway.system.supervision import Supervisor, start_bridge, watch_signals
os.environ['GATEWAY'] = 'secret'
extra = os.open('/etc/passwd', os.O_RDONLY); os.set_inheritable(extra, True)
os.setgroups([65534])
connection = socket.socket(fileno=os.dup(0))
signals = watch_signals()
account = Account('nobody', 65534, 65534, '/nonexistent', '/bin/sh')
child = start_bridge(account, sys.argv[1:], {'HOME': '/x', 'PATH': '/usr/bin:/bin'}, connection)
print(child.pid, file=sys.stderr, flush=True)
supervisor = Supervisor(child, connection, signals)
status = supervisor.wait()
print('told', supervisor.failed_start(status), file=sys.stderr)
supervision.START_WITHIN = 0
print('later', supervisor.failed_start(status), file=sys.stderr)
print('status', status, file=sys.stderr)
connection.close()
"""
LOOK = """
import json, os, resource, signal, sys
ignored = [int(n) for n in signal.Signals if signal.getsignal(n) is signal.SIG_IGN]
facts = dict(uids=os.getresuid(), gids=os.getresgid(), groups=os.getgroups(), environ=dict(os.environ), cwd=os.getcwd(),
             fds=sorted(os.listdir('/proc/self/fd'))[:-1], leader=os.getsid(0) == os.getpid(), ignored=ignored,
             blocked=len(signal.pthread_sigmask(signal.SIG_BLOCK, ())))
print(json.dumps(facts))
"""
PYTHON = "/usr/bin/python3"


class Helper:
    def __init__(self, *bridge: str) -> None:
        import socket

        self.connection, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", HELPER, *bridge],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.PIPE,
                text=True,
            )
        assert self.process.stderr is not None
        self.child = int(self.process.stderr.readline())

    def answer(self) -> bytes:
        answer = b""
        while chunk := self.connection.recv(65536):
            answer += chunk
        return answer

    def end(self) -> str:
        """What it said last, with the child's exit status."""
        # Not communicate(): it would miss what was read ahead with the first line.
        assert self.process.stderr is not None
        with self.process.stderr as stderr:
            said = stderr.read()
        self.process.wait(timeout=10)
        self.connection.close()
        wait_until(lambda: not self.left(), "nothing of it is left", 1)
        return said

    def left(self) -> list[int]:
        table = process_table().values()
        return [found.pid for found in table if found.session == self.child and found.state != "Z"]


def test_the_child_is_the_person_and_has_nothing_of_ours() -> None:
    import json

    helper = Helper(PYTHON, "-I", "-c", LOOK)
    facts = json.loads(helper.answer())
    assert helper.end().endswith("status 0\n")
    assert facts["uids"] == facts["gids"] == [65534] * 3
    assert facts["groups"] == [65534]
    assert {name: value for name, value in facts["environ"].items() if name != "LC_CTYPE"} == {
        "HOME": "/x",
        "PATH": "/usr/bin:/bin",
    }
    assert facts["cwd"] == "/"
    assert facts["fds"] == ["0", "1", "2"]
    assert facts["leader"]
    assert facts["blocked"] == 0
    # Python's own: SIGPIPE and SIGXFSZ.
    assert set(facts["ignored"]) <= {13, 25}


def test_a_bridge_that_is_not_there() -> None:
    helper = Helper("/nonexistent/bridge")
    answer = helper.answer()
    assert b'"problem":"no-cockpit"' in answer
    assert b"/nonexistent/bridge cannot be started as nobody" in answer
    assert helper.end().endswith("status 127\n")


def test_what_it_says_on_stderr_is_escaped_and_cut() -> None:
    helper = Helper("/bin/sh", "-c", "printf 'a\\033[31m\\nlast'; printf '%5000s' x >&2; printf 'b\\033[31m\\nc' >&2")
    assert helper.answer() == b"a\x1b[31m\nlast"
    said = helper.end()
    assert "\x1b" not in said
    assert len(said) < 2000
    assert f"pilothouse: bridge {helper.child}: c\n" in said


STUBBORN = "trap '' TERM; echo deaf; sleep 60 & wait; sleep 60"


def test_half_a_hang_up_gives_it_time() -> None:
    import socket

    helper = Helper("/bin/cat")
    helper.connection.shutdown(socket.SHUT_WR)
    before = time.monotonic()
    assert helper.end().endswith("status 0\n")
    assert time.monotonic() - before < 1.5


def test_one_that_ignores_all_is_killed_with_its_children() -> None:
    helper = Helper("/bin/sh", "-c", STUBBORN)
    assert helper.connection.recv(100) == b"deaf\n"
    before = time.monotonic()
    helper.connection.close()
    assert helper.end().endswith("status -9\n")
    assert 1.5 < time.monotonic() - before < 4


def test_sigterm_ends_it() -> None:
    helper = Helper("/bin/sleep", "60")
    helper.process.terminate()
    assert helper.end().endswith("status -15\n")


def test_one_that_does_not_start_is_told_of_in_its_own_words() -> None:
    helper = Helper("/bin/sh", "-c", "echo first >&2; printf 'no room\\033[31m\n\n' >&2; exit 3")
    message = "the bridge exited with status 3 before it said anything: no room\\x1b[31m"
    assert helper.answer() == b""
    assert f"told terminated: {message}\nlater None\n" in helper.end()


@pytest.mark.parametrize("script", ["exit 0", "echo 'half a frame'; exit 3"])
def test_one_that_ends_well_or_has_been_heard_is_not_told_of(script: str) -> None:
    helper = Helper("/bin/sh", "-c", script)
    wait_until(lambda: not helper.left(), "it ended", 10)
    assert "told None" in helper.end()


def test_one_that_was_ended_is_not_told_of() -> None:
    helper = Helper("/bin/sleep", "60")
    helper.process.terminate()
    assert "told None" in helper.end()


def test_the_interpreter_that_looks_is_there() -> None:
    assert Path(PYTHON).exists()
