from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import Problem
from ws_gateway.auth.penalties import FORGET_AFTER, LAST_PENALTY, SOURCES_MAX, Penalties


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def waits(penalties: Penalties, source: str) -> bool:
    try:
        penalties.check(source)
    except Problem as problem:
        assert problem.code == "too-many-attempts"
        return True
    return False


def test_guessing_gets_slower_and_slower() -> None:
    clock = Clock()
    penalties = Penalties(clock)
    for _ in range(4):
        penalties.failed("192.0.2.1")
        assert not waits(penalties, "192.0.2.1")
    for penalty in (5, 10, 20, 40, 80, 160, 300, 300):
        penalties.failed("192.0.2.1")
        clock.now += penalty - 0.1
        assert waits(penalties, "192.0.2.1")
        assert not waits(penalties, "192.0.2.2")
        clock.now += 0.2
        assert not waits(penalties, "192.0.2.1")


def test_it_is_forgotten_in_time() -> None:
    clock = Clock()
    penalties = Penalties(clock)
    for _ in range(20):
        penalties.failed("192.0.2.1")
    clock.now += FORGET_AFTER + 1
    penalties.failed("192.0.2.1")
    assert not waits(penalties, "192.0.2.1")


def test_it_remembers_so_many_and_the_latest() -> None:
    penalties = Penalties(Clock())
    for _ in range(6):
        penalties.failed("192.0.2.1")
    for number in range(SOURCES_MAX):
        penalties.failed(f"10.0.{number // 256}.{number % 256}")
    assert not waits(penalties, "192.0.2.1")


@given(st.integers(min_value=1, max_value=400))
def test_no_penalty_is_longer_than_the_last(count: int) -> None:
    clock = Clock()
    penalties = Penalties(clock)
    for _ in range(count):
        penalties.failed("192.0.2.1")
    clock.now += LAST_PENALTY
    assert not waits(penalties, "192.0.2.1")
