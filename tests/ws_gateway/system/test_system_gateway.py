"""The gateway of system mode, with a monitor that is this test."""

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ws_gateway.listening.certificates import ensure_certificate, memory_file
from ws_gateway.serve import listen
from ws_gateway.settings import Settings, SystemSettings
from ws_gateway.system import monitor_link

GATEWAY = (sys.executable, "-I", "-m", "ws_gateway.system.system_gateway")


class Started:
    def __init__(self) -> None:
        self.link, theirs = monitor_link.make_link()
        self.link.settimeout(20)
        with theirs:
            self.process = subprocess.Popen(
                GATEWAY, stdin=theirs.fileno(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", text=True
            )

    def start(self, tmp_path: Path, certificate: bytes | None, **system: Any) -> int:
        """The port that it serves."""
        described = SystemSettings(tmp_path / "session", tls=certificate is not None, **system)
        with listen(Settings(port=0)) as listener:
            port: int = listener.getsockname()[1]
            settings = Settings(port=port, system=described)
            message = {"start": monitor_link.describe(settings, described)}
            if certificate is None:
                monitor_link.send(self.link, message, [listener.fileno()])
            else:
                with memory_file(certificate) as memory:
                    monitor_link.send(self.link, message, [listener.fileno(), memory])
        assert monitor_link.receive(self.link) == ({"ready": True}, [])
        return port

    def end(self) -> str:
        self.link.close()
        said, _ = self.process.communicate(timeout=10)
        return str(said)


@pytest.fixture
def gateway() -> Iterator[Started]:
    started = Started()
    yield started
    started.link.close()
    started.process.kill()
    started.process.communicate()


def ask(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_it_ends_with_the_monitor(gateway: Started, tmp_path: Path) -> None:
    port = gateway.start(tmp_path, None)
    assert ask(port, "/ping")[0] == 200
    assert gateway.end() == ""
    assert gateway.process.returncode == 0


def test_a_monitor_that_says_nothing(gateway: Started) -> None:
    assert "the monitor ended" in gateway.end()
    assert gateway.process.returncode == 1


def test_the_certificate_it_was_given_is_held_by_no_descriptor(gateway: Started, tmp_path: Path) -> None:
    port = gateway.start(tmp_path, ensure_certificate(tmp_path))
    with socket.create_connection(("127.0.0.1", port)):
        pass
    targets = []
    for link in Path(f"/proc/{gateway.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            targets.append(str(link.readlink()))
    assert not any("memfd" in target for target in targets)
    limits = Path(f"/proc/{gateway.process.pid}/limits").read_text()
    assert next(line for line in limits.splitlines() if "core file" in line).split()[4] == "0"
    assert gateway.end() == ""


def test_by_which_names_it_may_be_called(gateway: Started, tmp_path: Path) -> None:
    port = gateway.start(tmp_path, None, sections={"webservice": {"allowedhosts": "console.example.com *.example.org"}})
    names = ("console.example.com:99", "a.example.org", "CONSOLE.example.com", "evil.com", "example.org", "localhost")
    assert [ask(port, "/ping", Host=name)[0] for name in names] == [200, 200, 200, 421, 421, 421]
    assert "AllowedHosts in pilothouse.conf does not name it" in gateway.end()


def test_the_login_page_asks_for_a_password(gateway: Started, tmp_path: Path) -> None:
    port = gateway.start(tmp_path, None, sections={"webservice": {"logintitle": "<Maschinenraum>"}})
    status, page = ask(port, "/")
    assert status == 200
    assert '<meta name="login" content="password">' in page
    assert "<title>&lt;Maschinenraum&gt;</title>" in page
    gateway.end()


def test_no_token_logs_anybody_in(gateway: Started, tmp_path: Path) -> None:
    port = gateway.start(tmp_path, None)
    assert ask(port, "/cockpit/login", Authorization="Bearer x")[0] == 401
    assert not list(tmp_path.glob("**/login-*.sock"))
    gateway.end()
