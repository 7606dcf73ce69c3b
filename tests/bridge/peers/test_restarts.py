"""Pauses between starts of a process that does not live long."""

import pytest

from bridge.peers.restarts import PAUSE_FIRST, PAUSE_MAX, QUICK_DEATH, QUICK_DEATHS_MAX, REST, Restarts
from bridge.protocol import Problem

ENDED = Problem("terminated", "it ended", stderr="boom")


def test_pauses_grow_up_to_a_bound_and_a_long_life_ends_them() -> None:
    restarts = Restarts()
    pauses = []
    for _ in range(10):
        pauses.append(restarts.pause)
        restarts.ended(0.1, ENDED, 0)
    assert pauses[:4] == [0, PAUSE_FIRST, 2 * PAUSE_FIRST, 4 * PAUSE_FIRST]
    assert pauses[-1] == PAUSE_MAX
    restarts.ended(QUICK_DEATH + 1, ENDED, 0)
    assert restarts.pause == 0


def test_one_that_always_dies_rests_for_a_while_and_says_why() -> None:
    restarts = Restarts()
    for _ in range(QUICK_DEATHS_MAX - 1):
        restarts.ended(0.1, ENDED, 100)
        restarts.check(100)
    restarts.ended(0.1, ENDED, 100)
    with pytest.raises(Problem, match=r"it ended\. It ended so 5 times in a row") as caught:
        restarts.check(100 + REST - 1)
    assert caught.value.extra == {"stderr": "boom"}
    assert restarts.is_given_up(100 + REST - 1)
    assert not restarts.is_given_up(100 + REST)
    restarts.check(100 + REST)
    assert restarts.pause == 0


def test_it_is_forgiven() -> None:
    restarts = Restarts()
    for _ in range(QUICK_DEATHS_MAX):
        restarts.ended(0.1, ENDED, 100)
    restarts.forgive()
    restarts.check(100)
    assert restarts.pause == 0
