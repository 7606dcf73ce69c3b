import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.locales import LANGUAGES_MAX, locales


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ("de", ["de"]),
        ("de-DE,de;q=0.9", ["de_DE", "de"]),
        ("pt-BR, de;q=0.5", ["pt_BR", "pt", "de"]),
        ("de;q=0.5, fr", ["fr", "de"]),
        ("zh-cn", ["zh_CN", "zh"]),
        ("zh-Hans-CN", ["zh_CN", "zh"]),
        ("DE-de", ["de_DE", "de"]),
        ("es-419", ["es_419", "es"]),
        ("de, en, fr", ["de"]),
        ("en", []),
        ("en-US,en;q=0.9,de;q=0.8", ["en_US"]),
        ("fr;q=0, de", ["de"]),
        ("*, de", ["de"]),
        ("../../etc/passwd, de", ["de"]),
        ("de/../x", []),
        ("de;q=abc", []),
        ("de ; q=0.3 , nb-NO ;q=1", ["nb_NO", "nb", "de"]),
    ],
)
def test_translations_are_tried_in_the_readers_order(header: str, expected: list[str]) -> None:
    assert locales(header) == expected


def test_the_number_of_languages_is_bounded() -> None:
    assert len(locales(",".join(["fr-FR", "aa"] * 10_000))) <= 2 * LANGUAGES_MAX


@given(st.text(alphabet="aZ0-_;q=.,/ *\n", max_size=30))
def test_any_header_gives_names_that_are_safe_in_a_file_name(header: str) -> None:
    assert all(name.replace("_", "").isalnum() for name in locales(header))
