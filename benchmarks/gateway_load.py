"""What many people at once cost the gateway, as it is in system mode: TLS, PAM and a bridge for each. Needs root.

    .venv/bin/python benchmarks/gateway_load.py --user NAME --password-file FILE [--sockets 1000] [--sessions 200]

NAME is an account of this machine that may log in; PAM needs a service `pilothouse`. Everything stays on loopback.
"""

import argparse
import base64
import os
import re
import resource
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from web_client import WebClient, request

QUIET = 20.0
"""Seconds for which the idle sockets are watched."""


@dataclass(frozen=True, slots=True)
class Server:
    """A console in system mode."""

    port: int
    gateway: int
    context: ssl.SSLContext
    credentials: str

    def log_in(self, source: str = "127.0.0.1") -> str:
        """A new session's cookie."""
        with socket.create_connection(("127.0.0.1", self.port), source_address=(source, 0)) as plain:
            connection = self.context.wrap_socket(plain, server_hostname="127.0.0.1")
            status, headers, body = request(
                connection, "/cockpit/login", "", f"Authorization: Basic {self.credentials}", "Connection: close"
            )
            if status != 200:
                raise RuntimeError(f"{status}: {body!r}")
            return headers["set-cookie"].partition(";")[0]

    def memory(self) -> float:
        """MiB."""
        pages = int(Path(f"/proc/{self.gateway}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def cpu(self) -> float:
        """Seconds."""
        fields = Path(f"/proc/{self.gateway}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(user: str, password: str, run_as: str, descriptors: int) -> Iterator[Server]:
    """A console on a free port, whose processes may have so many file descriptors each."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "etc"
        config.mkdir()
        (config / "pilothouse.conf").write_text("[WebService]\nMaxStartups = 50\n")
        process = subprocess.Popen(
            [
                *("prlimit", f"--nofile={descriptors}:{descriptors}"),
                *(sys.executable, "-m", "ws_gateway", "serve", "--system", "--user", run_as, "--port", "0"),
                *("--address", "127.0.0.1", "--config-dir", str(config), "--runtime-dir", f"{folder}/run"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            text=True,
        )
        Path(folder).chmod(0o755)
        assert process.stdout
        found = re.search(r":(\d+)/$", process.stdout.readline())
        if found is None:
            raise SystemExit("the console does not start; try it by hand")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Server(int(found[1]), int(children[0]), context, base64.b64encode(f"{user}:{password}".encode()).decode())
        process.terminate()
        process.wait(30)
        process.stdout.close()


def idle_sockets(server: Server, count: int) -> None:
    """Sockets that only answer pings, and a login meanwhile."""
    cookie = server.log_in()
    first = WebClient(server.port, cookie, server.context)
    before = server.memory()
    clients = [first]
    while len(clients) < count:
        clients.append(WebClient(server.port, cookie, server.context))
        if len(clients) % 100 == 0:
            for client in clients:
                client.answer_pings()
    grown = server.memory() - before
    # The sockets were opened in a row; what that cost is not what is measured.
    answer_all(clients, QUIET / 4)
    cpu, started = server.cpu(), time.monotonic()
    answer_all(clients, QUIET)
    share = (server.cpu() - cpu) / (time.monotonic() - started)
    started = time.monotonic()
    server.log_in("127.0.0.2")
    login = time.monotonic() - started
    show(f"{count} idle sockets", f"{grown:.1f} MiB, {share:.1%} of a core, a login {login:.2f} s", "40 MiB, 3 %, 3 s")
    for client in clients:
        client.close()


def answer_all(clients: list[WebClient], seconds: float) -> None:
    """Answers pings for so long."""
    until = time.monotonic() + seconds
    with select.epoll() as poll:
        for client in clients:
            poll.register(client.fileno(), select.EPOLLIN)
        by_number = {client.fileno(): client for client in clients}
        while (left := until - time.monotonic()) > 0:
            for number, _ in poll.poll(left):
                by_number[number].answer_pings()


def sessions(server: Server, count: int) -> None:
    """Logins that stay, each with a bridge; all of them answer."""
    started = time.monotonic()
    clients = []
    for number in range(count):
        cookie = server.log_in(f"127.0.{1 + number // 200}.{1 + number % 200}")
        clients.append(WebClient(server.port, cookie, server.context))
        if number % 5 == 0:
            for client in clients:
                client.answer_pings()
    took = time.monotonic() - started
    slowest = 0.0
    for client in clients:
        started = time.monotonic()
        channel = client.open("echo")
        client.send(channel, b"there?")
        client.data(channel)
        slowest = max(slowest, time.monotonic() - started)
    show(f"{count} sessions", f"opened in {took:.0f} s; the slowest echo {slowest:.2f} s", "1 s")
    for client in clients:
        client.close()


def slow_reader(server: Server) -> None:
    """A page that opens a stream without end and does not read."""
    cookie = server.log_in()
    slow, other = (WebClient(server.port, cookie, server.context) for _ in range(2))
    before = server.memory()
    for flow_control in (False, True):
        slow.control(
            command="open",
            channel=f"y{flow_control}",
            payload="stream",
            spawn=["yes"],
            **{"flow-control": flow_control},
        )
    peak, slowest = 0.0, 0.0
    for _ in range(50):
        started = time.monotonic()
        channel = other.open("echo")
        other.send(channel, b"there?")
        other.data(channel)
        slowest = max(slowest, time.monotonic() - started)
        peak = max(peak, server.memory() - before)
    show("a page that does not read", f"{peak:.1f} MiB; the slowest echo of another {slowest:.2f} s", "4 MiB, 1 s")
    slow.close()
    other.close()


def no_descriptors(server: Server) -> None:
    """More connections than there are descriptors, and then none of them."""
    connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    cpu = server.cpu()
    time.sleep(2)  # noqa: TID251 - this is what is measured
    share = (server.cpu() - cpu) / 2
    for connection in connections:
        connection.close()
    started = time.monotonic()
    server.log_in("127.0.0.3")
    show(
        "descriptors used up", f"{share:.1%} of a core; a login after it {time.monotonic() - started:.2f} s", "5 %, 3 s"
    )


def show(name: str, figures: str, aim: str) -> None:
    print(f"{name:28}{figures}   (aim: {aim})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--run-as", default="65534", help="the web server's user (default 65534)")
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--only", nargs="+", choices=["idle", "sessions", "slow", "descriptors"], help="not all of it")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    measures: dict[str, tuple[Callable[[Server], None], int]] = {
        "idle": (lambda server: idle_sockets(server, options.sockets), most),
        "sessions": (lambda server: sessions(server, options.sessions), most),
        "slow": (slow_reader, most),
        "descriptors": (no_descriptors, 64),
    }
    for measure, descriptors in (measures[name] for name in options.only or measures):
        with serving(options.user, options.password_file.read_text().strip(), options.run_as, descriptors) as server:
            measure(server)


if __name__ == "__main__":
    main()
