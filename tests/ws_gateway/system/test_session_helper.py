"""Logins as they are: real PAM, real accounts, a real bridge."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from testbed.cockpit_gateway import COCKPIT_WS, cockpit_gateway
from testbed.processes import process_table, wait_until

from bridge.protocol import Deframer, frame

PASSWORD = "S3cr3t-anna-7291"
HELPER = (sys.executable, "-I", "-m", "ws_gateway.system.session_helper")
HOSTILE = {
    "LD_PRELOAD": "/tmp/evil.so",
    "PYTHONPATH": "/tmp/evil",
    "PYTHONSTARTUP": "/tmp/evil.py",
    "TZ": "/etc/passwd",
    "GATEWAY_SECRET": "x",
}


class Helper:
    """One session helper, with the gateway's end of its socket."""

    def __init__(self, corner: Any, *arguments: str, environ: dict[str, str] | None = None) -> None:
        self.connection, theirs = socket.socketpair()
        self.connection.settimeout(20)
        self.deframer = Deframer()
        self.messages: list[bytes] = []
        with theirs:
            self.process = subprocess.Popen(
                corner.namespace.enter([*HELPER, *arguments]),
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.PIPE,
                env=environ,
                text=True,
            )

    def hear(self) -> bytes:
        while not self.messages:
            chunk = self.connection.recv(65536)
            if not chunk:
                return b""
            self.messages = self.deframer.feed(chunk)
        return self.messages.pop(0)

    def control(self) -> dict[str, Any]:
        return dict(json.loads(self.hear()))

    def say(self, **message: object) -> None:
        self.connection.sendall(frame(b"\n" + json.dumps(message, separators=(",", ":")).encode()))

    def log_in(self, user: str, password: str) -> dict[str, Any]:
        asked = self.control()
        assert (asked["command"], asked["challenge"]) == ("authorize", "*")
        response = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.say(command="authorize", cookie=asked["cookie"], response=response, **{"remote-peer": "192.0.2.7"})
        return self.control()

    def answer(self, question: dict[str, Any], text: str) -> dict[str, Any]:
        number = question["challenge"].split()[1]
        response = f"X-Conversation {number} {base64.b64encode(text.encode()).decode()}"
        self.say(command="authorize", cookie=question["cookie"], response=response)
        return self.control()

    def spawn(self, *argv: str) -> str:
        """What a program says that the bridge runs."""
        self.say(command="init", version=1, host="localhost")
        self.say(command="open", channel="c", payload="stream", spawn=list(argv))
        said = b""
        while message := self.hear():
            if message.startswith(b"c\n"):
                said += message[2:]
            elif b'"close"' in message and b'"c"' in message:
                break
        return said.decode()

    def bridges(self) -> list[int]:
        table = process_table().values()
        return [p.pid for p in table if p.parent == self.process.pid and p.state != "Z"]

    def end(self) -> str:
        self.connection.close()
        _, said = self.process.communicate(timeout=20)
        return str(said)


@pytest.fixture
def helper(corner: Any) -> Iterator[Callable[..., Helper]]:
    made: list[Helper] = []

    def start(*arguments: str, **options: Any) -> Helper:
        made.append(Helper(corner, *arguments, **options))
        return made[-1]

    yield start
    for one in made:
        one.connection.close()
        one.process.kill()
        one.process.communicate()


def test_a_login_becomes_the_person(corner: Any, helper: Callable[..., Helper]) -> None:
    corner.records()
    one = helper(environ=HOSTILE | {"PATH": os.environ["PATH"], "HOME": "/tmp"})
    init = one.log_in("anna", PASSWORD)
    assert (init["command"], init["version"]) == ("init", 1)
    assert "problem" not in init
    uid = corner.run("id", "-u", "anna").strip()
    assert one.spawn("sh", "-c", "id -u; id -G; pwd; umask; ulimit -c; env").splitlines()[0] == uid
    (bridge,) = one.bridges()
    environ = Path(f"/proc/{bridge}/environ").read_bytes()
    assert b"HOME=/home/anna\0" in environ
    assert b"USER=anna\0" in environ
    assert b"XDG_SESSION_TYPE=web\0" in environ
    for name in HOSTILE:
        assert name.encode() not in environ
    status = Path(f"/proc/{bridge}/status").read_text()
    assert "CapEff:\t0000000000000000" in status
    assert Path(f"/proc/{bridge}/cwd").readlink() == Path("/home/anna")
    assert "anna" in corner.run("who", "/run/utmp")
    said = one.end()
    assert "session of anna from 192.0.2.7 opened" in said
    assert "session of anna ended" in said
    assert corner.run("who", "/run/utmp") == ""
    assert [line[:3] for line in corner.run("utmpdump", "/var/log/wtmp").splitlines()] == ["[7]", "[8]"]


def test_the_helper_itself_cannot_be_looked_into(helper: Callable[..., Helper]) -> None:
    one = helper()
    one.log_in("anna", PASSWORD)
    limits = Path(f"/proc/{one.process.pid}/limits").read_text()
    assert Path(f"/proc/{one.process.pid}/cwd").readlink() == Path("/")
    assert "Max core file size" in limits
    memory = memory_of(one.process.pid)
    assert PASSWORD.encode() not in memory
    assert base64.b64encode(f"anna:{PASSWORD}".encode()) not in memory
    one.end()


def memory_of(pid: int) -> bytes:
    """All that can be written of a process's memory."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in place.split("-"))
            memory.seek(start)
            while start < end and (chunk := memory.read(end - start)):
                found.append(chunk)
                start += len(chunk)
    return b"".join(found)


def test_all_who_are_refused_hear_the_same_as_late(corner: Any, helper: Callable[..., Helper]) -> None:
    corner.records()
    corner.user("locked", "S3cr3t-locked", "-p", "x")
    corner.run("usermod", "-L", "locked")
    wrong = {"anna": "guess", "nobody-has-this-name": "guess", "locked": "S3cr3t-locked", "": "x", "an\x1bna": "x"}
    started, heard = [helper() for _ in wrong], []
    for one, (user, password) in zip(started, wrong.items(), strict=True):
        before = time.monotonic()
        heard.append(one.log_in(user, password))
        assert 1.9 < time.monotonic() - before < 6
        assert one.process.wait(timeout=10) == 5
    refusal = {"command": "init", "problem": "authentication-failed", "message": "Wrong user name or password."}
    # For the gateway's audit log, which names people of this machine only; the browser is not told.
    assert heard == [refusal | {"user": user if user in ("anna", "locked") else ""} for user in wrong]
    refused = corner.run("utmpdump", "/var/log/btmp")
    assert refused.count("192.0.2.7") >= len(wrong)
    said = [one.end() for one in started]
    assert "failed for anna" in said[0]
    assert "nobody-has-this-name" not in said[1]
    corner.run("userdel", "-r", "-f", "locked")


@pytest.mark.parametrize(
    ("options", "after", "said"),
    [
        (("-s", "/usr/sbin/nologin"), (), "not permitted"),
        (("-s", "/bin/no-shell-of-ours"), (), "not permitted"),
        ((), ("chage", "-E", "2020-01-01"), "expired"),
    ],
)
def test_who_is_known_but_not_let_in_learns_why(
    corner: Any, helper: Callable[..., Helper], options: tuple[str, ...], after: tuple[str, ...], said: str
) -> None:
    corner.user("berta", "S3cr3t-berta", *options)
    if after:
        corner.run(*after, "berta")
    heard = helper().log_in("berta", "S3cr3t-berta")
    corner.run("userdel", "-r", "-f", "berta")
    assert heard["problem"] == "access-denied"
    assert said in heard["message"]


def test_a_machine_that_lets_nobody_in_says_so(corner: Any, helper: Callable[..., Helper]) -> None:
    (corner.etc / "nologin").write_text('Back at "noon".\n')
    try:
        heard = helper().log_in("anna", PASSWORD)
    finally:
        (corner.etc / "nologin").unlink()
    assert (heard["problem"], heard["message"].strip()) == ("access-denied", 'Back at "noon".')


def test_an_expired_password_is_changed_on_the_way(corner: Any, helper: Callable[..., Helper]) -> None:
    corner.user("clara", "S3cr3t-old-one")
    corner.run("chage", "-d", "0", "clara")
    one = helper()
    question = one.log_in("clara", "S3cr3t-old-one")
    asked = []
    while question["command"] == "authorize":
        asked.append(question)
        is_old = question["prompt"].startswith("Current")
        question = one.answer(question, "S3cr3t-old-one" if is_old else "An0ther-l0ng-one")
    assert question["command"] == "init"
    assert "problem" not in question
    assert [each["prompt"] for each in asked] == ["Current password: ", "New password: ", "Retype new password: "]
    assert not any(each["echo"] for each in asked)
    assert "change" in (asked[0]["message"] + asked[0]["error"]).lower()
    one.end()
    assert helper().log_in("clara", "An0ther-l0ng-one").get("problem") is None
    corner.run("userdel", "-r", "-f", "clara")


def test_what_pam_says_is_passed_on_as_it_is(corner: Any, helper: Callable[..., Helper]) -> None:
    (corner.etc / "motd-of-test").write_text('"quoted"\n\r\x1b[31m' + "x" * 100)
    corner.service(
        "auth optional pam_echo.so file=/etc/motd-of-test\nauth required pam_exec.so expose_authtok quiet /bin/true\n"
        "auth required pam_deny.so\naccount required pam_permit.so\nsession required pam_permit.so\n"
    )
    heard = helper().log_in("anna", "x")
    assert heard["problem"] == "authentication-failed"
    assert heard["message"] == "Wrong user name or password."


def test_a_session_that_pam_does_not_open(corner: Any, helper: Callable[..., Helper]) -> None:
    corner.service("auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_deny.so\n")
    one = helper()
    heard = one.log_in("anna", "x")
    assert heard["problem"] == "access-denied"
    assert "no session for anna" in one.end()


def test_sessions_are_opened_and_closed_once(corner: Any, helper: Callable[..., Helper]) -> None:
    keep = corner.etc / "keep"
    keep.write_text(
        "#!/usr/bin/python3\nimport os\nprint(os.environ['PAM_TYPE'], os.environ['PAM_RHOST'], "
        "os.environ['PAM_TTY'], file=open('/run/kept', 'a'))\n"
    )
    keep.chmod(0o755)
    corner.service(
        "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_exec.so quiet /etc/keep\n"
    )
    one = helper()
    one.log_in("anna", "x")
    one.end()
    assert corner.run("cat", "/run/kept").splitlines() == ["open_session 192.0.2.7 web", "close_session 192.0.2.7 web"]
    corner.run("rm", "/run/kept")


def test_what_a_person_sets_for_pam_is_theirs_alone(corner: Any, helper: Callable[..., Helper]) -> None:
    corner.run("mkdir", "-p", "/run/evil")
    own = corner.etc / "environment-of-test"
    own.write_text("PATH=/run/evil\nSSH_AGENT_PID=1\n")
    corner.service(
        "auth required pam_permit.so\naccount required pam_permit.so\n"
        "session required pam_env.so envfile=/etc/environment-of-test\n"
    )
    one = helper()
    one.log_in("anna", "x")
    (bridge,) = one.bridges()
    assert b"PATH=/run/evil\0" in Path(f"/proc/{bridge}/environ").read_bytes()
    assert b"/run/evil" not in Path(f"/proc/{one.process.pid}/environ").read_bytes()
    one.end()


def test_the_rules_that_we_ship(corner: Any, helper: Callable[..., Helper]) -> None:
    if not (corner.etc / "pam.d" / "common-auth").exists():
        pytest.skip("the rules are for Debian")
    corner.service((Path(__file__).parents[3] / "packaging/pam.d/pilothouse").read_text())
    (corner.etc / "pilothouse").mkdir()
    (corner.etc / "pilothouse/disallowed-users").write_text("root\nberta\n")
    corner.user("berta", "S3cr3t-berta")
    assert helper().log_in("berta", "S3cr3t-berta")["problem"] == "authentication-failed"
    assert "problem" not in helper().log_in("anna", PASSWORD)
    corner.run("userdel", "-r", "-f", "berta")


def test_sigterm_closes_the_session_too(corner: Any, helper: Callable[..., Helper]) -> None:
    corner.records()
    one = helper()
    one.log_in("anna", PASSWORD)
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(timeout=10) == 0
    assert corner.run("who", "/run/utmp") == ""
    assert "session of anna ended" in one.end()


def test_another_bridge(helper: Callable[..., Helper]) -> None:
    one = helper("--", "/bin/echo", "not a bridge")
    asked = one.control()
    response = "Basic " + base64.b64encode(f"anna:{PASSWORD}".encode()).decode()
    one.say(command="authorize", cookie=asked["cookie"], response=response)
    assert one.connection.recv(100) == b"not a bridge\n"
    assert one.process.wait(timeout=10) == 0


def test_a_gateway_that_goes_in_the_middle(helper: Callable[..., Helper]) -> None:
    one = helper()
    one.control()
    one.connection.close()
    assert one.process.wait(timeout=5) == 5
    assert one.bridges() == []


def test_no_home_no_matter(corner: Any, helper: Callable[..., Helper]) -> None:
    corner.user("dora", "S3cr3t-dora")
    corner.run("rm", "-rf", "/home/dora")
    one = helper()
    assert "problem" not in one.log_in("dora", "S3cr3t-dora")
    (bridge,) = one.bridges()
    assert Path(f"/proc/{bridge}/cwd").readlink() == Path("/")
    one.end()
    corner.run("userdel", "-f", "dora")


@pytest.mark.skipif(not Path("/usr/bin/cockpit-bridge").exists(), reason="cockpit-bridge is not installed")
def test_cockpits_bridge_behind_our_helper(helper: Callable[..., Helper]) -> None:
    one = helper("--", "/usr/bin/cockpit-bridge")
    init = one.log_in("anna", PASSWORD)
    assert (init["command"], init["version"]) == ("init", 1)
    one.end()
    wait_until(lambda: one.bridges() == [], "its bridge is gone")


@pytest.mark.skipif(not COCKPIT_WS.exists(), reason="cockpit-ws is not installed")
def test_our_helper_behind_cockpits_gateway(corner: Any) -> None:
    with cockpit_gateway(corner, "Basic") as gateway:
        assert log_in_at(gateway.port, PASSWORD) == 200
        assert log_in_at(gateway.port, "guess") == 401
        session = next(p.pid for p in process_table().values() if p.parent == gateway.pid)
    wait_until(lambda: session not in process_table() or process_table()[session].state == "Z", "the session ends")


def log_in_at(port: int, password: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    credentials = base64.b64encode(f"anna:{password}".encode()).decode()
    connection.request("GET", "/cockpit/login", headers={"Authorization": f"Basic {credentials}"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status
