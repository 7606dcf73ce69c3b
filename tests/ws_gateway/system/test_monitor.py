"""System mode's processes: who they are, what they hold, and how they end together."""

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from testbed.processes import process_table, wait_until
from testbed.raw_web import accepts

from ws_gateway.listening.certificates import FOLDER, make_own

PASSWORD = "S3cr3t-anna-7291"
Serve = Callable[..., Any]


def gone(*pids: int) -> None:
    def ended() -> bool:
        table = process_table()
        return all(pid not in table or table[pid].state == "Z" for pid in pids)

    wait_until(ended, f"{pids} are gone")


def family(system: Any) -> list[int]:
    """Gateway, helper and bridge of the one login there is."""
    (helper,) = system.helpers()
    (bridge,) = system.children(helper)
    return [system.gateway(), helper, bridge]


def test_the_gateway_is_nobody_and_knows_nothing(serve_system: Serve, corner: Any) -> None:
    system = serve_system()
    pid = system.gateway()
    status = Path(f"/proc/{pid}/status").read_text()
    assert "Uid:\t65534\t65534\t65534\t65534" in status
    assert "Gid:\t65534\t65534\t65534\t65534" in status
    assert "Groups:\t \n" in status
    assert "CapEff:\t0000000000000000" in status
    environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    assert {entry.partition(b"=")[0] for entry in environ if entry} <= {b"PATH", b"LANG"}
    opened = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    assert not any(".key" in target or "memfd" in target for target in opened)
    assert Path(f"/proc/{pid}/environ").stat().st_uid == 0, "others of its user cannot look into it"
    assert "-rw-------" in corner.run("ls", "-l", f"/etc/pilothouse/{FOLDER}/0-self-signed.key")
    assert b"system_gateway" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_sigterm_ends_everything_and_closes_pam(serve_system: Serve, corner: Any) -> None:
    corner.records()
    system = serve_system()
    assert system.log_in("anna", PASSWORD).status == 200
    pids = family(system)
    before = time.monotonic()
    system.stop()
    assert time.monotonic() - before < 8
    gone(*pids)
    assert corner.run("who", "/run/utmp") == ""
    assert not any("session" in line for line in corner.run("ls", "/run/pilothouse").splitlines())


def test_when_the_gateway_is_killed_the_rest_follows(serve_system: Serve, corner: Any) -> None:
    corner.records()
    system = serve_system()
    system.log_in("anna", PASSWORD)
    pids = family(system)
    os.kill(pids[0], signal.SIGKILL)
    assert system.process.wait(timeout=10) == 1
    gone(*pids)
    assert "the gateway ended by itself (status -9)" in system.output
    assert corner.run("who", "/run/utmp") == ""
    system.status = 1


def test_when_the_monitor_is_killed_the_rest_follows(serve_system: Serve, corner: Any) -> None:
    corner.records()
    system = serve_system()
    system.log_in("anna", PASSWORD)
    pids = family(system)
    system.process.kill()
    system.process.wait()
    gone(*pids)
    assert corner.run("who", "/run/utmp") == ""
    again = serve_system("--port", str(system.port))
    assert again.log_in("anna", PASSWORD).status == 200
    system.status = -signal.SIGKILL


def test_a_bridge_that_is_killed_ends_its_session(serve_system: Serve, corner: Any) -> None:
    corner.records()
    system = serve_system()
    login = system.log_in("anna", PASSWORD)
    _, helper, bridge = family(system)
    os.kill(bridge, signal.SIGKILL)
    gone(helper)
    cookie = login.headers["set-cookie"].partition(";")[0]
    wait_until(lambda: system.get("/cockpit/login", Cookie=cookie).status == 401, "the session is over")
    assert corner.run("who", "/run/utmp") == ""


def test_the_session_socket_is_the_gateways_alone(serve_system: Serve, corner: Any) -> None:
    system = serve_system()
    script = (
        "import os, socket, sys\n"
        "os.setgroups([]); os.setresgid(*[int(sys.argv[1])] * 3); os.setresuid(*[int(sys.argv[1])] * 3)\n"
        "s = socket.socket(socket.AF_UNIX); s.settimeout(10)\n"
        "try:\n    s.connect('/run/pilothouse/session'); print(s.recv(100))\n"
        "except OSError as exc: print(type(exc).__name__)\n"
    )
    assert corner.python(script, "0").strip() == "b''"
    assert corner.python(script, "12345").strip() == "PermissionError"
    assert "authorize" in corner.python(script, "65534")
    assert "refused a connection to the session socket" in system.output


def test_a_new_certificate_without_a_restart(serve_system: Serve, corner: Any) -> None:
    system = serve_system()
    login = system.log_in("anna", PASSWORD)
    folder = corner.etc / "pilothouse" / FOLDER
    made = make_own(folder / "new", ("127.0.0.1",))
    for suffix in (".cert", ".key"):
        made.with_suffix(suffix).rename(folder / f"50-new{suffix}")
    system.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "settings and certificate were read anew" in system.output, "it reads")
    system.trust()
    cookie = login.headers["set-cookie"].partition(";")[0]
    assert system.get("/cockpit/login", Cookie=cookie).status == 200
    (folder / "50-new.key").write_text("nonsense")
    system.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "settings and certificate stay as they were" in system.output, "it complains")
    assert system.get("/cockpit/login", Cookie=cookie).status == 200


def test_without_tls_a_client_is_led_to_it(serve_system: Serve) -> None:
    system = serve_system()
    with socket.create_connection(("127.0.0.1", system.port), timeout=10) as plain:
        plain.sendall(b"GET /cockpit/login HTTP/1.1\r\nHost: a.example\r\nAuthorization: Basic YTpi\r\n\r\n")
        assert plain.recv(65536).startswith(b"HTTP/1.1 301")


def test_a_hasty_second_signal(serve_system: Serve) -> None:
    system = serve_system()
    system.log_in("anna", PASSWORD)
    pids = family(system)
    os.kill(pids[2], signal.SIGSTOP)
    system.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not accepts(system.port), "it accepts no more")
    before = time.monotonic()
    system.process.send_signal(signal.SIGTERM)
    assert system.process.wait(timeout=10) == 0
    assert time.monotonic() - before < 5
    gone(*pids)


def test_settings_are_read_anew_or_stay(serve_system: Any, corner: Any) -> None:
    file = corner.etc / "pilothouse" / "pilothouse.conf"
    file.parent.mkdir()
    file.write_text("[WebService]\nLoginTitle = First\n")
    system = serve_system("--no-tls")
    assert b"First" in system.get("/").body
    file.write_text("[WebService]\nLoginTitle = Second\nnonsense\n")
    system.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "pilothouse.conf:3: the line is neither" in system.output, "it complains")
    assert b"First" in system.get("/").body
    file.write_text("[WebService]\nLoginTitle = Second\nAllowedHosts = 127.0.0.1\n")
    system.process.send_signal(signal.SIGHUP)
    wait_until(lambda: b"Second" in system.get("/").body, "it shows the new title")
    assert system.get("/", Host="evil.com").status == 421
