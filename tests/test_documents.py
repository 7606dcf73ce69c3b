"""The documents quote what is tested: each block that says where it is from is in that file, to the letter."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (ROOT / "docs/plugins.md", ROOT / "README.md")
QUOTE = re.compile(r"<!-- from (\S+) -->\n+```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^```\w+$", re.MULTILINE)
ATTACKS = sorted((ROOT / "tests").rglob("attacks/test_*.py"))
CASES = re.compile(r"^\| [\d, ]+ \| (.*) \|$", re.MULTILINE)
QUOTES = [(path, *match.groups()) for path in DOCUMENTS for match in QUOTE.finditer(path.read_text())]


@pytest.mark.parametrize(
    ("document", "source", "quoted"), QUOTES, ids=[f"{path.name}:{source}" for path, source, _ in QUOTES]
)
def test_a_quote_is_what_the_file_says(document: Path, source: str, quoted: str) -> None:
    assert quoted in (document.parent / source).read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_says_where_it_is_from(document: Path) -> None:
    text = document.read_text()
    assert len(QUOTE.findall(text)) == len(FENCE.findall(text))
    assert len(QUOTE.findall(text)) >= 3


def test_every_example_is_quoted() -> None:
    examples = {path.parent.name for path in (ROOT / "docs/examples").glob("*/manifest.json")}
    assert {Path(source).parts[1] for path, source, _ in QUOTES if path.name == "plugins.md"} == examples


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "docs/architecture.md"], ids=lambda path: path.name)
def test_links_to_files_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_the_tests_that_tables_of_attacks_name_are_there() -> None:
    files = list((ROOT / "tests").rglob("test_*.py"))
    tests = {path.stem for path in files}
    for path in files:
        tests.update(re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE))
    named = {
        f"{path.stem}: {name}"
        for path in ATTACKS
        for row in CASES.findall(ast.get_docstring(ast.parse(path.read_text())) or "")
        for name in re.findall(r"\btest_\w+", row)
        if name not in tests and not (name.endswith("_") and any(each.startswith(name) for each in tests))
    }
    assert named == set()


def test_no_case_of_the_gateways_groups_is_without_a_test() -> None:
    rows = re.compile(r"^\| (\d+) \|", re.MULTILINE)
    numbers = {int(number) for path in ATTACKS for number in rows.findall(path.read_text())}
    groups = {*range(1, 44), *range(106, 116)} - {7, 9, 17, 22, 39, 108}
    assert groups <= numbers, "cases of groups A to D, M and N; the numbers left out are nobody's"
