import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_gateway.logs import log
from ws_gateway.logs.log import Throttle, ThrottledLog, printable


@given(st.text())
def test_what_is_logged_is_one_bounded_line(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) <= 64 * 10 + 1


def test_plain_text_stays() -> None:
    assert printable("Grüße ☃") == "Grüße ☃"
    assert printable("a\nb\x1b[31m\u202e") == "a\\nb\\x1b[31m\\u202e"
    assert printable("x" * 65) == "x" * 64 + "…"


def test_a_throttle_admits_some_and_counts_the_rest() -> None:
    now = [0.0]
    throttle = Throttle(2, 10.0, lambda: now[0])
    assert [throttle.admit() for _ in range(4)] == [(True, 0), (True, 0), (False, 0), (False, 0)]
    now[0] = 10.0
    assert throttle.admit() == (True, 2)
    now[0] = 20.0
    assert throttle.admit() == (True, 0)


def test_many_at_a_time_are_as_many_one_by_one() -> None:
    now = [0.0]
    throttle = Throttle(3, 10.0, lambda: now[0])
    assert [throttle.admit_some(2), throttle.admit_some(5), throttle.admit_some(0)] == [(2, 0), (1, 0), (0, 0)]
    now[0] = 10.0
    assert throttle.admit_some(1) == (1, 4)


def test_a_throttled_log(caplog: pytest.LogCaptureFixture) -> None:
    throttled = ThrottledLog("x", count=2, period=60)
    for number in range(5):
        throttled.warning("event %d", number)
    assert [record.getMessage() for record in caplog.records] == ["event 0", "event 1"]


def test_the_web_servers_chatter_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    log.set_up()
    assert not logging.getLogger("tornado.general").isEnabledFor(logging.INFO)
