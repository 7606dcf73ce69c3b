import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import Problem
from ws_gateway.startups import (
    FORGET_AFTER,
    LAST_PENALTY,
    PER_SOURCE,
    SOURCES_MAX,
    MaxStartups,
    Penalties,
    Startups,
    network_of,
    parse_max_startups,
    plain_address,
)


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


@pytest.mark.parametrize(
    ("source", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::2:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_what_counts_as_one_source(source: str, network: str) -> None:
    assert network_of(source) == network


@given(st.integers(min_value=1, max_value=400))
def test_no_penalty_is_longer_than_the_last(count: int) -> None:
    clock = Clock()
    penalties = Penalties(clock)
    for _ in range(count):
        penalties.failed("192.0.2.1")
    clock.now += LAST_PENALTY
    assert not waits(penalties, "192.0.2.1")


def test_an_address_as_others_know_it() -> None:
    assert [plain_address(text) for text in ("::ffff:192.0.2.1", "192.0.2.1", "2001:db8::1", "fe80::1%eth0", "x")] == [
        "192.0.2.1",
        "192.0.2.1",
        "2001:db8::1",
        "fe80::1",
        "",
    ]


def test_so_many_logins_at_a_time() -> None:
    startups = Startups(lambda: MaxStartups(2, 100, 2))
    leave = startups.enter("192.0.2.1")
    startups.enter("192.0.2.2")
    with pytest.raises(Problem, match="too-many-sessions"):
        startups.enter("192.0.2.3")
    leave()
    startups.enter("192.0.2.3")
    assert len(startups) == 2


def test_so_many_from_one_address() -> None:
    startups = Startups(lambda: MaxStartups(0, 100, 0))
    leaves = [startups.enter("192.0.2.1") for _ in range(PER_SOURCE)]
    with pytest.raises(Problem, match="too-many-sessions"):
        startups.enter("192.0.2.1")
    startups.enter("192.0.2.2")
    leaves[0]()
    startups.enter("192.0.2.1")


def test_between_begin_and_full_some_are_refused() -> None:
    assert [parse_max_startups(text) for text in ("7", " 0 ", "10:30:60")] == [
        MaxStartups(7, 100, 7),
        MaxStartups(0, 100, 0),
        MaxStartups(10, 30, 60),
    ]
    startups = Startups(lambda: MaxStartups(1, 50, 10_000))
    startups.enter("")
    refused = 0
    for number in range(400):
        try:
            startups.enter(f"10.0.0.{number % 250}")()
        except Problem:
            refused += 1
    assert 100 < refused < 300


@pytest.mark.parametrize("text", ["", "x", "-1", "1:2", "1:101:2", "5:10:3", "1:2:3:4", "٣"])
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(ValueError, match="MaxStartups"):
        parse_max_startups(text)
