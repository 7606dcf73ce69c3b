"""The entries of `bridges` in manifests, as programs that can be started (reference 3.5)."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.protocol import JsonObject, Problem
from manifests.model import BridgeConfig
from manifests.search import Package

OUR_COMMAND = (sys.executable, "-I", "-m", "bridge")
"""What the word `pilothouse-bridge` stands for in a manifest: this very program, wherever it is installed."""
ARGUMENT_MAX = 4096
"""Characters of an argument after expansion."""
_WORD = "pilothouse-bridge"
_REFERENCE = re.compile(r"\$\{([A-Za-z0-9_-]{1,64})\}")


@dataclass(frozen=True, slots=True)
class Command:
    """A program, and what is added to its environment."""

    argv: tuple[str, ...]
    environ: tuple[tuple[str, str], ...]


def in_order(packages: Iterable[Package]) -> Iterator[tuple[Package, BridgeConfig]]:
    """All entries with their packages: those of a higher priority first, then by the packages' names."""
    for package in sorted(packages, key=lambda package: (-package.priority, package.name)):
        for config in package.manifest.bridges:
            yield package, config


def matches(config: BridgeConfig, message: JsonObject) -> bool:
    """Whether an `open` message is meant: every key is there, and has the value unless that is null."""
    return all(key in message and (value is None or _equal(value, message[key])) for key, value in config.match.items())


def command(config: BridgeConfig, message: Mapping[str, Any]) -> Command:
    """The program of `config`, in which `${key}` is that member of the `open` message, empty without one.

    Problem protocol-error for a member that is no string or number, or that would be taken for an option.
    """
    argv = [_expand(argument, message) for argument in config.spawn]
    position = argv.index(_WORD) if _WORD in argv else None
    if position is not None:
        argv[position : position + 1] = OUR_COMMAND
    environ = [entry.partition("=") for entry in config.environ]
    return Command(tuple(argv), tuple((name, _expand(value, message)) for name, _, value in environ))


def _equal(wanted: Any, value: Any) -> bool:
    """JSON's equality, in which true is not 1."""
    return type(wanted) is type(value) and bool(wanted == value)


def _expand(text: str, message: Mapping[str, Any]) -> str:
    expanded = _REFERENCE.sub(lambda reference: _member(message, reference[1]), text)
    if expanded.startswith("-") and not text.startswith("-"):
        raise Problem("protocol-error", f"attribute in {text!r:.80}: must not begin with '-'")
    if len(expanded) > max(ARGUMENT_MAX, len(text)) or "\0" in expanded:
        raise Problem("protocol-error", f"attributes in {text!r:.80}: too long, or with a NUL character")
    return expanded


def _member(message: Mapping[str, Any], key: str) -> str:
    value = message.get(key)
    if value is None:
        return ""
    if type(value) is not str and type(value) is not int:
        raise Problem("protocol-error", f"attribute '{key}': must have type str or int")
    return str(value)
