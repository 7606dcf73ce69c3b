"""One line per event, whatever is in it."""

import logging
import os
import re
import select
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.testing.console import PROGRAM, Console
from ws_gateway.logs import audit
from ws_gateway.logs.log import Throttle


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(audit, "_throttles", {})
    caplog.set_level(logging.INFO)


def test_a_line(caplog: pytest.LogCaptureFixture) -> None:
    audit.record("login-ok", user="anna", rhost="192.0.2.1", host=None, session=3)
    assert caplog.messages == ["audit: login-ok user=anna rhost=192.0.2.1 session=3"]


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ("a b", '"a b"'),
        ("", '""'),
        ("x session=9", '"x session=9"'),
        ("a\nb\x1b[2J\u202e", '"a\\nb\\x1b[2J\\u202e"'),
        ('a"b\\', '"a\\"b\\\\"'),
        ("x" * 8192, "x" * 64 + "…"),
    ],
)
def test_values_of_others(caplog: pytest.LogCaptureFixture, user: str, shown: str) -> None:
    audit.record("login-fail", user=user)
    assert caplog.messages == [f"audit: login-fail user={shown}"]


@given(st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_value_can_be_taken_for_another_or_for_a_line(caplog: pytest.LogCaptureFixture, text: str) -> None:
    caplog.clear()
    audit._throttles.clear()
    audit.record("login-fail", user=text, session=1)
    (line,) = caplog.messages
    assert line.isprintable()
    assert re.fullmatch(r'audit: login-fail user=("(\\.|[^"\\])*"?…?"?|[^ ="\\]+) session=1', line)


def test_a_flood_is_counted(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(audit, "Throttle", lambda count, period: Throttle(count, period, lambda: now[0]))
    for _ in range(1000):
        audit.record("login-fail", user="x")
    audit.record("login-ok", user="anna")
    assert len(caplog.messages) == audit.PER_PERIOD + 1
    now[0] = 11
    audit.record("login-fail", user="x")
    assert caplog.messages[-2] == f"audit: login-fail: {1000 - audit.PER_PERIOD} suppressed"


QUIETLY = ("sh", "-c", 'exec "$@" 2>"$ERRORS"', "sh")
"""What is put before a program whose stderr is to be $ERRORS."""
FAILED = "audit: login-fail user=(unknown) rhost=127.0.0.1 method=bearer problem=authentication-failed"


@pytest.fixture
def errors(tmp_path: Path) -> Iterator[int]:
    """The end of a named pipe that others write to, `errors` in the test's folder."""
    os.mkfifo(tmp_path / "errors")
    reader = os.open(tmp_path / "errors", os.O_RDONLY | os.O_NONBLOCK)
    yield reader
    with suppress(OSError):
        os.close(reader)


@pytest.fixture
def console(tmp_path: Path, errors: int) -> Iterator[Console]:
    started = Console(tmp_path, program=[*QUIETLY, *PROGRAM], environ={"ERRORS": str(tmp_path / "errors")})
    yield started
    started.kill()


def fill(path: Path) -> int:
    """What it takes for others to have to wait that write there."""
    writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    written = 0
    with suppress(BlockingIOError):
        while True:
            written += os.write(writer, b"." * 512)
    os.close(writer)
    return written


def guess(console: Console) -> int:
    connection = HTTPConnection("127.0.0.1", console.port, timeout=10)
    connection.request("GET", "/cockpit/login", headers={"Authorization": "Bearer guess"})
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_console_whose_lines_nobody_reads_serves_and_ends_as_ever(
    console: Console, errors: int, tmp_path: Path
) -> None:
    assert guess(console) == 401
    assert FAILED in os.read(errors, 65536).decode()
    filled = fill(tmp_path / "errors")
    assert [guess(console) for _ in range(5)] == [401] * 5
    # It is read again, and nothing is missing.
    heard = ""
    while heard.count(FAILED) < 5:
        if select.select([errors], [], [], 10)[0]:
            heard += os.read(errors, 65536).decode()
    assert heard.startswith("." * filled + "pilothouse: " + FAILED)
    # Who reads it is gone.
    os.close(errors)
    assert guess(console) == 401
    # And comes back, but does not read.
    again = os.open(tmp_path / "errors", os.O_RDONLY | os.O_NONBLOCK)
    assert guess(console) == 401
    assert FAILED in os.read(again, 65536).decode()
    fill(tmp_path / "errors")
    assert guess(console) == 401
    console.stop()
    os.close(again)
