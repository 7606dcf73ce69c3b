import pytest

from bridge.protocol import Problem
from ws_gateway.auth.penalties import SOURCES_MAX
from ws_gateway.auth.rate import Rate


def test_so_often_and_no_more_until_time_has_passed() -> None:
    now = [0.0]
    rate = Rate(3, 60, lambda: now[0])
    for now[0] in (0, 10, 20):
        rate.take("192.0.2.1")
    with pytest.raises(Problem, match="in 41 seconds"):
        rate.take("::ffff:192.0.2.1")
    rate.take("192.0.2.2")
    now[0] = 60
    rate.take("192.0.2.1")
    with pytest.raises(Problem):
        rate.take("192.0.2.1")


def test_no_more_addresses_are_remembered_than_there_is_room_for() -> None:
    rate = Rate(1, 60, lambda: 0)
    rate.take("192.0.2.1")
    for number in range(SOURCES_MAX):
        rate.take(f"10.0.{number // 256}.{number % 256}")
    rate.take("192.0.2.1")
