from pathlib import Path
from typing import Any

import pytest

from manifests import conditions
from manifests.model import Condition, parse


def read(raw: list[Any]) -> tuple[Condition, ...]:
    return parse({"conditions": raw}, "here").conditions


def test_without_conditions_all_is_met() -> None:
    assert conditions.unmet(()) is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ([{"path-exists": "{}"}], None),
        ([{"path-exists": "{}/absent"}], "path-exists {}/absent"),
        ([{"path-not-exists": "{}/absent"}], None),
        ([{"path-not-exists": "{}"}], "path-not-exists {}"),
        ([{"path-exists": "{}"}, {"path-exists": "{}/absent"}], "path-exists {}/absent"),
        ([{"any": [{"path-exists": "{}/absent"}, {"path-exists": "{}"}]}], None),
        ([{"any": [{"path-exists": "{}/a"}, {"path-exists": "{}/b"}]}], "any of: path-exists {}/a, path-exists {}/b"),
        ([{"any": []}], "any of: "),
        ([{"moon-is-full": [1, 2]}], None),
    ],
)
def test_the_first_condition_that_does_not_hold_is_named(tmp_path: Path, raw: Any, reason: str | None) -> None:
    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("{}", str(tmp_path))
        if isinstance(value, list):
            return [fill(item) for item in value]
        return {key: fill(item) for key, item in value.items()} if isinstance(value, dict) else value

    assert conditions.unmet(read(fill(raw))) == (reason and fill(reason))


def test_a_path_that_cannot_be_looked_at_does_not_exist() -> None:
    assert conditions.unmet([Condition("path-exists", "a\0b")])
    assert conditions.unmet([Condition("path-exists", "/" + "x" * 5000)])


def test_conditions_we_do_not_know_are_named() -> None:
    known_and_not = read([{"path-exists": "/"}, {"moon": 1}, {"any": [{"sun": {}}]}])
    assert list(conditions.unknown(known_and_not)) == ["moon", "sun"]


@pytest.mark.parametrize("version", ["0", "137", "330", "330.0", "330.0.0", "329.9"])
def test_a_version_up_to_ours_is_satisfied(version: str) -> None:
    assert conditions.unsatisfied({"cockpit": version}) is None


@pytest.mark.parametrize("version", ["331", "330.1", "330.0.1", "1000"])
def test_a_newer_version_is_not(version: str) -> None:
    assert conditions.unsatisfied({"cockpit": version}) == f"requires cockpit {version}; this is 330"


def test_requirements_of_something_else_are_not_satisfied() -> None:
    assert conditions.unsatisfied({"cockpit": "1", "toaster": "2"}) == "requires toaster 2, which is not known here"
