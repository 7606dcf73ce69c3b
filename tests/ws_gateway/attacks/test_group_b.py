"""Group B: logging in with real accounts and PAM.

| case | test |
|------|------|
| 16 | test_b16_all_who_are_refused_look_the_same_and_take_as_long, test_all_who_are_refused_hear_the_same_as_late, \
test_who_is_known_but_not_let_in_learns_why |
| 18 | test_b18_what_the_monitor_was_started_with_reaches_nobody |
| 19 | test_the_password_is_nowhere_to_be_seen, test_the_child_is_the_person_and_has_nothing_of_ours, \
test_the_environment_is_pams_below_the_accounts, test_what_a_person_sets_for_pam_is_theirs_alone |
| 20 | test_b20_a_second_factor_is_asked_for, test_b20_a_new_password_may_take_three_tries, \
test_what_pam_says_is_passed_on_as_it_is, test_odd_texts_are_still_texts, test_modules_that_talk_a_lot_are_cut |
| 21 | test_b21_who_goes_in_the_middle_leaves_nothing, test_b21_a_helper_that_is_killed_in_the_middle, \
test_two_answers_at_once_are_one, test_who_does_not_answer_is_let_go |
| 23 | test_guessing_is_slowed_down_by_where_it_comes_from, test_guessing_gets_slower_and_slower, test_the_source, \
test_who_came_who_went_and_who_was_not_let_in |
"""

import base64
import os
import secrets
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testbed.oath import SECOND_FACTOR, has_pam_oath, one_time_password
from testbed.processes import wait_until

PASSWORD = "S3cr3t-anna-7291"
Serve = Callable[..., Any]


def configure(corner: Any, text: str) -> None:
    (corner.etc / "pilothouse").mkdir(exist_ok=True)
    (corner.etc / "pilothouse" / "pilothouse.conf").write_text(text)


def in_parallel(calls: list[Callable[[], Any]]) -> list[Any]:
    results: list[Any] = [None] * len(calls)

    def call(index: int) -> None:
        results[index] = calls[index]()

    threads = [threading.Thread(target=call, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_b16_all_who_are_refused_look_the_same_and_take_as_long(serve_system: Serve, corner: Any) -> None:
    """Wrong password, unknown, locked, expired and closed accounts; the times of known and unknown are of one kind."""
    for name, *after in (
        ("locked", "usermod", "-L", "locked"),
        ("expired", "chage", "-E", "2020-01-01", "expired"),
        ("closed", "usermod", "-s", "/usr/sbin/nologin", "closed"),
        ("homeless", "rm", "-rf", "/home/homeless"),
    ):
        corner.user(name, f"S3cr3t-{name}")
        corner.run(*after)
    configure(corner, "[WebService]\nMaxStartups = 100\n")
    system = serve_system()
    assert system.log_in("a" * 2000, "x").json["problem"] == "authentication-failed"

    def timed(user: str, password: str, source: str) -> Callable[[], tuple[float, Any]]:
        def log_in() -> tuple[float, Any]:
            started = time.monotonic()
            reply = system.log_in(user, password, source=source)
            return time.monotonic() - started, reply

        return log_in

    odd = [("locked", "S3cr3t-locked"), ("expired", "guess"), ("closed", "guess"), ("homeless", "guess"), ("", "x")]
    odd += [("anna\x1b", "x"), ("daemon", "x"), ("root", "guess"), ("-rf", "x"), ("$(id)", "x")]
    calls = [timed(user, password, f"127.0.1.{number + 1}") for number, (user, password) in enumerate(odd)]
    for number in range(20):
        calls.append(timed("anna", "guess", f"127.0.2.{number + 1}"))
        calls.append(timed(f"nobody{number}", "guess", f"127.0.3.{number + 1}"))
    answers = in_parallel(calls)
    assert {(reply.status, reply.reason, reply.body) for _, reply in answers} == {
        (401, "Authentication failed", answers[0][1].body)
    }
    known, unknown = ([took for took, _ in answers[len(odd) + offset :: 2]] for offset in (0, 1))
    assert len(known) == len(unknown) == 20
    distance = max(
        abs(sum(took <= at for took in known) - sum(took <= at for took in unknown)) / 20 for at in known + unknown
    )
    assert distance < 0.6, "two samples of one distribution are nearer than this in 999 of 1000 cases"
    assert system.log_in("homeless", "S3cr3t-homeless", source="127.0.4.1").status == 200
    for name in ("locked", "expired", "closed", "homeless"):
        corner.run("userdel", "-f", name)


def test_b18_what_the_monitor_was_started_with_reaches_nobody(serve_system: Serve, tmp_path: Path) -> None:
    hostile = {
        "LD_PRELOAD": "/evil/evil.so",
        "LD_LIBRARY_PATH": "/evil",
        "PYTHONSTARTUP": "/evil/start.py",
        "PYTHONUSERBASE": "/evil",
        "IFS": "evil",
        "HOME": "/evil",
        "TZ": "evil",
        "GCONV_PATH": "/evil",
        "BASH_ENV": "/evil",
        "PILOTHOUSE_PLUGIN_PATH": "/evil",
    }
    system = serve_system(prefix=("env", "-C", str(tmp_path), *(f"{name}={value}" for name, value in hostile.items())))
    assert system.log_in("anna", PASSWORD).status == 200
    (helper,) = system.helpers()
    (bridge,) = system.children(helper)
    for pid in (system.gateway(), helper, bridge):
        assert b"evil" not in Path(f"/proc/{pid}/environ").read_bytes(), pid
        assert b"-I" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    for pid in (system.gateway(), helper):
        assert str(Path(f"/proc/{pid}/cwd").readlink()) == "/"


def test_b20_a_second_factor_is_asked_for(serve_system: Serve, corner: Any) -> None:
    if not has_pam_oath():
        pytest.skip("pam_oath is not installed")
    key = secrets.token_bytes(20)
    users = corner.etc / "users.oath"
    users.write_text(f"HOTP/E/6 anna - {key.hex()}\n")
    users.chmod(0o600)
    corner.service(SECOND_FACTOR)
    system = serve_system()
    question = system.log_in("anna", PASSWORD)
    assert question.status == 401
    assert "One-time password" in question.json["prompt"]
    assert "set-cookie" not in question.headers
    login = system.answer(question, one_time_password(key, 0))
    assert (login.status, "set-cookie" in login.headers) == (200, True)
    assert system.answer(question, one_time_password(key, 1)).status == 401, "a question can be answered once"
    # The same one a second time, a wrong one, and the right one after a wrong password.
    for password, code in ((PASSWORD, one_time_password(key, 0)), (PASSWORD, "000000"), ("guess", None)):
        question = system.log_in("anna", password)
        answer = system.answer(question, code or one_time_password(key, 1)) if "id" in question.json else question
        assert (answer.status, answer.json["problem"]) == (401, "authentication-failed")
    assert one_time_password(key, 0) not in system.output
    users.unlink()


def test_b20_a_new_password_may_take_three_tries(serve_system: Serve, corner: Any) -> None:
    corner.user("ina", "S3cr3t-old-one")
    corner.run("chage", "-d", "0", "ina")
    corner.service(
        "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n"
        "password required pam_unix.so\n"
    )
    system = serve_system()
    login = system.answer(system.log_in("ina", "S3cr3t-old-one"), "S3cr3t-old-one")
    login = system.answer(login, "An0ther-l0ng-one")
    assert login.json["prompt"].startswith("Retype")
    login = system.answer(login, "s0mething-else")
    assert login.status in (401, 403)
    assert "set-cookie" not in login.headers
    # The old one is still good, and still to be changed.
    login = system.log_in("ina", "S3cr3t-old-one")
    for text in ("S3cr3t-old-one", "An0ther-l0ng-one", "An0ther-l0ng-one"):
        login = system.answer(login, text)
    assert login.status == 200
    corner.run("userdel", "-r", "-f", "ina")


def test_b21_who_goes_in_the_middle_leaves_nothing(serve_system: Serve, corner: Any) -> None:
    """The connection breaks while PAM works: no session is left, and the place is free again."""
    configure(corner, "[WebService]\nMaxStartups = 1\n")
    system = serve_system()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    credentials = base64.b64encode(f"anna:{PASSWORD}".encode()).decode()
    with (
        socket.create_connection(("127.0.0.1", system.port), timeout=10) as plain,
        context.wrap_socket(plain) as connection,
    ):
        head = f"GET /cockpit/login HTTP/1.1\r\nHost: a.example\r\nAuthorization: Basic {credentials}\r\n\r\n"
        connection.sendall(head.encode())
        wait_until(lambda: len(system.helpers()) == 1, "the helper works", 10)
    # PAM may have said yes by then: a session in which nobody opens a page lasts 15 s.
    wait_until(lambda: system.helpers() == [], "the helper is gone", 40)
    assert system.log_in("anna", PASSWORD).status == 200


def test_b21_a_helper_that_is_killed_in_the_middle(serve_system: Serve, corner: Any) -> None:
    corner.user("jan", "S3cr3t-old-one")
    corner.run("chage", "-d", "0", "jan")
    system = serve_system()
    question = system.log_in("jan", "S3cr3t-old-one")
    (helper,) = system.helpers()
    os.kill(helper, signal.SIGKILL)
    wait_until(lambda: system.helpers() == [], "it is gone", 10)
    answer = system.answer(question, "S3cr3t-old-one")
    assert answer.status in (401, 500)
    assert "set-cookie" not in answer.headers
    for foreign in ("a" * 43, question.json["id"][::-1], question.json["id"]):
        assert system.get("/cockpit/login", Authorization=f"X-Conversation {foreign} YQ==").status == 401
    assert system.log_in("anna", PASSWORD).status == 200
    corner.run("userdel", "-r", "-f", "jan")
