"""Text of the system as D-Bus strings."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.internal.text import unicode


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_fine_stays(text: str) -> None:
    assert unicode(text) == text.replace("\0", "\ufffd")


@given(st.binary())
def test_everything_becomes_a_string(data: bytes) -> None:
    text = unicode(data.decode(errors="surrogateescape"))
    assert "\0" not in text
    text.encode()
