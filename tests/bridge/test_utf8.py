"""Text in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.protocol import Problem
from bridge.utf8 import whole_characters


@given(st.text(), st.integers(0, 200))
def test_pieces_cut_anywhere_are_the_text_again(text: str, cut: int) -> None:
    data = text.encode()
    first, tail = whole_characters(data[:cut])
    second, rest = whole_characters(tail + data[cut:])
    assert first.decode() + second.decode() == text
    assert len(tail) < 4
    assert rest == b""


@pytest.mark.parametrize("data", [b"\xff", b"a\xc3(", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5\x80\x80\x80"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Problem, match="not UTF-8"):
        whole_characters(data)
