"""The command as a person meets it: what it prints, what it refuses, how it ends."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from testbed.console import Console, run_to_end
from testbed.processes import wait_until
from testbed.raw_web import accepts

from ws_gateway.serve import listen
from ws_gateway.settings import Settings

FAULTY = str(Path(__file__).parent / "faulty_bridge.py")


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    started = Console(tmp_path, demo=True)
    yield started
    started.kill()


def log_in(console: Console) -> str:
    connection = HTTPConnection("127.0.0.1", console.port, timeout=10)
    token = console.new_link().partition("token=")[2]
    connection.request("GET", "/cockpit/login", headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    assert response.status == 200, response.read()
    connection.close()
    return response.headers["Set-Cookie"].partition(";")[0]


def test_it_prints_one_link_and_says_who_it_runs_as(console: Console) -> None:
    assert console.output.count("#token=") == 1
    assert ("runs as root" in console.output) == (os.getuid() == 0)
    assert "ssh" not in console.output


def test_over_ssh_it_prints_the_tunnel(tmp_path: Path) -> None:
    console = Console(tmp_path, environ={"SSH_CONNECTION": "192.0.2.1 5000 192.0.2.2 22"})
    try:
        expected = f"ssh -N -L {console.port}:127.0.0.1:{console.port} "
        wait_until(lambda: expected in console.output, "the tunnel is printed")
        assert "@192.0.2.2" in console.output
    finally:
        console.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everything(console: Console, number: signal.Signals) -> None:
    log_in(console)
    assert len(console.processes()) >= 2
    console.process.send_signal(number)
    assert console.process.wait(timeout=5) == 0
    assert console.processes() == []
    assert "Traceback" not in console.output


def stubborn(directory: Path) -> Console:
    """A console whose bridge, and its child, ignore SIGTERM."""
    wrapper = directory / "pilothouse"
    wrapper.write_text(
        f"#!{sys.executable}\nimport sys\nfrom ws_gateway.__main__ import main\n"
        f"sys.exit(main([*sys.argv[1:], '--bridge', '{sys.executable} -I {FAULTY} stubborn']))\n"
    )
    wrapper.chmod(0o700)
    return Console(directory, environ={})


def test_a_stubborn_bridge_does_not_hold_it_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.console.PROGRAM", str(tmp_path / "pilothouse"))
    console = stubborn(tmp_path)
    try:
        connect(console)
        console.stop()
    finally:
        console.kill()


def test_a_second_signal_ends_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.console.PROGRAM", str(tmp_path / "pilothouse"))
    console = stubborn(tmp_path)
    try:
        connect(console)
        before = time.monotonic()
        console.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not accepts(console.port), "it stops accepting")
        console.process.send_signal(signal.SIGTERM)
        assert console.process.wait(timeout=5) == 0
        assert time.monotonic() - before < 1.5
        assert console.processes() == []
    finally:
        console.kill()


def connect(console: Console) -> None:
    connection = HTTPConnection("127.0.0.1", console.port, timeout=10)
    token = console.link.partition("token=")[2]
    connection.request("GET", "/cockpit/login", headers={"Authorization": f"Bearer {token}"})
    assert connection.getresponse().status == 200
    connection.close()
    assert len(console.processes()) >= 3


def test_a_killed_gateway_leaves_no_bridge_and_its_port_can_be_used_again(tmp_path: Path) -> None:
    console = Console(tmp_path)
    log_in(console)
    console.process.kill()
    console.process.wait()
    wait_until(lambda: console.processes() == [], "the bridge ends")
    again = Console(tmp_path, port=console.port)
    assert again.new_link().startswith(again.url)
    again.stop()


def test_a_taken_port_is_one_line_that_names_who_has_it(console: Console, tmp_path: Path) -> None:
    done = run_to_end(tmp_path, "serve", "--port", str(console.port))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f"port {console.port} is in use by pilothouse (pid {console.process.pid})" in done.stderr
    assert f"make run PORT={console.port + 1}" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--address", "0.0.0.0"), 1, "needs TLS"),
        (("--address", "::"), 1, "needs TLS"),
        (("--address", "192.0.2.1"), 1, "needs TLS"),
        (("--address", "example.org"), 1, "IP address"),
        (("--port", "x"), 2, "0 to 65535"),
        (("--port", "65536"), 2, "0 to 65535"),
        (("--bridge", ""), 2, "must name a program"),
        (("--bridge", "'"), 2, "quotation"),
        (("--static", "/nonexistent"), 1, "cannot be read"),
        (("--static", "/etc"), 1, "login.html"),
        (("--system", "--demo"), 1, "single user"),
        (("--system", "--reload"), 1, "single user"),
        (("--system", "--no-tls", "--address", "0.0.0.0"), 1, "needs TLS"),
    ],
)
def test_what_it_refuses(tmp_path: Path, arguments: tuple[str, ...], status: int, said: str) -> None:
    done = run_to_end(tmp_path, "serve", "--port", "0", *arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr


async def test_loopback_of_both_families() -> None:
    for address in ("127.0.0.1", "::1"):
        listener = listen(Settings(address=address, port=0))
        port = listener.getsockname()[1]
        _, writer = await asyncio.open_connection(address, port)
        writer.close()
        listener.close()
