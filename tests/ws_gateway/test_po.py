"""Translations: what a file says, and that the login page's are complete."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_gateway.po import parse_po
from ws_gateway.settings import LOGIN_FILES


def test_a_file() -> None:
    text = """# a comment
msgid ""
msgstr "Language: de\\n"

#, c-format
msgid "one"
msgstr "eins"

msgid ""
"long"
" text"
msgstr "lan"
"ger \\"Text\\""

#, fuzzy
msgid "unsure"
msgstr "unsicher"

msgid "not yet"
msgstr ""
"""
    assert parse_po(text) == {"one": "eins", "long text": 'langer "Text"'}


@pytest.mark.parametrize("text", ["nonsense", '"first"', 'msgid "a', "msgid_plural x"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        parse_po(text)


@given(st.text())
def test_any_text(text: str) -> None:
    try:
        parse_po(text)
    except ValueError:
        return


@pytest.mark.parametrize("file", sorted(LOGIN_FILES.glob("*.po")), ids=lambda file: file.stem)
def test_every_text_of_the_login_page_is_translated(file: Path) -> None:
    wanted = set(re.findall(r'\b_\("((?:[^"\\]|\\.)*)"\)', (LOGIN_FILES / "login.js").read_text()))
    assert len(wanted) > 30
    assert set(parse_po(file.read_text())) == wanted


def test_there_is_a_translation() -> None:
    assert list(LOGIN_FILES.glob("*.po"))
