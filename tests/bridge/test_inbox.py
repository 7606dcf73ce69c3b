"""What waits for a channel: in order, and counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.inbox import ENTRY_COST, INPUT_MAX, Inbox

ENTRIES = st.lists(st.tuples(st.binary(max_size=300), st.booleans()), max_size=20)


@given(ENTRIES)
def test_what_is_put_is_taken_in_order_and_the_size_returns_to_nothing(entries: list[tuple[bytes, bool]]) -> None:
    inbox = Inbox()
    for content, is_data in entries:
        inbox.put(content, is_data=is_data)
    assert inbox.size >= len(entries) * ENTRY_COST
    assert [inbox.take() for _ in entries] == entries
    assert inbox.size == 0
    assert not inbox


def test_empty_entries_fill_it_too() -> None:
    inbox = Inbox()
    for _ in range(INPUT_MAX // ENTRY_COST):
        inbox.put(b"", is_data=True)
    assert not inbox.is_full
    inbox.put(b"", is_data=True)
    assert inbox.is_full
    inbox.clear()
    assert not inbox.is_full
    with pytest.raises(IndexError):
        inbox.take()
