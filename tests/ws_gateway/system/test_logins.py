"""Logging in over HTTPS with real accounts: what a browser sends, and what it gets."""

import asyncio
import base64
import json
import secrets
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testbed.processes import describe, wait_until

from bridge.protocol import Problem
from ws_gateway.auth.attempt import Attempt
from ws_gateway.relay.sessions import Sessions
from ws_gateway.settings import SystemSettings
from ws_gateway.system.logins import Logins

PASSWORD = "S3cr3t-anna-7291"
FILES = ("environ", "cmdline")
LOGINS_WATCHED = 50
Serve = Callable[..., Any]


async def test_a_password_becomes_a_session_of_that_person(serve_system: Serve, corner: Any) -> None:
    system = serve_system()
    login = system.log_in("anna", PASSWORD)
    assert (login.status, list(login.json)) == (200, ["csrf-token"])
    name, _, rest = login.headers["set-cookie"].partition("=")
    assert name == "cockpit"
    assert rest.partition("; ")[2] == "Path=/; Secure; HttpOnly; SameSite=Strict"
    socket = await system.socket(login)
    await socket.init()
    await socket.control(command="open", channel="1:1", payload="stream", spawn=["id", "-un"])
    assert await socket.until(lambda received: isinstance(received, str)) == "1:1\nanna\n"
    assert "audit: login-ok user=anna rhost=127.0.0.1 method=basic session=1" in system.output
    socket.connection.close()
    while not isinstance(await socket.receive(), tuple):
        pass


async def test_logging_out_closes_everything_at_once(serve_system: Serve, corner: Any) -> None:
    corner.records()
    system = serve_system()
    login = system.log_in("anna", PASSWORD)
    cookie = login.headers["set-cookie"].partition(";")[0]
    sockets = [await system.socket(login) for _ in range(2)]
    for socket in sockets:
        await socket.init()
    assert system.get("/cockpit/login", Cookie=cookie).status == 200
    assert "anna" in corner.run("who", "/run/utmp")
    before = time.monotonic()
    await sockets[0].control(command="logout", disconnect=True)
    for socket in sockets:
        assert (await socket.receive())[0] == 1001
        socket.connection.close()
    assert time.monotonic() - before < 1
    assert system.get("/cockpit/login", Cookie=cookie).status == 401
    assert 'audit: logout user=anna session=1 reason="logged out"' in system.output
    wait_until(lambda: system.helpers() == [], "PAM is closed", 5)
    assert corner.run("who", "/run/utmp") == ""


def test_wrong_ones_look_the_same(serve_system: Serve) -> None:
    system = serve_system()
    answers = [system.log_in("anna", "guess"), system.log_in("nobody-has-this-name", "guess")]
    assert [answer.status for answer in answers] == [401, 401]
    assert answers[0].body == answers[1].body
    assert [answer.reason for answer in answers] == ["Authentication failed"] * 2
    assert "Set-Cookie" not in answers[0].headers
    failed = "audit: login-fail user={} rhost=127.0.0.1 method=basic problem=authentication-failed"
    assert failed.format("anna") in system.output
    assert failed.format("(unknown)") in system.output
    assert "nobody-has-this-name" not in system.output
    for scheme in (
        "Bearer x",
        "Negotiate",
        "tls-cert x",
        "Basic",
        "Basic !!!",
        "Basic YQ==",
        "X-Conversation",
        "X-Conversation a b",
    ):
        assert system.get("/cockpit/login", Authorization=scheme).status == 401
    assert PASSWORD not in system.output


def test_policy_is_told_to_whom_it_concerns(serve_system: Serve, corner: Any) -> None:
    system = serve_system()
    (corner.etc / "nologin").write_text("Back at noon.\n")
    try:
        answer = system.log_in("anna", PASSWORD)
    finally:
        (corner.etc / "nologin").unlink()
    assert (answer.status, answer.reason) == (403, "Authentication failed: access-denied")
    assert answer.json["message"].strip() == "Back at noon."


def test_an_expired_password_is_changed_in_a_conversation(serve_system: Serve, corner: Any) -> None:
    corner.user("emil", "S3cr3t-old-one")
    corner.run("chage", "-d", "0", "emil")
    system = serve_system()
    first = system.log_in("emil", "S3cr3t-old-one")
    assert (first.status, first.json["prompt"], first.json["echo"]) == (401, "Current password: ", False)
    second = system.answer(first, "S3cr3t-old-one")
    assert system.answer(first, "S3cr3t-old-one").status == 401, "a question can be answered once"
    third = system.answer(second, "An0ther-l0ng-one")
    assert third.json["prompt"] == "Retype new password: "
    last = system.answer(third, "An0ther-l0ng-one")
    assert (last.status, "set-cookie" in last.headers) == (200, True)
    corner.run("userdel", "-r", "-f", "emil")


def test_two_answers_at_once_are_one(serve_system: Serve, corner: Any) -> None:
    corner.user("fritz", "S3cr3t-old-one")
    corner.run("chage", "-d", "0", "fritz")
    system = serve_system()
    first = system.log_in("fritz", "S3cr3t-old-one")
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(len(system.answer(first, "S3cr3t-old-one").json.get("id", ""))))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0, 43]
    corner.run("userdel", "-r", "-f", "fritz")


def test_who_does_not_answer_is_let_go(tmp_path: Path) -> None:
    sections = {"basic": {"unixpath": str(tmp_path / "session"), "response-timeout": "1"}}

    async def run() -> None:
        gone = asyncio.Event()

        async def helper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for number, challenge in enumerate(("*", "X-Conversation 1 Q29kZQ==")):
                message = (
                    b"\n" + json.dumps({"command": "authorize", "cookie": str(number), "challenge": challenge}).encode()
                )
                writer.write(b"%d\n%b" % (len(message), message))
                await reader.read(65536)
            gone.set()
            writer.close()

        server = await asyncio.start_unix_server(helper, tmp_path / "session")
        sessions = Sessions()
        logins = Logins(lambda: SystemSettings(tmp_path / "nobody", sections=sections), sessions)
        asked = await logins.start(Attempt("basic", "YTpi", "192.0.2.1"))
        assert not isinstance(asked, tuple) or hasattr(asked, "challenge")
        await asyncio.wait_for(gone.wait(), 5)
        assert len(logins._startups) == 0
        with pytest.raises(Problem, match="took too long"):
            await logins.go_on(Attempt("x-conversation", f"{asked.body['id']} YQ=="))  # type: ignore[union-attr]
        await sessions.stop()
        server.close()
        await server.wait_closed()

    asyncio.run(run())


def test_guessing_is_slowed_down_by_where_it_comes_from(serve_system: Serve, corner: Any) -> None:
    corner.service("auth required pam_deny.so\n")
    system = serve_system()
    threads: list[threading.Thread] = []
    for _ in range(2):
        threads = [threading.Thread(target=system.log_in, args=("anna", "guess")) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for forged in ({}, {"X_Forwarded_For": "192.0.2.9"}):
        answer = system.log_in("anna", PASSWORD, **forged)
        assert (answer.status, answer.json["problem"]) == (429, "too-many-attempts")
        assert "Try again in" in answer.json["message"]
    assert system.log_in("anna", PASSWORD, source="127.0.0.2").status == 401


def test_so_many_logins_at_a_time(serve_system: Serve, corner: Any) -> None:
    (corner.etc / "pilothouse").mkdir()
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text("[WebService]\nMaxStartups = 2\n")
    system = serve_system()
    answers: list[int] = []
    sources = [f"127.0.0.{number}" for number in range(2, 6)]
    threads = [
        threading.Thread(
            target=lambda source=source: answers.append(system.log_in("anna", "guess", source=source).status)
        )
        for source in sources
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [401, 401, 503, 503]


def test_the_password_is_nowhere_to_be_seen(serve_system: Serve, corner: Any) -> None:
    """While people log in, fifty times, nothing in /proc and no log ever holds it, nor a cookie or a page's token."""
    password = f"S3cr3t-{secrets.token_hex(8)}"
    corner.user("hanna", password)
    system = serve_system()
    over = threading.Event()
    found: list[str] = []
    looks = 0
    forms = [password.encode(), base64.b64encode(f"hanna:{password}".encode()), b"wr0ng-" + password.encode()]

    def watch() -> None:
        nonlocal looks
        while not over.is_set():
            looks += 1
            for process in Path("/proc").iterdir():
                if process.name.isdigit():
                    found.extend(f"{describe(int(process.name))}: {name}" for name in FILES if has(process / name))

    def has(path: Path) -> bool:
        try:
            content = path.read_bytes()
        except OSError:
            return False
        return any(form in content for form in forms)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(LOGINS_WATCHED):
        login = system.log_in("hanna", password)
        assert login.status == 200
        cookie = login.headers["set-cookie"].partition(";")[0].partition("=")[2]
        forms += [cookie.encode(), login.json["csrf-token"].encode()]
    assert system.log_in("hanna", "wr0ng-" + password).status == 401
    over.set()
    watcher.join()
    assert found == []
    assert looks > 3
    corner.run("userdel", "-r", "-f", "hanna")
    assert not any(form.decode() in system.output for form in forms)


SUDOERS = "Defaults env_reset, lecture=never\nsusi ALL=(ALL:ALL) ALL\n"


async def superuser_of(system: Any, login: Any) -> str:
    socket = await system.socket(login)
    await socket.init()
    await socket.control(command="open", channel="1:1", payload="stream", spawn=["id", "-un"], superuser="try")
    said: str = await socket.until(lambda received: isinstance(received, str))
    socket.connection.close()
    while not isinstance(await socket.receive(), tuple):
        pass
    return said.partition("\n")[2].strip()


async def test_administrators_are_asked_for_their_password_once(serve_system: Serve, corner: Any) -> None:
    """The password of the login starts the superuser bridge, with the real sudo; it is asked for where it was wrong."""
    corner.user("susi", "S3cr3t-susi-4242")
    (corner.etc / "sudoers").write_text(SUDOERS)
    (corner.etc / "sudoers").chmod(0o440)
    (corner.etc / "pam.d" / "sudo").write_text("auth required pam_unix.so\naccount required pam_unix.so\n")
    system = serve_system()
    try:
        wanting = system.log_in("susi", "S3cr3t-susi-4242", X_Superuser="any")
        assert await superuser_of(system, wanting) == "root"
        assert "audit: superuser user=susi session=1 bridge=Sudo" in system.output
        for header in ("none", "", "a b"):
            assert await superuser_of(system, system.log_in("susi", "S3cr3t-susi-4242", X_Superuser=header)) == "susi"
        anna = system.log_in("anna", PASSWORD, X_Superuser="any")
        assert await superuser_of(system, anna) == "anna"
    finally:
        corner.run("userdel", "-r", "-f", "susi")
    assert "S3cr3t-susi" not in system.output


COMMAND = f"{sys.executable} -I {Path(__file__).parents[1] / 'auth_command.py'}"


def configure(corner: Any, text: str) -> None:
    (corner.etc / "pilothouse").mkdir(exist_ok=True)
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text(text)


async def test_a_program_of_the_administrators(serve_system: Serve, corner: Any) -> None:
    configure(
        corner,
        f"[Bearer]\nCommand = {COMMAND} s3same data\n[Basic]\naction = none\n[Slow]\nCommand = {COMMAND} x silent\n"
        "timeout = 1\n[Absent]\nCommand = /nonexistent\n",
    )
    system = serve_system()
    login = system.get("/cockpit/login", Authorization="Bearer s3same")
    assert (login.status, login.json["login-data"]) == (200, {"colour": "blue"})
    assert await superuser_of(system, login) == "nobody"
    for scheme, status, problem in (
        ("Bearer wrong", 401, "authentication-failed"),
        ("Basic YTpi", 401, "authentication-disabled"),
        ("Negotiate", 401, "authentication-not-supported"),
        ("tls-cert x", 401, "authentication-failed"),
        ("Slow x", 500, "timeout"),
        ("Absent x", 500, "no-cockpit"),
    ):
        answer = system.get("/cockpit/login", Authorization=scheme)
        assert (answer.status, answer.json["problem"]) == (status, problem), scheme
    assert "checks a login to localhost, 0" in system.output
    assert "s3same" not in system.output


async def test_logging_in_to_another_host(serve_system: Serve, corner: Any) -> None:
    configure(corner, f"[WebService]\nLoginTo = yes\n[Ssh-Login]\nCommand = {COMMAND} {PASSWORD} ask\n")
    system = serve_system("--no-tls")
    far = "cockpit+=far.example.com"
    credentials = base64.b64encode(f"anna:{PASSWORD}".encode()).decode()
    asking = {"Authorization": f"Basic {credentials}", "X_SSH_Connect_Unknown_Hosts": "yes"}
    question = system.get(f"/{far}/login", **asking)
    assert (question.status, question.json["prompt"]) == (401, "The key of the host?")
    assert question.json["host-key"] == "far.example.com ssh-ed25519 AAAA"
    assert question.json["default"] == "SHA256:abc"
    assert system.answer(question, "SHA256:abc").status == 401, "another application did not ask"
    refused = system.answer(question, "no", far)
    assert (refused.status, refused.reason) == (401, "Authentication failed: unknown-hostkey")
    login = system.answer(system.get(f"/{far}/login", **asking), "SHA256:abc", far)
    assert login.status == 200
    name, _, value = login.headers["set-cookie"].partition(";")[0].partition("=")
    assert name == "machine-cockpit+far.example.com"
    assert "checks a login to far.example.com, 1" in system.output
    decision = "audit: host-key user=anna rhost=127.0.0.1 host=far.example.com key=SHA256:abc decision="
    assert system.output.index(f"{decision}refused") < system.output.index(f"{decision}accepted")
    assert system.get(f"/{far}/login", Cookie=f"{name}={value}").status == 200
    assert b'<base href="/cockpit+=far.example.com/' in system.get("/=far.example.com/", Cookie=f"{name}={value}").body
    for place, cookie in (("cockpit", "cockpit"), ("cockpit+=other", "machine-cockpit+other")):
        foreign = system.get(f"/{place}/login", Cookie=f"{cookie}={value}")
        assert foreign.status == 401, "a session is of one application"
    for host in ("-oProxyCommand=x", "a%20b", "a;id", "host:0"):
        assert system.get(f"/cockpit+={host}/login", **asking).status == 404
    assert "ProxyCommand" not in system.output


def test_other_hosts_are_out_of_reach_unless_allowed(serve_system: Serve, corner: Any) -> None:
    configure(corner, f"[Ssh-Login]\nCommand = {COMMAND} {PASSWORD}\n")
    system = serve_system()
    credentials = base64.b64encode(f"anna:{PASSWORD}".encode()).decode()
    answer = system.get("/cockpit+=far.example.com/login", Authorization=f"Basic {credentials}")
    assert (answer.status, answer.json["problem"]) == (403, "access-denied")
    assert "checks a login" not in system.output
