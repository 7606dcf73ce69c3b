"""Shapes: what a JSON value must look like. A mistake is named by the key's path, such as `bridges[0].spawn`."""

import re
from collections.abc import Callable, Mapping
from typing import Any

MISTAKES_MAX = 50
"""Mistakes named of one manifest."""

Check = Callable[[Any, str, list[str]], None]


class Shape:
    """`what` it must be, for a sentence; `many` is the plural; `check(value, path, mistakes)` adds what is wrong.

    `members` are the known ones of an object, `item` is what a list's or another object's are.
    """

    __slots__ = ("check", "item", "many", "members", "what")

    def __init__(
        self,
        what: str,
        many: str,
        check: Check,
        *,
        members: "Mapping[str, Shape] | None" = None,
        item: "Shape | None" = None,
    ) -> None:
        self.what = what
        self.many = many
        self.check = check
        self.members = members
        self.item = item


def text(pattern: str = "", what: str = "a string", many: str = "strings") -> Shape:
    """A string, all of which matches the regular expression `pattern`."""
    matches = re.compile(pattern).fullmatch if pattern else None

    def check(value: Any, path: str, mistakes: list[str]) -> None:
        if type(value) is not str or (matches and not matches(value)):
            mistakes.append(f"{path}: must be {what}")

    return Shape(what, many, check)


def _scalar(what: str, many: str, accepts: Callable[[Any], bool]) -> Shape:
    def check(value: Any, path: str, mistakes: list[str]) -> None:
        if not accepts(value):
            mistakes.append(f"{path}: must be {what}")

    return Shape(what, many, check)


def is_number(value: Any) -> bool:
    """Whether it is a number that JSON can say: no boolean, not infinite."""
    return type(value) is int or (type(value) is float and value - value == 0)


def between(least: int, most: int, what: str) -> Shape:
    """A whole number from `least` to `most`."""
    return _scalar(what, what, lambda value: is_number(value) and value == int(value) and least <= value <= most)


number = _scalar("a number", "numbers", is_number)
flag = _scalar("true or false", "true or false", lambda value: type(value) is bool)
anything = _scalar("anything", "anything", lambda _: True)
any_object = _scalar("an object", "objects", lambda value: type(value) is dict)


def list_of(item: Shape, *, least: int = 0) -> Shape:
    """A list of `item`, of at least `least`."""
    what = f"a list of {item.many}"

    def check(value: Any, path: str, mistakes: list[str]) -> None:
        if type(value) is not list:
            mistakes.append(f"{path}: must be {what}")
            return
        if len(value) < least:
            mistakes.append(f"{path}: must not be empty")
        for index, entry in enumerate(value):
            if len(mistakes) >= MISTAKES_MAX:
                return
            item.check(entry, f"{path}[{index}]", mistakes)

    return Shape(what, f"lists of {item.many}", check, item=item)


def map_of(item: Shape, key: Shape | None = None) -> Shape:
    """An object whose members are all `item` and whose names are all `key`."""
    what = f"an object of {item.many}"

    def check(value: Any, path: str, mistakes: list[str]) -> None:
        if type(value) is not dict:
            mistakes.append(f"{path}: must be {what}")
            return
        for name, entry in value.items():
            if len(mistakes) >= MISTAKES_MAX:
                return
            if key:
                key.check(name, member(path, name), mistakes)
            item.check(entry, member(path, name), mistakes)

    return Shape(what, f"objects of {item.many}", check, item=item)


def record(members: Mapping[str, Shape], *, required: tuple[str, ...] = ()) -> Shape:
    """An object with known members; what else it has is left alone."""

    def check(value: Any, path: str, mistakes: list[str]) -> None:
        if type(value) is not dict:
            mistakes.append(f"{path}: must be an object" if path else "must be an object")
            return
        mistakes.extend(f"{member(path, name)}: is missing" for name in required if name not in value)
        for name, shape in members.items():
            if name in value and len(mistakes) < MISTAKES_MAX:
                shape.check(value[name], member(path, name), mistakes)

    return Shape("an object", "objects", check, members=members)


def member(path: str, name: str) -> str:
    """The path of a member of the object at `path`."""
    shown = name if name.isprintable() and len(name) <= 80 else repr(name[:80])
    return f"{path}.{shown}" if path else shown
