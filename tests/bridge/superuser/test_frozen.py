"""Channels that wait for a decision: nothing is lost, nothing changes its place, and there is a bound."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import Problem
from bridge.superuser.frozen import FROZEN_MAX, Freezer

OPEN = {"command": "open", "channel": "c", "payload": "x"}


class FakeRouter:
    """Routes to itself and notes what came."""

    def __init__(self, problem: Problem | None = None) -> None:
        self.problem = problem
        self.seen: list[Any] = []
        self.sent: list[Any] = []

    def route(self, message: Any) -> "FakeRouter":
        if self.problem:
            raise self.problem
        return self

    def open(self, message: Any) -> None:
        self.seen.append(message)

    def receive_data(self, payload: bytes) -> None:
        self.seen.append(payload)

    def receive_control(self, command: str, message: Any) -> None:
        self.seen.append(command)

    def end(self, problem: Problem | None = None) -> None:
        self.seen.append(problem)

    def forget(self, channel: str) -> None:
        self.sent.append(("forget", channel))

    def send_control(self, message: Any) -> None:
        self.sent.append(message)


def frozen(router: FakeRouter) -> tuple[Freezer, Any]:
    freezer = Freezer(router)  # type: ignore[arg-type]
    channel = freezer.channel(OPEN)
    channel.open(OPEN)
    return freezer, channel


@given(st.lists(st.binary(max_size=4) | st.sampled_from(["done", "ping", "options"])), st.integers(0, 20))
def test_the_order_stays(messages: list[Any], thaw_after: int) -> None:
    router = FakeRouter()
    freezer, channel = frozen(router)
    for number, message in enumerate(messages):
        if number == thaw_after:
            freezer.thaw()
        if isinstance(message, bytes):
            channel.receive_data(message)
        else:
            channel.receive_control(message, {"command": message})
    freezer.thaw()
    assert router.seen == [OPEN, *messages]


def test_a_close_needs_no_decision() -> None:
    router = FakeRouter()
    freezer, channel = frozen(router)
    channel.receive_control("close", {})
    channel.end()
    freezer.thaw()
    assert router.sent == [("forget", "c"), {"command": "close", "channel": "c"}]
    assert router.seen == []


def test_a_decision_against_it_closes() -> None:
    router = FakeRouter(Problem("access-denied", "no"))
    freezer, _ = frozen(router)
    freezer.thaw()
    assert router.sent[1] == {"command": "close", "channel": "c", "problem": "access-denied", "message": "no"}


def test_too_much() -> None:
    router = FakeRouter()
    freezer, channel = frozen(router)
    channel.receive_data(bytes(FROZEN_MAX))
    assert router.sent[1]["problem"] == "too-large"
    other = freezer.channel(OPEN)
    fitting: list[Any] = []
    other.receive_data(bytes(FROZEN_MAX - 2000))
    while len(fitting) < 20:
        try:
            fitting.append(freezer.channel(OPEN))
        except Problem as problem:
            assert problem.code == "too-large"
            break
    assert 0 < len(fitting) < 20
    freezer.thaw()
    assert len(router.seen) > 1
    assert freezer.channel(OPEN)
