import pytest

from bridge.protocol import Problem
from ws_gateway.relay.reopened import HELD_MAX, Reopened


def test_what_is_said_waits_until_the_bridge_has_closed() -> None:
    names = Reopened()
    assert not names
    names.closed_by_page("a")
    assert names
    assert "a" in names
    assert not names.waits("a")
    names.hold("a", b"open")
    names.hold("a", b"data")
    assert names.waits("a")
    assert names.closed_by_bridge("a") == [b"open", b"data"]
    assert names.closed_by_bridge("a") is None
    assert None not in names
    assert not names


def test_what_waits_is_bounded_and_what_is_given_up_counts_no_more() -> None:
    names = Reopened()
    for _ in range(10):
        names.closed_by_page("a")
        names.hold("a", b"x" * (HELD_MAX // 2))
    names.closed_by_page("b")
    with pytest.raises(Problem, match="too much"):
        names.hold("b", b"x" * HELD_MAX)
