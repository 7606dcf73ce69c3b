"""The tables of known differences name tests that there are."""

import ast
from pathlib import Path

from compat import differences

HERE = Path(__file__).parent


def test_every_entry_names_a_test() -> None:
    known = set()
    for file in HERE.glob("test_*.py"):
        known.add(file.stem)
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                known.add(f"{file.stem}::{node.name}")
    named = {test.partition("[")[0] for table in differences.KNOWN.values() for entry in table for test in entry.tests}
    assert named - known == set()


def test_no_test_has_two_entries() -> None:
    for table in differences.KNOWN.values():
        tests = [test for entry in table for test in entry.tests]
        assert len(tests) == len(set(tests))
