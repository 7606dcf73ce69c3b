"""One line per event, whatever is in it."""

import logging
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ws_gateway import audit
from ws_gateway.log import Throttle


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
