"""A running console for attacks, and what must hold after each of them whatever it was."""

import base64
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from testbed.console import Console
from testbed.processes import kill_quietly, process_table, wait_until
from testbed.raw_web import RawWebSocket, get, status

NOISE = 8
"""File descriptors that a gateway may hold more than before: connections that are just being closed."""


class Target:
    """`pilothouse serve` with a person logged in; `cookie` and `csrf` are theirs."""

    def __init__(self, directory: Path) -> None:
        plugin = directory / "home/.local/share/pilothouse/plugins/pictures"
        plugin.mkdir(parents=True)
        (plugin / "manifest.json").write_text(json.dumps({"version": 1, "name": "pictures"}))
        (plugin / "index.html").write_text("<html><head></head></html>")
        (plugin / "big.txt").write_text("0123456789abcdef" * 65536)
        self.console = Console(directory)
        self.port = self.console.port
        self.pid = self.console.process.pid
        self.cookie, self.csrf = self.log_in()

    def log_in(self) -> tuple[str, str]:
        """A further session: its cookie and CSRF token."""
        token = self.console.new_link().partition("#token=")[2]
        response = get(self.port, "/cockpit/login", f"Authorization: Bearer {token}")
        assert status(response) == 200, response
        head, _, body = response.partition(b"\r\n\r\n")
        cookie = next(line for line in head.decode().split("\r\n") if line.startswith("Set-Cookie: "))
        return cookie.removeprefix("Set-Cookie: ").partition(";")[0], json.loads(body)["csrf-token"]

    def socket(self, cookie: str | None = None) -> RawWebSocket:
        """A websocket of the session, greeted."""
        socket = RawWebSocket(self.port, "/cockpit/socket", f"Cookie: {cookie or self.cookie}")
        socket.init()
        return socket

    def external(self, options: dict[str, object], csrf: str | None = None) -> str:
        """The path of an external channel."""
        query = base64.b64encode(json.dumps(options).encode()).decode()
        return f"/cockpit/channel/{csrf or self.csrf}?{query}"

    def bridges(self) -> list[int]:
        return [process.pid for process in process_table().values() if process.parent == self.pid]

    def memory(self) -> int:
        """Bytes that the gateway holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self) -> int:
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    def cpu(self) -> float:
        """Seconds of processor time that the gateway has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def target_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    target = Target(tmp_path_factory.mktemp("target"))
    yield target
    target.console.stop()
    assert "Traceback" not in target.console.output, target.console.output
    assert "never retrieved" not in target.console.output, target.console.output


@pytest.fixture
def target(target_of_module: Target) -> Iterator[Target]:
    """The console. After the test: its person is still served, and nothing is left behind."""
    target = target_of_module
    before, sessions = target.descriptors(), len(target.bridges())
    yield target
    assert target.console.process.poll() is None, target.console.output
    with target.socket() as bystander:
        assert bystander.echo_works() < 5
    started = time.monotonic()
    assert status(get(target.port, "/ping")) == 200
    assert time.monotonic() - started < 5
    assert "Traceback" not in target.console.output, target.console.output
    wait_until(lambda: target.descriptors() <= before + NOISE, "the descriptors are closed", 15)
    wait_until(lambda: len(target.bridges()) <= sessions, "the bridges are gone", 15)


@pytest.fixture
def stopped() -> Iterator[list[int]]:
    """Processes that a test stops; they go on afterwards."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        kill_quietly(pid, signal.SIGCONT)
