"""Group M: limits, load, and machines that are not well. Figures are in benchmarks/gateway_load.py.

| case | test |
|------|------|
| 106 | test_m106_an_idle_socket_costs_little, test_m106_without_descriptors_it_goes_on_when_there_are_some_again |
| 107 | test_m107_as_many_as_may_are_served_and_one_more_is_told, test_m107_nothing_stays_of_a_day_of_logins, \
test_there_is_room_for_so_many |
| 109 | test_m109_a_full_disk_keeps_nobody_out, test_m109_a_full_run_folder, \
test_m109_a_folder_that_cannot_be_written_to, test_m109_no_names_can_be_looked_up, \
test_m109_a_host_name_that_is_none, test_m109_what_it_cannot_do_without_is_named_at_the_start |
| 110 | test_m110_who_shouts_is_not_repeated, test_a_flood_is_counted |
| 111 | test_m111_who_is_slow_to_hang_up_does_not_hold_up_the_end, test_sigterm_ends_everything_and_closes_pam, \
test_a_hasty_second_signal, test_settings_are_read_anew_or_stay, test_a_new_certificate_without_a_restart, \
test_when_the_gateway_is_killed_the_rest_follows, \
test_a_killed_gateway_leaves_no_bridge_and_its_port_can_be_used_again |
| 112 | test_m112_no_clock_that_can_be_set_rules_over_a_session, \
test_m112_a_clock_that_jumps_ends_no_session_and_makes_none_immortal, test_m112_files_that_are_replaced_under_it, \
test_m112_a_bridge_of_another_version_on_the_other_host |
"""

import re
import resource
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from testbed.console import Console
from testbed.processes import wait_until
from testbed.raw_web import RawWebSocket, connect, get, status

PASSWORD = "S3cr3t-anna-7291"
SOURCES = Path(__file__).parents[3] / "ws_gateway"


def test_m106_an_idle_socket_costs_little(target: Any) -> None:
    with ExitStack() as open_sockets:
        open_sockets.enter_context(target.socket())
        before = target.memory()
        for _ in range(200):
            open_sockets.enter_context(target.socket())
        assert (target.memory() - before) / 200 < 40 * 1024
        cpu = target.cpu()
        cookie, _ = target.log_in()
        assert target.cpu() - cpu < 3
        with target.socket(cookie) as one:
            one.control(command="logout", disconnect=True)
            assert one.close_code() == 1001


def test_m106_without_descriptors_it_goes_on_when_there_are_some_again(target: Any) -> None:
    """What is over the limit is refused at once; who is connected is served; afterwards all is as before."""
    soft, hard = resource.prlimit(target.pid, resource.RLIMIT_NOFILE)
    with target.socket() as served, ExitStack() as connections:
        resource.prlimit(target.pid, resource.RLIMIT_NOFILE, (target.descriptors() + 10, hard))
        try:
            for _ in range(60):
                connections.enter_context(connect(target.port))
            wait_until(lambda: "no file descriptor is left" in target.console.output, "it says so", 15)
            served.control(command="ping", are="you there?")
            assert served.until("pong")["are"] == "you there?"
            cpu = target.cpu()
            served.control(command="ping")
            served.until("pong")
            assert target.cpu() - cpu < 1, "it does not turn in circles"
        finally:
            resource.prlimit(target.pid, resource.RLIMIT_NOFILE, (soft, hard))
    assert target.console.output.count("no file descriptor is left") < 5
    assert status(get(target.port, "/ping")) == 200


@pytest.mark.parametrize("place", ["/var/log", "/home"])
async def test_m109_a_full_disk_keeps_nobody_out(serve_system: Any, corner: Any, place: str) -> None:
    """No room for records, or for what a shell would keep: the person gets in, and out, all the same."""
    system = serve_system()
    corner.namespace.mount("-t", "tmpfs", "-o", "size=4k,mode=755", "tmpfs", place)
    try:
        corner.run("sh", "-c", f"head -c 100000 /dev/zero >{place}/full 2>/dev/null || true")
        login = system.log_in("anna", PASSWORD)
        assert login.status == 200, system.output
        one = await system.socket(login)
        await one.init()
        assert await one.echo_works("1:1")
        await one.control(command="logout", disconnect=True)
        assert (await one.receive())[0] == 1001
        one.connection.close()
        wait_until(lambda: system.helpers() == [], "the session is closed", 10)
    finally:
        corner.run("umount", place)


def kept_in(system: Any, corner: Any) -> None:
    """A whole life of a session, or a clear refusal; nothing half."""
    login = system.log_in("anna", PASSWORD)
    assert login.status == 200, (login, system.output)
    cookie = login.headers["set-cookie"].partition(";")[0]
    assert system.get("/cockpit/@localhost/base1/cockpit.js", Cookie=cookie).status == 200
    wait_until(lambda: len(system.helpers()) == 1, "there is a session", 10)
    assert system.get("/cockpit/login", Cookie=cookie).status == 200


def test_m109_a_full_run_folder(serve_system: Any, corner: Any) -> None:
    """utmp cannot grow, and nobody is kept out for that."""
    corner.records()
    system = serve_system()
    blocks, free, size = map(int, corner.run("stat", "--file-system", "--format=%b %f %S", "/run").split())
    # It cannot be smaller than what earlier tests have left in it.
    corner.run("mount", "-o", f"remount,size={(blocks - free) * size + 65536}", "/run")
    try:
        corner.run("sh", "-c", "head -c 200000 /dev/zero >/run/full 2>/dev/null || true")
        kept_in(system, corner)
    finally:
        corner.run("rm", "-f", "/run/full")
        corner.run("mount", "-o", "remount,size=64m", "/run")


@pytest.mark.parametrize("place", ["/tmp", "/var/tmp", "/dev/shm", "/var/log", "/home"])
def test_m109_a_folder_that_cannot_be_written_to(serve_system: Any, corner: Any, place: str) -> None:
    corner.run("mount", "--bind", place, place)
    corner.run("mount", "-o", "remount,bind,ro", place)
    try:
        kept_in(serve_system(), corner)
    finally:
        corner.run("umount", "-l", place)


def test_m109_no_names_can_be_looked_up(serve_system: Any, corner: Any) -> None:
    """No server answers, no file has this machine's name, and nothing says where else to look."""
    broken = {"resolv.conf": "nameserver 192.0.2.1\n", "hosts": "", "nsswitch.conf": "passwd: files\nhosts: dns\n"}
    kept = {name: (corner.etc / name).read_bytes() for name in broken if (corner.etc / name).exists()}
    try:
        for name, text in broken.items():
            (corner.etc / name).write_text(text)
        kept_in(serve_system(), corner)
    finally:
        for name in broken:
            (corner.etc / name).write_bytes(kept.get(name, b""))


SET_HOST_NAME = (
    "import os, socket, sys; socket.sethostname(bytes.fromhex(sys.argv[1])); os.execvp(sys.argv[2], sys.argv[2:])"
)


@pytest.mark.parametrize("name", [b"", b"x" * 64, b"a..b", b"\xff\xfe", b'"><script>\n'], ids=repr)
def test_m109_a_host_name_that_is_none(serve_system: Any, corner: Any, name: bytes) -> None:
    """The console makes a certificate for what is left, and shows its login page."""
    system = serve_system(prefix=("unshare", "--uts", "--", sys.executable, "-c", SET_HOST_NAME, name.hex()))
    kept_in(system, corner)
    page = system.get("/")
    assert page.status == 200
    assert b'<meta name="login"' in page.body
    assert b"><script>\n" not in page.body


@pytest.mark.parametrize("place", ["/run", "/etc"])
def test_m109_what_it_cannot_do_without_is_named_at_the_start(corner: Any, place: str) -> None:
    """One sentence, no half console: the socket of the helpers, and the certificate of the first start."""
    corner.run("mount", "--bind", place, place)
    corner.run("mount", "-o", "remount,bind,ro", place)
    argv = [sys.executable, "-m", "ws_gateway", "serve", "--system", "--user", "65534", "--address", "127.0.0.1"]
    try:
        done = subprocess.run(
            corner.namespace.enter([*argv, "--port", "0"]), capture_output=True, text=True, timeout=30, check=False
        )
    finally:
        corner.run("umount", "-l", place)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done
    assert place in done.stderr
    assert "Read-only file system" in done.stderr


def test_m110_who_shouts_is_not_repeated(target: Any) -> None:
    """Long names, foreign origins, and garbage: the log stays short, and its lines too."""
    before = len(target.console.output)
    name = "\x1b[31m" + "x" * 8000
    for number in range(150):
        get(target.port, "/cockpit/login", f"Authorization: Bearer {name}{number}")
        get(target.port, "/cockpit/socket", "Upgrade: websocket", f"Origin: http://evil{number}.example/{'y' * 3000}")
        with connect(target.port) as connection:
            connection.sendall(b"\x16\x03\x01" + b"\xff" * 500 + b"\r\n\r\n")
    for _ in range(60):
        with RawWebSocket(target.port, "/cockpit/socket", f"Cookie: {target.cookie}") as one:
            one.init()
            one.control(command="kill", host=5)
            one.close_code()
    lines = target.console.output[before:].splitlines()
    assert len(lines) < 150
    assert max(map(len, lines)) < 400
    assert "\x1b" not in "".join(lines)
    assert "x" * 100 not in "".join(lines)


def test_m112_no_clock_that_can_be_set_rules_over_a_session() -> None:
    """What a session, a token or a penalty lasts is measured by the monotonic clock."""
    wall = re.compile(r"\btime\.time\(|datetime\.(now|utcnow)\(|\bdate\.today\(")
    found = {path.name for path in SOURCES.rglob("*.py") if wall.search(path.read_text())}
    assert found <= {"certificates.py", "login_records.py"}, "these tell the time of day to others"


def test_m111_who_is_slow_to_hang_up_does_not_hold_up_the_end(tmp_path: Path) -> None:
    console = Console(tmp_path)
    with ExitStack() as connections:
        for sent in (b"", b"GET /ping HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            connection = connections.enter_context(socket.create_connection(("127.0.0.1", console.port)))
            connection.sendall(sent)
        console.stop()
        with pytest.raises(OSError, match="refused"):
            connect(console.port)
