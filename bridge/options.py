"""What an `open` message or a method call asks for, checked against the annotations of a dataclass or a function.

The grammar of types is small on purpose: str, int, float, bool, dict (any JSON object), list[T], dict[str, T],
Literal, Any, and `T | None`. An error names the attribute and says what it must be.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from bridge.protocol import Problem

T = TypeVar("T")
Field = tuple[str, str, Any, bool]
"""Name in Python, name on the wire, annotation, required."""

_NAMES: dict[Any, str] = {str: "str", int: "int", float: "number", bool: "bool", dict: "object", list: "array"}


def option(wire: str, *, default: Any = dataclasses.MISSING) -> Any:
    """A dataclass field that is called `wire` in the message; without a default it is required."""
    return dataclasses.field(default=default, metadata={"wire": wire})


def is_set(message: Mapping[str, Any], name: str, word: str) -> bool:
    """Whether the member `name`, which may have no other value than `word`, is there."""
    value = message.get(name)
    if value not in (None, word):
        raise Problem("protocol-error", f"attribute '{name}': invalid value \"{value!s:.60}\" not in ['{word}']")
    return value is not None


def parse(cls: type[T], message: Mapping[str, Any]) -> T:
    """An instance of the dataclass `cls` from `message`; null means absent, unknown members are ignored."""
    return cls(**_values(_dataclass_fields(cls), message))  # type: ignore[arg-type]


def arguments(function: Callable[..., Any], params: Mapping[str, Any], skip: int) -> dict[str, Any]:
    """Keyword arguments for `function` from `params`, but for its first `skip` ones; unknown members are an error."""
    fields = _function_fields(function, skip)
    unknown = sorted(set(params) - {wire for _, wire, _, _ in fields})
    if unknown:
        raise Problem("protocol-error", f"attribute '{unknown[0]}' unknown")
    return _values(fields, params)


def _values(fields: tuple[Field, ...], message: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, wire, annotation, required in fields:
        value = message.get(wire)
        if value is not None:
            values[name] = _checked(value, annotation, wire)
        elif required:
            raise Problem("protocol-error", f"attribute '{wire}' required")
    return values


@lru_cache(maxsize=256)
def _dataclass_fields(cls: type) -> tuple[Field, ...]:
    hints = typing.get_type_hints(cls)
    return tuple(
        (
            field.name,
            field.metadata.get("wire", field.name),
            hints[field.name],
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
    )


@lru_cache(maxsize=256)
def _function_fields(function: Callable[..., Any], skip: int) -> tuple[Field, ...]:
    import inspect

    hints = typing.get_type_hints(function)
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    return tuple((p.name, p.name, hints[p.name], p.default is inspect.Parameter.empty) for p in parameters)


def _checked(value: Any, annotation: Any, where: str) -> Any:
    if type(value) is annotation:
        return value
    origin = typing.get_origin(annotation)
    if origin in (types.UnionType, typing.Union):
        annotation = next(arg for arg in typing.get_args(annotation) if arg is not types.NoneType)
        origin = typing.get_origin(annotation)
    if annotation is Any:
        return value
    if origin is typing.Literal:
        allowed = typing.get_args(annotation)
        if value not in allowed:
            raise Problem("protocol-error", f"attribute '{where}': invalid value {value!r:.60} not in {list(allowed)}")
        return value
    expected = origin or annotation
    if expected is float and type(value) is int:
        return _as_float(value, where)
    if type(value) is not expected:
        raise Problem("protocol-error", f"attribute '{where}': must have type {_NAMES[expected]}")
    arguments_of = typing.get_args(annotation)
    if expected is list and arguments_of:
        return [_checked(item, arguments_of[0], f"{where}[{i}]") for i, item in enumerate(value)]
    if expected is dict and arguments_of:
        return {key: _checked(item, arguments_of[1], f"{where}.{key:.60}") for key, item in value.items()}
    return value


def _as_float(value: int, where: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Problem("protocol-error", f"attribute '{where}': out of range") from None
