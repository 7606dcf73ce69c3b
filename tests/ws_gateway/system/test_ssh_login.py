"""Logging in to another host by way of this one: a real sshd, and a real bridge behind it."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from testbed.browser import chromium, find_chromium
from testbed.oath import SECOND_FACTOR, has_pam_oath, one_time_password
from testbed.other_host import NAME, Far, commands_of, log_in
from testbed.processes import process_table, wait_until

expect.set_options(timeout=30_000)

PASSWORD = "S3cr3t-anna-7291"
PAM = "UsePAM yes\nKbdInteractiveAuthentication yes\nPasswordAuthentication no\n"
Serve = Callable[..., Any]

pytestmark = pytest.mark.skipif(shutil.which("sshd", path="/usr/sbin:/usr/bin") is None, reason="sshd is not installed")


ASKING = {"X_SSH_Connect_Unknown_Hosts": "yes"}


async def who_is_there(system: Any, login: Any, host: str) -> str:
    """Whose bridge answers."""
    assert login.status == 200, (login, system.output)
    one = await system.socket(login, f"cockpit+={host}")
    await one.init()
    await one.control(command="open", channel="1:1", payload="stream", spawn=["id", "-un"])
    who = await one.until(lambda received: isinstance(received, str))
    assert secrets_of_others() == []
    await one.control(command="logout", disconnect=True)
    await one.until(lambda received: received[0] == 1001 if isinstance(received, tuple) else False)
    one.connection.close()
    return str(who).partition("\n")[2].strip()


def secrets_of_others() -> list[str]:
    """The command lines of processes that have the password among their arguments or in their environment."""
    found = []
    for pid in process_table():
        try:
            seen = b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            continue
        if PASSWORD.encode() in seen and pid != os.getpid():
            found.append(f"{pid}: {seen[:200]!r}")
    return found


async def test_an_unknown_key_is_shown_and_then_the_person_is_there(
    serve_system: Serve, corner: Any, far: Callable[..., Far]
) -> None:
    other = far()
    system = serve_system("--no-tls")
    question = log_in(system, other.host, **ASKING)
    assert (question.status, question.json["default"]) == (401, other.fingerprint), system.output
    assert question.json["host-key"].split()[0].strip("[]").startswith(NAME)
    assert "password" not in other.log.read_text().lower(), "nothing was sent"
    refused = system.answer(question, "no", f"cockpit+={other.host}")
    assert (refused.status, refused.json["problem"]) == (401, "unknown-hostkey")
    question = log_in(system, other.host, **ASKING)
    login = system.answer(question, other.fingerprint, f"cockpit+={other.host}")
    assert await who_is_there(system, login, other.host) == "anna"
    decisions = [line.rpartition("decision=")[2] for line in system.output.splitlines() if "audit: host-key" in line]
    assert decisions == ["refused", "accepted"]
    assert PASSWORD not in system.output
    wait_until(lambda: "ssh" not in commands_of(system), "ssh is gone", 10)
    assert corner.run("find", "/tmp", "-maxdepth", "1", "-name", "pilothouse-*", "-user", "65534") == ""


async def test_a_known_key_asks_nothing_and_another_one_ends_it(
    serve_system: Serve, corner: Any, far: Callable[..., Far]
) -> None:
    """Also Debian's bridge is one, where ours is not installed."""
    other = far("/usr/bin:/bin")
    known = corner.etc / "ssh" / "ssh_known_hosts"
    system = serve_system("--no-tls")
    known.write_text(other.line)
    if shutil.which("cockpit-bridge"):
        assert await who_is_there(system, log_in(system, other.host), other.host) == "anna"
    wrong = log_in(system, other.host, "guess")
    assert (wrong.status, wrong.json["problem"]) == (401, "authentication-failed")
    assert other.log.read_text().count("Failed password") == 1
    another = other.key.split()
    known.write_text(f"[{NAME}]:{other.port} {another[0]} {another[1][:-6]}AAAAAA\n")
    before = other.log.read_text().count("password")
    for more in ({}, ASKING):
        changed = log_in(system, other.host, **more)
        assert (changed.status, changed.json["problem"]) == (401, "invalid-hostkey"), changed
    known.unlink()
    unknown = log_in(system, other.host)
    assert (unknown.status, unknown.json["problem"]) == (401, "unknown-hostkey")
    assert other.log.read_text().count("password") == before, "nothing was sent"


@pytest.mark.timeout(180)
async def test_an_accepted_key_is_the_browsers_to_keep(
    serve_system: Serve, corner: Any, far: Callable[..., Far]
) -> None:
    """As Cockpit's pages do: it goes to the page with the answer, and comes back after the password."""
    other = far()
    system = serve_system("--no-tls")
    application = f"cockpit+={other.host}"
    wrong = system.answer(log_in(system, other.host, "guess", **ASKING), other.fingerprint, application)
    assert (wrong.status, wrong.json["problem"]) == (401, "authentication-failed")
    assert wrong.json["known-hosts"] == other.line
    login = system.answer(log_in(system, other.host, **ASKING), other.fingerprint, application)
    assert (login.status, login.json["login-data"]) == (200, {"known-hosts": other.line})
    again = log_in(system, f"anna@{other.host}", f"{PASSWORD}\0{other.line}", **ASKING)
    assert (again.status, "login-data" in again.json) == (200, False), "nothing is asked"
    before = other.log.read_text().count("password")
    for keys in (other.line.replace(NAME, "other.example.com"), other.line.replace(f"[{NAME}]:{other.port}", "*"),
                 f"@cert-authority {other.line}", "garbage\0\n"):  # fmt: skip
        asked = log_in(system, other.host, f"{PASSWORD}\0{keys}", **ASKING)
        assert (asked.status, asked.json.get("default")) == (401, other.fingerprint), keys
        assert system.answer(asked, "no", application).json["problem"] == "unknown-hostkey"
    old = other.line
    other.stop()
    other.start()
    changed = log_in(system, other.host, f"{PASSWORD}\0{old}", **ASKING)
    assert (changed.status, changed.json["problem"]) == (401, "invalid-hostkey")
    (corner.etc / "ssh" / "ssh_known_hosts").write_text(old)
    overruled = log_in(system, other.host, f"{PASSWORD}\0{other.line}", **ASKING)
    assert (overruled.status, overruled.json["problem"]) == (401, "invalid-hostkey"), "the administrator's counts"
    assert before
    assert "password" not in other.log.read_text().lower(), "nothing was sent"


@pytest.mark.timeout(180)
async def test_the_login_page_keeps_it(serve_system: Serve, far: Callable[..., Far]) -> None:
    other = far()
    system = serve_system("--no-tls")
    if find_chromium() is None:
        pytest.skip("Chromium is not installed")
    async with chromium() as program:
        page = await program.new_page()

        async def log_in_there() -> None:
            await page.goto(system.url)
            await page.get_by_label("User name").fill("anna")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_text("Other options").click()
            await page.get_by_label("Connect to").fill(f"anna@{other.host}")
            await page.keyboard.press("Enter")

        await log_in_there()
        await expect(page.get_by_text(other.fingerprint)).to_be_visible()
        await page.get_by_role("button", name="Accept the key").click()
        await page.wait_for_url(f"**/=anna@{other.host}/")
        await log_in_there()
        await page.wait_for_url(f"**/=anna@{other.host}/")
        other.stop()
        other.start()
        await log_in_there()
        await expect(page.get_by_role("alert")).to_contain_text("The host's key is another one")
        await page.get_by_role("button", name="Forget the old key").click()
        await log_in_there()
        await expect(page.get_by_text(other.fingerprint)).to_be_visible()


async def test_a_second_factor_of_another_host(serve_system: Serve, corner: Any, far: Callable[..., Far]) -> None:
    """Through sshd and its PAM. The password is asked for once, on this page; the rest is asked further."""
    if not has_pam_oath():
        pytest.skip("pam_oath is not installed")
    key = secrets.token_bytes(20)
    users = corner.etc / "users.oath"
    users.write_text(f"HOTP/E/6 anna - {key.hex()}\n")
    users.chmod(0o600)
    other = far(options=PAM)
    (corner.etc / "pam.d" / "sshd").write_text(SECOND_FACTOR)
    (corner.etc / "ssh" / "ssh_known_hosts").write_text(other.line)
    system = serve_system("--no-tls")
    application = f"cockpit+={other.host}"
    question = log_in(system, other.host)
    assert question.status == 401
    assert "One-time password" in question.json["prompt"], question
    wrong = system.answer(question, "000000", application)
    assert (wrong.status, wrong.json["problem"]) == (401, "authentication-failed")
    login = system.answer(log_in(system, other.host), one_time_password(key, 0), application)
    assert await who_is_there(system, login, other.host) == "anna"
    users.unlink()


async def test_an_expired_password_of_another_host(serve_system: Serve, corner: Any, far: Callable[..., Far]) -> None:
    corner.user("olga", PASSWORD)
    corner.run("chage", "-d", "0", "olga")
    other = far(options=PAM)
    (corner.etc / "pam.d" / "sshd").write_text((corner.etc / "pam.d" / "pilothouse").read_text())
    (corner.etc / "ssh" / "ssh_known_hosts").write_text(other.line)
    system = serve_system("--no-tls")
    application = f"cockpit+=olga@{other.host}"
    try:
        login = log_in(system, f"olga@{other.host}")
        for prompt, text in (("Current", PASSWORD), ("New", "An0ther-l0ng-one"), ("Retype", "An0ther-l0ng-one")):
            assert login.json["prompt"].splitlines()[-1].rpartition(") ")[2].startswith(prompt), login
            login = system.answer(login, text, application)
        assert login.status == 200
    finally:
        corner.run("userdel", "-r", "-f", "olga")


OTHER_VERSION = """#!{python}
import json, os, subprocess, sys
bridge = subprocess.Popen([{python!r}, "-I", "-m", "bridge"], stdout=subprocess.PIPE)
init = json.loads(bridge.stdout.read(int(bridge.stdout.readline())))
init.update({changes!r})
greeting = b"\\n" + json.dumps({{name: value for name, value in init.items() if value is not None}}).encode()
os.write(1, b"%d\\n%b" % (len(greeting), greeting))
while chunk := bridge.stdout.read1(65536):
    while chunk:
        chunk = chunk[os.write(1, chunk):]
"""
NEWER = {"capabilities": {"explicit-superuser": True, "telepathy": [1]}, "later": {"version": 9}}


@pytest.mark.timeout(180)
async def test_m112_a_bridge_of_another_version_on_the_other_host(
    serve_system: Serve, corner: Any, far: Callable[..., Far]
) -> None:
    """What both know is used, whether one is older or newer; what none understands is said to be so."""
    program = corner.etc / "other-version" / "pilothouse-bridge"
    program.parent.mkdir()
    other = far("/etc/other-version:/usr/bin:/bin")
    (corner.etc / "ssh" / "ssh_known_hosts").write_text(other.line)
    system = serve_system("--no-tls")

    def becomes(changes: dict[str, Any]) -> None:
        program.write_text(OTHER_VERSION.format(python=sys.executable, changes=changes))
        program.chmod(0o755)

    for changes in ({"capabilities": None, "os-release": None, "packages": None}, NEWER):
        becomes(changes)
        assert await who_is_there(system, log_in(system, other.host, X_Superuser="any"), other.host) == "anna", changes
    for version in (2, None):
        becomes({"version": version})
        refused = log_in(system, other.host)
        assert (refused.status, refused.json["problem"]) == (500, "not-supported"), version
        assert refused.json["message"] == "the bridge speaks another version of the protocol"
    wait_until(lambda: "ssh" not in commands_of(system), "none of them stays", 20)
    shutil.rmtree(program.parent)


@pytest.mark.timeout(120)
def test_f57_why_a_host_cannot_be_reached_is_not_to_be_found_out(
    serve_system: Serve, corner: Any, far: Callable[..., Far]
) -> None:
    """Closed, unknown, silent, and a name of this machine: one answer, after one time; and few questions a minute."""
    other = far()
    config = corner.etc / "pilothouse" / "pilothouse.conf"
    allowing = config.read_text()
    config.write_text(allowing.replace("AllowLocal = yes", ""))
    system = serve_system("--no-tls")
    problems = [log_in(system, "127.0.0.1").json["problem"] for _ in range(3)]
    assert problems == ["access-denied"] * 3

    def attempt(host: str) -> tuple[Any, float]:
        started = time.monotonic()
        return log_in(system, host), time.monotonic() - started

    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(4) as threads:
        to_itself = threads.submit(attempt, other.host)
        wait_until(lambda: "127.0.0.1 is an address of this machine" in system.output, "it is refused", 20)
        config.write_text(allowing)
        system.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "were read anew" in system.output, "others are permitted", 20)
        hosts = [f"{NAME}:1", "no-such-name.example.com:22", f"{NAME}:{silent.getsockname()[1]}"]
        answers = [*threads.map(attempt, hosts), to_itself.result()]
    assert {(answer.status, answer.body) for answer, _ in answers} == {
        (401, b'{"problem":"no-host","message":"The host cannot be reached."}')
    }
    took = [seconds for _, seconds in answers]
    assert max(took) - min(took) < 3, took
    assert "Connection from" not in other.log.read_text()
    refused = [log_in(system, "-oProxyCommand=x").status for _ in range(3)]
    assert refused == [404] * 3


def test_secrets_of_others_can_be_seen() -> None:
    """What the tests above look for is found where it is."""
    process = subprocess.Popen([sys.executable, "-c", "input()", PASSWORD], stdin=subprocess.PIPE)
    try:
        assert len(secrets_of_others()) == 1
    finally:
        process.communicate()
