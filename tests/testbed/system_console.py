"""A corner of this machine for system mode, with users and settings that nobody else sees, and a console there."""

import base64
import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from testbed.browser_socket import Socket
from testbed.namespace import Namespace
from testbed.processes import carrying, describe, kill_quietly, process_table, wait_until
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

ROOT = Path(__file__).parents[2]
GATEWAY_UID = 65534
PAM_SERVICE = """
auth required pam_unix.so
account required pam_nologin.so
account required pam_unix.so
password required pam_unix.so
session required pam_env.so
session required pam_unix.so
"""


class Corner:
    """Mounts of its own over /etc, /run, /var/log, /home and /root: users and PAM services that nobody else sees."""

    def __init__(self, directory: Path) -> None:
        self.etc = directory / "etc"
        subprocess.run(["cp", "-a", "/etc", str(self.etc)], check=True)
        # Of a console that is installed here, and of this machine's own realm.
        shutil.rmtree(self.etc / "pilothouse", ignore_errors=True)
        (self.etc / "krb5.keytab").unlink(missing_ok=True)
        python = Path(sys.base_prefix)
        (directory / "python").mkdir()
        self.namespace = Namespace()
        self.namespace.mount("--bind", python, directory / "python")
        self.namespace.mount("--bind", self.etc, "/etc")
        for place in ("/root", "/run", "/var/log", "/home"):
            self.namespace.mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", place)
        if python.is_relative_to("/root"):
            # The interpreter may be in a folder of root's, and people shall be able to run it.
            self.run("mkdir", "-p", str(python))
            self.namespace.mount("--bind", directory / "python", python)
        self.service(PAM_SERVICE)

    def run(self, *argv: str, said: str = "") -> str:
        """Runs a program in here; what it said."""
        done = subprocess.run(self.namespace.enter(argv), input=said, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (argv, done.stdout, done.stderr)
        return done.stdout

    def python(self, script: str, *arguments: str) -> str:
        return self.run(sys.executable, "-c", script, *arguments)

    def user(self, name: str, password: str, *options: str) -> None:
        """Makes an account that nobody outside sees."""
        self.run("useradd", "-m", "-s", "/bin/bash", *options, name)
        self.run("chpasswd", said=f"{name}:{password}\n")

    def service(self, rules: str) -> None:
        """The PAM rules of our service."""
        (self.etc / "pam.d" / "pilothouse").write_text(rules)

    def records(self) -> None:
        """Empty utmp, wtmp and btmp."""
        for path in ("/run/utmp", "/var/log/wtmp", "/var/log/btmp"):
            self.run("rm", "-f", path)
            self.run("touch", path)


class Reply(NamedTuple):
    status: int
    reason: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class System:
    """`pilothouse serve --system` in a corner, and a browser's requests to it."""

    MARK = "PILOTHOUSE_TEST_SYSTEM"

    def __init__(self, corner: Corner, directory: Path, *arguments: str, prefix: tuple[str, ...] = ()) -> None:
        self.corner = corner
        self._ours = uuid4().hex
        self._log = directory / f"system-{self._ours}.log"
        self.status = 0
        argv = [*prefix, sys.executable, "-m", "ws_gateway", "serve", "--system", "--user", str(GATEWAY_UID)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                corner.namespace.enter([*argv, "--port", "0", "--address", "127.0.0.1", *arguments]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {self.MARK: self._ours},
                start_new_session=True,
            )
        wait_until(lambda: "Pilothouse is at" in self.output or self.process.poll() is not None, "it serves", 30)
        assert self.process.poll() is None, self.output
        self.url = self.output.partition("Pilothouse is at ")[2].split()[0]
        self.port = int(self.url.rstrip("/").rpartition(":")[2])
        self.context = ssl.create_default_context()
        if self.url.startswith("https"):
            self.trust()

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def trust(self) -> None:
        """Believes in the console's certificate, and in no other."""
        folder = self.corner.etc / "pilothouse" / "ws-certs.d"
        self.context = ssl.create_default_context(cafile=str(max(folder.glob("*.cert"))))

    def get(self, path: str, source: str = "127.0.0.1", **headers: str) -> Reply:
        if self.url.startswith("https"):
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, context=self.context, timeout=30, source_address=(source, 0)
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(source, 0))
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return Reply(answer.status, answer.reason, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def log_in(self, user: str, password: str, **more: str) -> Reply:
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        return self.get("/cockpit/login", Authorization=f"Basic {credentials}", **more)

    def answer(self, question: Reply, text: str, application: str = "cockpit") -> Reply:
        """The next step of a login that asked something."""
        assert question.headers["www-authenticate"].startswith(f"X-Conversation {question.json['id']}")
        answer = base64.b64encode(text.encode()).decode()
        return self.get(f"/{application}/login", Authorization=f"X-Conversation {question.json['id']} {answer}")

    async def socket(self, login: Reply, application: str = "cockpit") -> Socket:
        request = HTTPRequest(
            self.url.replace("http", "ws", 1) + f"{application}/socket",
            headers={"Origin": self.url.rstrip("/"), "Cookie": login.headers["set-cookie"].partition(";")[0]},
            ssl_options=self.context if self.url.startswith("https") else None,
        )
        return Socket(await websocket_connect(request, subprotocols=["cockpit1"]))

    def children(self, parent: int | None = None) -> list[int]:
        parent = self.process.pid if parent is None else parent
        return [process.pid for process in process_table().values() if process.parent == parent]

    def gateway(self) -> int:
        return next(pid for pid in self.children() if "system_gateway" in describe(pid))

    def helpers(self) -> list[int]:
        """The session helpers that have not ended."""
        table = process_table()
        living = [pid for pid in self.children() if pid in table and table[pid].state != "Z"]
        return [pid for pid in living if "session_helper" in describe(pid)]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=15) == self.status, self.output
        assert "Traceback" not in self.output, self.output

    def kill(self) -> None:
        for pid in [*self.children(), *carrying(self.MARK, self._ours, process_table())]:
            kill_quietly(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait(timeout=10)
