import pytest

from bridge.protocol import Problem
from ws_gateway.auth.tokens import TOKENS_MAX, Tokens


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_token_works_once() -> None:
    tokens = Tokens()
    token = tokens.issue()
    tokens.take(token)
    with pytest.raises(Problem, match="authentication-failed"):
        tokens.take(token)


def test_a_token_expires() -> None:
    clock = Clock()
    tokens = Tokens(clock)
    token = tokens.issue(ttl=600)
    clock.now = 600.0
    with pytest.raises(Problem, match="too old"):
        tokens.take(token)


def test_a_token_that_was_taken_in_vain_works_again_but_no_longer_than_before() -> None:
    clock = Clock()
    tokens = Tokens(clock)
    token = tokens.issue(ttl=600)
    tokens.restore(tokens.take(token))
    clock.now = 599.0
    tokens.restore(tokens.take(token))
    clock.now = 600.0
    with pytest.raises(Problem):
        tokens.take(token)


@pytest.mark.parametrize("wrong", ["", "x", "x" * 100_000, "\ud800", "ü"])
def test_what_was_never_issued_is_refused(wrong: str) -> None:
    tokens = Tokens()
    tokens.issue()
    with pytest.raises(Problem, match="authentication-failed"):
        tokens.take(wrong)


def test_the_oldest_gives_way() -> None:
    tokens = Tokens()
    issued = [tokens.issue() for _ in range(TOKENS_MAX + 1)]
    with pytest.raises(Problem):
        tokens.take(issued[0])
    for token in issued[1:]:
        tokens.take(token)


def test_an_expired_one_gives_way_first() -> None:
    clock = Clock()
    tokens = Tokens(clock)
    lasting = tokens.issue(ttl=3600)
    for _ in range(3 * TOKENS_MAX):
        tokens.issue(ttl=1)
        clock.now += 2
    tokens.take(lasting)


def test_tokens_are_long_and_differ() -> None:
    tokens = Tokens()
    assert len({tokens.issue() for _ in range(100)}) == 100
    assert len(tokens.issue()) == 43
