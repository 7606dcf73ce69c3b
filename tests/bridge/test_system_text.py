import grp
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.system_text import group_name, unicode


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_fine_stays(text: str) -> None:
    assert unicode(text) == text.replace("\0", "\ufffd")


@given(st.binary())
def test_everything_becomes_a_string(data: bytes) -> None:
    text = unicode(data.decode(errors="surrogateescape"))
    assert "\0" not in text
    text.encode()


def test_groups_with_and_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert group_name(0) == grp.getgrgid(0).gr_name
    assert group_name(987_654) == "987654"
    monkeypatch.setattr(grp, "getgrgid", lambda gid: grp.struct_group((os.fsdecode(b"B\xfccher"), "x", gid, [])))
    assert group_name(1) == "B\ufffdcher"
