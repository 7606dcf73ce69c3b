"""What a service manager gets: the units, and a port that it opened."""

import argparse
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testbed.processes import descendants, kill_quietly, process_table, wait_until

from ws_gateway.system.serve_system import USER, add_arguments

PACKAGING = Path(__file__).parents[3] / "packaging"
UNITS = PACKAGING / "systemd"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_units_are_without_fault(tmp_path: Path) -> None:
    """As they are shipped, but for where the programs are."""
    programs = f"{Path(sys.executable).parent}/"
    for unit in UNITS.iterdir():
        text = unit.read_text().replace("/opt/pilothouse/bin/", programs)
        (tmp_path / unit.name).write_text(text)
    units = sorted(map(str, tmp_path.iterdir()))
    assert {"pilothouse.service", "pilothouse.socket"} <= {Path(unit).name for unit in units}
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_UNIT_PATH": f"{tmp_path}:", "LANG": "C.UTF-8"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(shutil.which("systemd-socket-activate") is None, reason="systemd is not installed")
def test_systemd_socket_activate_starts_it(
    corner: Any, tmp_path: Path, on_end: Callable[[Callable[[], None]], None]
) -> None:
    port = free_port()
    argv = ["systemd-socket-activate", "-l", f"127.0.0.1:{port}", sys.executable, "-m", "ws_gateway", "serve"]
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            corner.namespace.enter([*argv, "--system", "--user", "65534"]), stdout=output, stderr=output
        )

    def kill() -> None:
        for pid in descendants({process.pid}, process_table()):
            kill_quietly(pid, signal.SIGKILL)
        process.kill()
        process.wait()

    on_end(kill)
    wait_until(lambda: "Listening on" in log.read_text(), "systemd listens", 20)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=60) as plain,
        context.wrap_socket(plain) as connection,
    ):
        connection.sendall(b"GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b'"cockpit"' in connection.recv(65536)
    assert "Pilothouse is at https://" in log.read_text()
    assert f":{port}/" in log.read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0, log.read_text()


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd is not installed")
def test_the_web_servers_user_is_made_by_systemd_sysusers(serve_system: Callable[..., Any], corner: Any) -> None:
    """As it is shipped. The console runs as who was made, who cannot log in, unless another is named."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert parser.parse_args([]).user == USER
    corner.run("systemd-sysusers", str(PACKAGING / "sysusers.d" / "pilothouse.conf"))
    try:
        name, _, uid, _, _, home, shell = corner.run("getent", "passwd", USER).strip().split(":")
        assert (name, home, shell) == (USER, "/", "/usr/sbin/nologin")
        assert 0 < int(uid) < 1000
        assert corner.run("passwd", "-S", USER).split()[1] == "L"
        system = serve_system("--user", USER)
        status = Path(f"/proc/{system.gateway()}/status").read_text()
        assert f"Uid:\t{uid}\t{uid}\t{uid}\t{uid}\n" in status
        system.stop()
    finally:
        corner.run("userdel", USER)


@pytest.fixture
def on_end() -> Any:
    """`on_end(call)`: called after the test, whatever becomes of it."""
    calls: list[Callable[[], None]] = []
    yield calls.append
    for call in calls:
        call()
