import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_gateway.http.languages import choose

KNOWN = {"de", "pt_BR", "zh_CN", "nb"}


@pytest.mark.parametrize(
    ("cookie", "header", "language"),
    [
        ("", "", "en"),
        ("", "de", "de"),
        ("", "de-AT,de;q=0.9", "de"),
        ("", "fr, de;q=0.8, en;q=0.7", "de"),
        ("", "en-US,en;q=0.9,de;q=0.8", "en"),
        ("", "de;q=0.5, pt-br;q=0.9", "pt_BR"),
        ("", "pt", "en"),
        ("", "DE", "de"),
        ("de", "en", "de"),
        ("zh-cn", "", "zh_CN"),
        ("xx", "de", "en"),
        ("../../etc", "de", "en"),
        ("", "*, ;q=1, de;q=x", "de"),
    ],
)
def test_what_is_chosen(cookie: str, header: str, language: str) -> None:
    assert choose(cookie, header, KNOWN) == language


@given(st.text(), st.text())
def test_it_is_always_one_of_ours(cookie: str, header: str) -> None:
    assert choose(cookie, header, KNOWN) in KNOWN | {"en"}
