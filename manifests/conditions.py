"""Whether a package is for this machine and this version: its manifest's `conditions` and `requires`."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from manifests.model import Condition

COCKPIT_VERSION = "330"
"""The version of Cockpit whose interfaces we offer to packages."""


def unmet(conditions: Iterable[Condition]) -> str | None:
    """The first condition that does not hold, as text; None when all do. One we do not know holds."""
    return next((_describe(condition) for condition in conditions if not _holds(condition)), None)


def unknown(conditions: Iterable[Condition]) -> Iterator[str]:
    """The names of conditions that we do not know."""
    for condition in conditions:
        if condition.predicate == "any":
            yield from unknown(condition.alternatives)
        elif condition.predicate not in _PREDICATES:
            yield condition.predicate


def unsatisfied(requires: Mapping[str, str]) -> str | None:
    """The first requirement that we do not fulfil, as text; None when we fulfil all."""
    for name, version in requires.items():
        if name != "cockpit":
            return f"requires {name} {version}, which is not known here"
        if _key(version) > _key(COCKPIT_VERSION):
            return f"requires cockpit {version}; this is {COCKPIT_VERSION}"
    return None


def _key(version: str) -> list[int]:
    numbers = [int(part) for part in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


def _holds(condition: Condition) -> bool:
    if condition.predicate == "any":
        return any(map(_holds, condition.alternatives))
    predicate = _PREDICATES.get(condition.predicate)
    return predicate is None or predicate(condition.path)


def _describe(condition: Condition) -> str:
    if condition.predicate == "any":
        return "any of: " + ", ".join(map(_describe, condition.alternatives))
    return f"{condition.predicate} {condition.path}"


def _exists(path: str) -> bool:
    try:
        return os.path.exists(path)
    except (OSError, ValueError):
        return False


_PREDICATES: dict[str, Callable[[str], bool]] = {
    "path-exists": _exists,
    "path-not-exists": lambda path: not _exists(path),
}
