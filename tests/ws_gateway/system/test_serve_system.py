"""`serve --system` as an administrator meets it: what it needs, and what it says."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ws_gateway.listening.certificates import FOLDER, make_own

PASSWORD = "S3cr3t-anna-7291"
Serve = Callable[..., Any]


def refused(corner: Any, *arguments: str) -> str:
    """The one line that says why it does not start."""
    argv = [sys.executable, "-m", "ws_gateway", "serve", "--system", "--port", "0", *arguments]
    done = subprocess.run(corner.namespace.enter(argv), capture_output=True, text=True, timeout=30)
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


NOBODY = ("--user", "65534", "--address", "127.0.0.1")


def test_what_it_needs(corner: Any) -> None:
    assert "there is no user pilothouse" in refused(corner)
    assert "there is no user nobody-has-this-name" in refused(corner, "--user", "nobody-has-this-name")
    assert "must not run as root" in refused(corner, "--user", "root")
    assert "needs TLS" in refused(corner, "--no-tls", "--address", "0.0.0.0")
    (corner.etc / "pam.d" / "pilothouse").unlink()
    assert "PAM has no rules for pilothouse" in refused(corner, *NOBODY)


if sys.base_prefix.startswith("/root/"):
    # Elsewhere everybody can run the interpreter, so there is no such test to skip.
    def test_an_interpreter_that_others_cannot_run(corner: Any) -> None:
        corner.run("chmod", "700", "/root")
        try:
            assert "the web server cannot be started as uid 65534" in refused(corner, *NOBODY)
        finally:
            corner.run("chmod", "755", "/root")


def test_it_needs_root(corner: Any) -> None:
    argv = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", sys.executable, "-m", "ws_gateway"]
    argv = corner.namespace.enter([*argv, "serve", "--system"])
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    assert (done.returncode, "--system needs root" in done.stderr) == (1, True)


def test_settings_that_cannot_be_used(corner: Any) -> None:
    (corner.etc / "pilothouse").mkdir()
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text("[WebService]\nOrigins = everywhere\n")
    assert "pilothouse.conf:2: [webservice] origins: 'everywhere' is not an origin" in refused(corner, *NOBODY)


def test_a_certificate_that_cannot_be_used_is_no_reason_to_do_without(corner: Any) -> None:
    folder = corner.etc / "pilothouse" / FOLDER
    make_own(folder / "other", ("localhost",))
    shutil.copy(make_own(folder, ("localhost",)), folder / "50-mine.crt")
    shutil.copy(folder / "other" / "0-self-signed.key", folder / "50-mine.key")
    assert "the key belongs to another certificate" in refused(corner, *NOBODY)


def test_a_taken_port_and_a_second_console(serve_system: Serve, corner: Any) -> None:
    system = serve_system()
    assert f"port {system.port} is in use" in refused(corner, *NOBODY, "--port", str(system.port))
    assert "another console in system mode runs" in refused(corner, *NOBODY)


def test_without_tls_on_loopback(serve_system: Serve) -> None:
    system = serve_system("--no-tls")
    assert system.url.startswith("http://127.0.0.1:")
    login = system.log_in("anna", PASSWORD)
    assert login.status == 200
    assert "Secure" not in login.headers["set-cookie"]


def test_on_all_addresses(serve_system: Serve) -> None:
    system = serve_system("--address", "::")
    assert system.url == f"https://{socket.gethostname()}:{system.port}/"
    assert system.log_in("anna", PASSWORD).status == 200
    assert "session of anna from 127.0.0.1 opened" in system.output


def test_everything_an_administrator_can_set(serve_system: Serve, corner: Any) -> None:
    (corner.etc / "pilothouse").mkdir()
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text(
        "[WebService]\nAllowedHosts = 127.0.0.1\nLoginTitle = Maschinenraum\nOrigins = https://console.example.com\n"
        "Sort = of\n"
    )
    system = serve_system()
    assert "[webservice] sort in pilothouse.conf means nothing here" in system.output
    assert b"<title>Maschinenraum</title>" in system.get("/").body
    assert system.get("/", Host="evil.com").status == 421
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    own = system.get("/cockpit/socket", **upgrade, **key, Origin=system.url.rstrip("/"))
    assert own.status == 403


ACTIVATE = """
import os, socket, sys
listener = socket.create_server(('127.0.0.1', 0))
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', NOTIFY_SOCKET=sys.argv[1])
os.execv(sys.argv[2], sys.argv[2:])
"""


def test_a_service_manager_hands_over_the_port_and_is_told(serve_system: Serve, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        system = serve_system(prefix=(sys.executable, "-c", ACTIVATE, str(tmp_path / "notify")))
        assert manager.recv(100) == b"READY=1"
        assert system.log_in("anna", PASSWORD).status == 200
        environ = b"".join(Path(f"/proc/{pid}/environ").read_bytes() for pid in system.children())
        assert b"LISTEN_" not in environ
        assert b"NOTIFY_" not in environ
        system.stop()
        assert manager.recv(100) == b"STOPPING=1"


@pytest.mark.skipif(not Path("/usr/bin/cockpit-bridge").exists(), reason="cockpit-bridge is not installed")
def test_cockpits_bridge_in_place_of_ours(serve_system: Serve) -> None:
    system = serve_system("--bridge", "/usr/bin/cockpit-bridge")
    assert system.log_in("anna", PASSWORD).status == 200
