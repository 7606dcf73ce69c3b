"""The machine's syslog is down, in every way that it can be, while people log in: PAM writes there, and we do not."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from testbed.processes import wait_until
from testbed.system_console import Corner, System

PASSWORD = "S3cr3t-anna-7291"
FILES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx")
OPENED = b"pam_unix(pilothouse:session): session opened for user anna"


@pytest.fixture
def without_syslog(tmp_path: Path) -> Iterator[Corner]:
    """A corner whose /dev/log leads to `log` in the test's folder, where nothing is."""
    if os.getuid() != 0 or shutil.which("nsenter") is None:
        pytest.skip("needs root and util-linux")
    corner = Corner(tmp_path)
    try:
        corner.user("anna", PASSWORD)
        dev = tmp_path / "dev"
        dev.mkdir()
        corner.namespace.mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", dev)
        for name in FILES:
            corner.run("touch", str(dev / name))
            corner.namespace.mount("--bind", f"/dev/{name}", dev / name)
        for name in ("pts", "shm"):
            corner.run("mkdir", str(dev / name))
            corner.namespace.mount("--rbind", f"/dev/{name}", dev / name)
        corner.run("ln", "-s", str(tmp_path / "log"), str(dev / "log"))
        corner.namespace.mount("--rbind", dev, "/dev")
        yield corner
    finally:
        corner.namespace.close()


@pytest.fixture
def system(without_syslog: Corner, tmp_path: Path) -> Iterator[System]:
    started = System(without_syslog, tmp_path)
    yield started
    started.kill()


def listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    daemon = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    daemon.bind(str(path))
    return daemon


def fill(path: Path) -> None:
    """Until whoever says something there has to wait."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, suppress(BlockingIOError):
        sender.connect(str(path))
        sender.setblocking(False)
        while True:
            sender.send(b"something")


def waits_for_syslog(pid: int) -> bool:
    """Whether it sends to a socket whose queue is full."""
    return Path(f"/proc/{pid}/wchan").read_text() == "unix_wait_for_peer"


def test_whatever_syslog_is_the_audit_log_has_the_line_and_the_gateway_answers(system: System, tmp_path: Path) -> None:
    def log_in(session: int) -> None:
        assert system.log_in("anna", PASSWORD).status == 200
        assert f"audit: login-ok user=anna rhost=127.0.0.1 method=basic session={session}" in system.output

    # There is none.
    log_in(1)
    assert system.log_in("anna", "guess").status == 401
    assert "audit: login-fail user=anna rhost=127.0.0.1 method=basic problem=authentication-failed" in system.output
    # Nobody listens.
    listen(tmp_path / "log").close()
    log_in(2)
    # It came back.
    with listen(tmp_path / "log") as daemon:
        log_in(3)
        while OPENED not in daemon.recv(4096):
            pass
        # It hangs: PAM waits for it, and with it one session helper, but nobody else.
        fill(tmp_path / "log")
        helpers = {*system.helpers()}
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(log_in, 4)
            wait_until(lambda: any(map(waits_for_syslog, {*system.helpers()} - helpers)), "PAM waits")
            for _ in range(20):
                asked = time.monotonic()
                assert system.get("/ping").status == 200
                assert time.monotonic() - asked < 5
            assert not waiting.done()
            daemon.settimeout(0.05)
            while not waiting.done():
                with suppress(TimeoutError):
                    daemon.recv(4096)
            waiting.result()
    # It is gone again.
    (tmp_path / "log").unlink()
    log_in(5)
    system.stop()
