"""Logs a person in to another host: `[Ssh-Login]` where nothing else is configured (reference 4.4).

It runs as the web server's user, with the dialogue of the session helper on its stdin and stdout, which ssh(1) has as
well: once the person is logged in there, they are the bridge's on the other host. The password comes with the first
question, goes to ssh through a socket, and is nowhere else. No file of any user's is read: not their configuration,
which could name programs, and not their keys.
"""

import logging
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bridge.protocol import Problem
from ws_gateway.logs.log import printable
from ws_gateway.relay.failed_start import LAST_WORDS_MAX, START_WITHIN, failed_start, has_unread
from ws_gateway.system.helper_dialogue import Credentials, Dialogue
from ws_gateway.system.known_keys import ADMINISTRATORS, KnownKeys
from ws_gateway.system.pam import Message, Style, wipe
from ws_gateway.system.ssh_askpass import SshAskpass
from ws_gateway.system.ssh_host import ALLOW_LOCAL, parse_host
from ws_gateway.system.ssh_words import AUTHENTICATED, HostKey, asks_for_password, host_key_in, problem_in
from ws_gateway.system.ways import UNKNOWN_HOSTS

CONNECT_TIME = 8
"""Seconds that the host has to answer, all its addresses together."""
SAID_MAX = 16 * 1024
"""Bytes of what ssh says that are looked at."""
LINE_MAX = 1024
"""Bytes of a line that the host says which are passed on in one piece."""
SSH_FAILED = 255
"""Its exit status where the fault is its own, or the connection's."""
REMOTE = "sh -c 'command -v pilothouse-bridge >/dev/null 2>&1 && exec pilothouse-bridge; exec cockpit-bridge'"
"""What the host's shell gets, whoever logs in to whatever."""
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}\$?(?:@[A-Za-z0-9.-]{1,255})?")
_OPTIONS = (
    *("BatchMode=no", "CanonicalizeHostname=no", "CheckHostIP=no", "ClearAllForwardings=yes", "ControlMaster=no"),
    *("ControlPath=none", "EscapeChar=none", "ForwardAgent=no", "ForwardX11=no"),
    *(
        "GSSAPIAuthentication=no",
        f"GlobalKnownHostsFile={ADMINISTRATORS}",
        "HashKnownHosts=no",
        "HostbasedAuthentication=no",
        "IdentityAgent=none",
    ),
    *("IdentityFile=none", "LogLevel=VERBOSE", "NumberOfPasswordPrompts=1", "PermitLocalCommand=no"),
    *("PreferredAuthentications=keyboard-interactive,password", "ProxyCommand=none", "ProxyJump=none"),
    *("PubkeyAuthentication=no", "RequestTTY=no", "ServerAliveCountMax=3", "ServerAliveInterval=15", "Tunnel=no"),
    "UpdateHostKeys=no",
)

_STATISTICS = (b"Transferred: sent ", b"Bytes per second: ")
"""Of ssh's own, at the end."""

_log = logging.getLogger("pilothouse-ssh")


class SshLogin:
    """One login to `host`."""

    def __init__(self, dialogue: Dialogue, host: str, asks_about_hosts: bool, allow_local: bool) -> None:
        self._host = parse_host(host)
        self._dialogue = dialogue
        self._asks_about_hosts = asks_about_hosts
        self._allow_local = allow_local
        self._password: bytearray | None = None
        self._has_asked = self._has_new_key = False
        self._said = b""

    def run(self, credentials: Credentials, connection: socket.socket) -> int:
        """ssh's exit status, when the session is over. Problem where none came to be.

        `connection`: what ssh has as well, to the gateway.
        """
        self._password = credentials.password
        user = self._host.user or credentials.user
        if not _USER.fullmatch(user):
            raise Problem("authentication-failed", "Wrong user name or password.")
        with KnownKeys(self._host.alias, credentials.known_hosts) as self._keys, SshAskpass(self._answer) as askpass:
            try:
                process = self._log_in(askpass, user)
            except Problem as problem:
                if self._has_new_key:
                    problem.extra["known-hosts"] = self._keys.now()
                raise
            finally:
                wipe(credentials.password)
        signal.alarm(0)
        return self._wait(process, connection)

    def _log_in(self, askpass: SshAskpass, user: str) -> subprocess.Popen[bytes]:
        """Tries the host's addresses until one answers."""
        addresses = self._host.addresses(self._allow_local)
        for left in range(len(addresses) - 1, -1, -1):
            process = self._start(askpass.program, user, addresses[-1 - left], CONNECT_TIME // len(addresses))
            try:
                self._converse(process, askpass)
                return process
            except BaseException as error:
                process.kill()
                process.wait()
                is_elsewhere = isinstance(error, Problem) and error.code == "no-host" and not self._has_asked
                if not (left and is_elsewhere):
                    raise
        raise AssertionError("a host has an address")

    def _start(self, askpass: Path, user: str, address: str, within: int) -> subprocess.Popen[bytes]:
        """ssh gets the address that was looked at, so that it cannot be another one by now; keys go by the name."""
        options = [*_OPTIONS, f"UserKnownHostsFile={self._keys.file}", f"StrictHostKeyChecking={self._strictness}"]
        options += [f"HostKeyAlias={self._host.alias}", f"ConnectTimeout={within}"]
        argv = ["ssh", "-F", "none", *(word for option in options for word in ("-o", option)), "-T", "-l", user]
        environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}
        environ |= {"SSH_ASKPASS": str(askpass), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": "-"}
        argv += ["-p", str(self._host.port), "--", address, REMOTE]
        self._said = b""
        try:
            return subprocess.Popen(argv, stderr=subprocess.PIPE, env=environ, cwd="/")
        except OSError as exc:
            raise Problem("internal-error", f"ssh cannot be started: {exc.strerror}") from None

    @property
    def _strictness(self) -> str:
        return "ask" if self._asks_about_hosts else "yes"

    def _converse(self, process: subprocess.Popen[bytes], askpass: SshAskpass) -> None:
        """Answers what ssh asks, until the host's programs have the word."""
        assert process.stderr
        poll = select.poll()
        for readable in (askpass, process.stderr):
            poll.register(readable, select.POLLIN)
        while not any(line.startswith(AUTHENTICATED) for line in self._lines()):
            for number, _ in poll.poll():
                if number == askpass.fileno():
                    askpass.answer()
                elif not (piece := os.read(number, SAID_MAX)):
                    process.wait()
                    raise self._refusal()
                else:
                    self._said = (self._said + piece)[-SAID_MAX:]

    def _lines(self) -> list[str]:
        return self._said.decode(errors="replace").splitlines()

    def _refusal(self) -> Problem:
        said = self._said.decode(errors="replace")
        problem = problem_in(said)
        if problem.code == "no-host":
            _log.info(
                "%s cannot be reached: %s", printable(self._host.name), printable(said.strip().rpartition("\n")[2], 200)
            )
        return problem

    def _answer(self, question: str) -> bytearray | None:
        self._has_asked = True
        if (key := host_key_in(question)) is not None:
            return self._ask_about(key)
        if self._has_new_key:
            # ssh has written it down by now, and whatever succeeds comes after this answer.
            self._dialogue.tell({"known-hosts": self._keys.now()})
        if asks_for_password(question):
            if self._password is not None:
                password, self._password = self._password, None
                return password or None
            # It was wrong, and each further answer would be one more failed login there.
            raise Problem("authentication-failed", "Wrong user name or password.")
        return self._dialogue.ask(Message(Style.SECRET, question))

    def _ask_about(self, key: HostKey) -> bytearray | None:
        about = {"host-key": f"{key.host} {key.kind} {key.fingerprint}", "default": key.fingerprint}
        answer = self._dialogue.ask(Message(Style.QUESTION, "Accept the host's key?"), **about)
        self._has_new_key = bytes(answer) in (b"yes", key.fingerprint.encode())
        return bytearray(b"yes" if self._has_new_key else b"no")

    def _wait(self, process: subprocess.Popen[bytes], connection: socket.socket) -> int:
        """Passes on what the host says beside the session. Who logged in is told of a bridge that did not start."""
        started, last_line = time.monotonic(), b""
        try:
            for line in self._said_beside(process):
                sys.stderr.buffer.write(line)
                sys.stderr.buffer.flush()
                last_line = line if line.strip() else last_line
            status = process.wait()
        except BaseException:
            process.kill()
            raise
        # As for a bridge of this machine (`supervision`): past its first word nobody pays heed to this.
        if status and time.monotonic() < started + START_WITHIN and not has_unread(connection):
            self._dialogue.refuse(_failed_start(status, last_line, self._host.name))
        return status

    def _said_beside(self, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
        """Lines, and pieces of lines that are too long, of the host's programs; none of ssh's own."""
        assert process.stderr
        _, _, came_along = self._said.partition(AUTHENTICATED.encode())
        *whole, rest = came_along.partition(b"\n")[2].split(b"\n")
        yield from (line + b"\n" for line in whole if _is_the_hosts(line))
        while line := rest + process.stderr.readline(LINE_MAX):
            rest = b""
            if _is_the_hosts(line):
                yield line


def main() -> int:
    """Exit status: that of the bridge, 127 where there is none; 5 for who was not let in."""
    logging.basicConfig(format="%(name)s: %(message)s", level=logging.INFO)
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, _give_up)
    connection = socket.socket(fileno=os.dup(0))
    dialogue = Dialogue(connection)
    try:
        return _login(dialogue).run(dialogue.credentials(), connection)
    except Problem as problem:
        dialogue.refuse(problem)
        return 5


def _login(dialogue: Dialogue) -> SshLogin:
    *options, host = sys.argv[1:]
    return SshLogin(dialogue, host, os.environ.get(UNKNOWN_HOSTS) == "1", ALLOW_LOCAL in options)


def _is_the_hosts(line: bytes) -> bool:
    return not line.startswith(_STATISTICS)


def _failed_start(status: int, last_line: bytes, host: str) -> Problem:
    if status == SSH_FAILED:
        # A bridge that was ended by a signal, too: ssh does not tell which.
        words = printable(last_line.decode("utf-8", "replace").strip(), LAST_WORDS_MAX) or "the log may say why"
        return Problem("terminated", f"the connection to {host} ended before the bridge there said anything: {words}")
    return failed_start(status, last_line, f"the bridge on {host}")


def _give_up(number: int, _frame: object) -> None:
    """What was made for the login goes with us."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
