"""`pilothouse.conf`, and Cockpit's `cockpit.conf` for what it does not say (reference 4.8), for gateway and bridges.

What a key means, and of which type it is, is said by who uses it; `ws_gateway.config` has the table.
"""

import logging
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from manifests.bounded_file import read_bounded

log = logging.getLogger(__name__)

FILES = ("pilothouse/pilothouse.conf", "cockpit/cockpit.conf")
"""In a configuration folder; the first that has a key gives its value."""
FILE_MAX = 32 * 1024
"""Bytes of a file."""
_FOLDERS_MAX = 16
_TRUE = frozenset({"yes", "true", "1", "on"})
_FALSE = frozenset({"no", "false", "0", "off"})

Sections = dict[str, dict[str, str]]
"""Sections and keys in lower case, values as they are written."""


class Parsed(NamedTuple):
    """An ini text: what it says, in which line, and by line what could not be understood."""

    sections: Sections
    lines: dict[tuple[str, str], int]
    """The lines of settings, by section and key."""
    faults: list[tuple[int, str]]


class ConfigurationError(Exception):
    """What is wrong with a file, and in which line, as a sentence."""


class Configuration:
    """What the administrator configured, read at first use. Names of sections and keys are case-insensitive.

    A file is looked for in the folders of `XDG_CONFIG_DIRS`, then in `/etc`. What is wrong with one is logged, and
    costs that line or file.
    """

    def __init__(self, environ: Mapping[str, str], system: Path = Path("/etc")) -> None:
        self._environ = environ
        self._system = system

    def get(self, section: str, key: str) -> str | None:
        """The value of `key`; None where no file has it."""
        for sections in self._files:
            value = sections.get(section.lower(), {}).get(key.lower())
            if value is not None:
                return value
        return None

    def get_int(self, section: str, key: str, default: int, low: int, high: int) -> int:
        """The number that `key` is, kept between `low` and `high`; `default` where there is none."""
        value = self.get(section, key)
        if value is None:
            return default
        try:
            return min(max(number(value), low), high)
        except ValueError:
            log.warning("%s/%s is no number: %.40r", section, key, value)
            return default

    @cached_property
    def _files(self) -> list[Sections]:
        folders = [Path(name) for name in self._environ.get("XDG_CONFIG_DIRS", "").split(":") if name.startswith("/")]
        places = [*folders[:_FOLDERS_MAX], self._system]
        return [found for file in FILES for place in places if (found := _tolerant(place / file))]


def read(file: Path) -> Parsed:
    """A file, of no sections where it is absent. ConfigurationError for one that is not wholly understood."""
    try:
        text = read_bounded(file, FILE_MAX).decode()
    except (FileNotFoundError, NotADirectoryError):
        return Parsed({}, {}, [])
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not UTF-8") from None
    except OSError as exc:
        raise ConfigurationError(f"{file} cannot be read: {exc.strerror}") from None
    parsed = parse(text)
    for number_of_line, fault in parsed.faults:
        raise ConfigurationError(f"{file}:{number_of_line}: {fault}")
    return parsed


def parse(text: str) -> Parsed:
    """Reads an ini text. Of a key that is given twice the later counts."""
    sections, lines, faults = parsed = Parsed({}, {}, [])
    section: str | None = None
    for number_of_line, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        key, equals, value = line.partition("=")
        if not line or line[0] in "#;":
            continue
        if not line.replace("\t", " ").isprintable():
            faults.append((number_of_line, "the line holds a character that cannot be printed"))
        elif line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip().lower()
            sections.setdefault(section, {})
        elif not equals or not key.strip():
            faults.append((number_of_line, "the line is neither a section, nor a setting, nor a comment"))
        elif section is None:
            faults.append((number_of_line, "the setting stands before the first section"))
        else:
            sections[section][key.strip().lower()] = value.strip()
            lines[section, key.strip().lower()] = number_of_line
    return parsed


def number(text: str) -> int:
    """The whole number that is written there; ValueError for what is none."""
    # int() alone would take time with a number of a million digits, and read "1_0".
    digits = text.removeprefix("-")
    if len(text) > 20 or not digits.isascii() or not digits.isdecimal():
        raise ValueError("a number is needed")
    return int(text)


def truth(text: str) -> bool:
    """Yes or no; ValueError for what is neither."""
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("yes or no is needed")
    return word in _TRUE


def _tolerant(file: Path) -> Sections:
    try:
        text = read_bounded(file, FILE_MAX).decode(errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as exc:
        log.warning("%s was not read: %s", file, exc.strerror)
        return {}
    parsed = parse(text)
    for line, fault in parsed.faults:
        log.warning("%s:%d: %s", file, line, fault)
    return parsed.sections
