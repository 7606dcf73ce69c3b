"""A Kerberos realm in a corner of this machine: a real KDC on a free port of loopback, people, and their tickets."""

import base64
import http.client
import os
import select
import shutil
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

from testbed import leaks
from testbed.processes import wait_until
from testbed.system_console import Corner, Reply

NAME = "EXAMPLE.TEST"
HOST = "console.example.test"
SERVICE = f"HTTP@{HOST}"
PASSWORD = "S3cr3t-of-the-realm"
KEYTAB = "/etc/krb5.keytab"
PORTS_MAX = 5
"""Ports that are tried: others may take one between its being found free and the KDC's listening."""
TOKEN_MAX, TOKEN_TIME = 64 * 1024, 20.0
"""Bytes of a browser's token as it is printed, and the seconds that it may take."""
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_ENVIRONMENT = ("env", f"PATH={_PATH}", "KRB5_KDC_PROFILE=/etc/kdc.conf")
_CLIENT = Path(__file__).with_name("ticket_client.py")

_PROLONG = """
import struct, sys
from pathlib import Path
file, seconds = Path(sys.argv[1]), int(sys.argv[2])
content = file.read_bytes()
times = (struct.unpack_from(">III", content, place) for place in range(len(content) - 12))
end = next(end for issued, start, end in times if issued == start and end - start == seconds)
file.write_bytes(content.replace(struct.pack(">I", end), struct.pack(">I", end + 3600)))
print(end)
"""


def missing() -> str:
    """The program of Kerberos' that is not installed; empty where all are."""
    wanted = ("krb5kdc", "kadmin.local", "kinit", "curl")
    return next((each for each in wanted if shutil.which(each, path=_PATH) is None), "")


def free_port() -> int:
    """A port of loopback where nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Realm:
    """Made on construction: the console's host has its keys in /etc/krb5.keytab. Must be closed."""

    def __init__(self, corner: Corner, people: tuple[str, ...]) -> None:
        self.corner = corner
        self.keytab = corner.etc / "krb5.keytab"
        self._client = corner.etc / "ticket_client.py"
        shutil.copy(_CLIENT, self._client)
        self.corner.run("mkdir", "-p", "/run/kdc")
        self._move_to(free_port())
        self._run("kdb5_util", "create", "-s", "-r", NAME, "-P", uuid4().hex)
        self._make_people(people)
        self._kdc = self._start()

    def configure(self, clock_skew: int = 300) -> None:
        """What krb5.conf(5) says; `clock_skew`: by how many seconds the clocks of two machines may differ."""
        (self.corner.etc / "krb5.conf").write_text(
            f"[libdefaults]\ndefault_realm = {NAME}\ndns_lookup_realm = false\ndns_lookup_kdc = false\nrdns = false\n"
            "dns_canonicalize_hostname = false\nudp_preference_limit = 1\ndefault_ccache_name = FILE:/run/no-tickets\n"
            f"default_rcache_name = file2:/run/krb5-replays\nclockskew = {clock_skew}\n"
            f"[realms]\n{NAME} = {{\nkdc = 127.0.0.1:{self._port}\n"
            f"auth_to_local = RULE:[1:$1@$0](^chief@.*)s/^.*$/anna/\nauth_to_local = DEFAULT\n}}\n"
            f"[domain_realm]\n.example.test = {NAME}\n[logging]\nkdc = FILE:/run/kdc.log\n"
        )

    def _move_to(self, port: int) -> None:
        """Have the KDC listen there, once it is started, and others look for it there."""
        self._port = port
        self.configure()
        (self.corner.etc / "kdc.conf").write_text(
            f"[kdcdefaults]\nkdc_listen = 127.0.0.1:{port}\nkdc_tcp_listen = 127.0.0.1:{port}\n"
            f"[realms]\n{NAME} = {{\ndatabase_name = /run/kdc/principal\nkey_stash_file = /run/kdc/stash\n}}\n"
        )

    def _start(self) -> subprocess.Popen[bytes]:
        """The KDC, which serves; at another port where somebody has taken the one that was free."""
        for _ in range(PORTS_MAX):
            self.corner.run("cp", "/dev/null", "/run/kdc.log")
            argv = self.corner.namespace.enter([*_ENVIRONMENT, "krb5kdc", "-n"])
            kdc = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            leaks.own(kdc.pid)
            wait_until(
                lambda kdc=kdc: "commencing operation" in self._log() or kdc.poll() is not None, "the KDC serves", 20
            )
            if kdc.poll() is None:
                return kdc
            leaks.disown(kdc.pid)
            if "Address already in use" not in self._log():
                break
            self._move_to(free_port())
        raise RuntimeError(f"the KDC does not start: {self._log()}")

    def _serves(self, kdc: subprocess.Popen[bytes]) -> bool:
        """Whether it does, once it does or has ended."""
        wait_until(lambda: "commencing operation" in self._log() or kdc.poll() is not None, "the KDC serves", 20)
        return kdc.poll() is None

    def _log(self) -> str:
        return self.corner.run("cat", "/run/kdc.log")

    def _make_people(self, people: tuple[str, ...]) -> None:
        wanted = [f"addprinc -pw {PASSWORD} {person}" for person in people]
        # Chromium asks for a ticket by the address where the name leads to nothing else.
        keys = [f"HTTP/{HOST}", "HTTP/127.0.0.1", f"host/{HOST}"]
        wanted += [f"addprinc -randkey {service}" for service in (*keys, f"elsewhere/{HOST}")]
        wanted += [f"ktadd -k {KEYTAB} {service}" for service in keys]
        self._run("kadmin.local", "-r", NAME, said="\n".join(wanted) + "\n")

    def _run(self, *argv: str, said: str = "") -> str:
        return self.corner.run(*_ENVIRONMENT, *argv, said=said)

    def ticket(self, person: str, *options: str, folder: Path = Path("/run")) -> str:
        """A new cache with that person's ticket (`KRB5CCNAME`)."""
        cache = f"FILE:{folder}/ticket-{uuid4().hex}"
        self.corner.run("kinit", "-c", cache, *options, person, said=f"{PASSWORD}\n")
        return cache

    def short_ticket(self, person: str, seconds: int) -> tuple[str, int]:
        """A ticket for the console that is good for so long, which its owner does not see: the cache, and its end."""
        cache = self.ticket(person, "-l", f"{seconds}s")
        self.corner.run("kvno", "-c", cache, f"HTTP/{HOST}")
        return cache, int(self.corner.python(_PROLONG, cache.removeprefix("FILE:"), str(seconds)))

    def client(self, cache: str, *options: str, service: str = SERVICE) -> "Client":
        """A browser's tokens for that service."""
        argv = ["env", f"KRB5CCNAME={cache}", sys.executable, "-I", "/etc/ticket_client.py", service, *options]
        return Client(self.corner.namespace.enter(argv))

    def token(self, cache: str, *options: str, service: str = SERVICE) -> str:
        """The first of them."""
        client = self.client(cache, *options, service=service)
        try:
            return client.token()
        finally:
            client.close()

    def close(self) -> None:
        """The corner is as it was."""
        self._kdc.terminate()
        self._kdc.wait(timeout=10)
        leaks.disown(self._kdc.pid)
        for name in ("krb5.keytab", "krb5.conf", "kdc.conf", "ticket_client.py"):
            (self.corner.etc / name).unlink(missing_ok=True)


class Client:
    """One negotiation of a browser's."""

    def __init__(self, argv: list[str]) -> None:
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def token(self, answer: str = "") -> str:
        """The next token, after the server's answer to the one before."""
        assert self._process.stdin
        if answer:
            self._process.stdin.write(f"{answer}\n".encode())
            self._process.stdin.flush()
        token = self._line().strip()
        assert token, "the client has no token"
        assert base64.b64decode(token)
        return token.decode()

    def close(self) -> None:
        self._process.communicate(timeout=20)

    def _line(self) -> bytes:
        """The one line that it says next, or what there is of it at its end."""
        assert self._process.stdout
        said, until = b"", time.monotonic() + TOKEN_TIME
        while not said.endswith(b"\n"):
            left = until - time.monotonic()
            assert select.select([self._process.stdout], [], [], max(0.0, left))[0], f"it said no more than {said!r}"
            chunk = os.read(self._process.stdout.fileno(), TOKEN_MAX)
            if not chunk:
                break
            said += chunk
            assert len(said) <= TOKEN_MAX, "what it says is no token"
        return said


class Connection:
    """One connection of a browser's, kept open, on which it negotiates."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self._connection = (
            http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            if context is None
            else http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
        )

    def show(self, token: str | None) -> Reply:
        """What a token is answered; None: a request that says nothing of who it is."""
        headers = {} if token is None else {"Authorization": f"Negotiate {token}".rstrip()}
        self._connection.request("GET", "/cockpit/login", headers=headers)
        answer = self._connection.getresponse()
        received = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, answer.reason, received, answer.read())

    def close(self) -> None:
        self._connection.close()
