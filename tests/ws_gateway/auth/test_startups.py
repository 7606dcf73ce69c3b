import pytest

from bridge.protocol import Problem
from ws_gateway.auth.startups import PER_SOURCE, Startups
from ws_gateway.config_values import MaxStartups


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
    startups = Startups(lambda: MaxStartups(1, 50, 10_000))
    startups.enter("")
    refused = 0
    for number in range(400):
        try:
            startups.enter(f"10.0.0.{number % 250}")()
        except Problem:
            refused += 1
    assert 100 < refused < 300
