"""How long what is ending may take."""

from bridge.processes.grace import Grace


def test_who_shares_it_sees_it_shortened() -> None:
    grace = Grace()
    children = [grace, grace]
    assert grace.seconds == 5
    grace.seconds = 2
    assert [each.seconds for each in children] == [2, 2]
