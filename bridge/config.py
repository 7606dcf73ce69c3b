"""`pilothouse.conf`, and Cockpit's `cockpit.conf` for what it does not say (reference 4.8)."""

import logging
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from bridge.bounded_file import read_bounded

log = logging.getLogger(__name__)

FILES = ("pilothouse/pilothouse.conf", "cockpit/cockpit.conf")
"""In a configuration folder; the first that has a key gives its value."""
_FILE_MAX = 256 * 1024
_FOLDERS_MAX = 16
_TRUE = frozenset({"yes", "true", "1", "on"})

Sections = dict[str, dict[str, str]]
"""Sections and keys in lower case, values as they are written."""


class Config:
    """What the administrator configured, read at first use. Names of sections and keys are case-insensitive.

    A file is looked for in the folders of `XDG_CONFIG_DIRS`, then in `/etc`.
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

    def get_bool(self, section: str, key: str, default: bool) -> bool:
        """Whether `key` is one of yes, true, on, 1; `default` where no file has it."""
        value = self.get(section, key)
        return default if value is None else value.lower() in _TRUE

    def get_int(self, section: str, key: str, default: int, low: int, high: int) -> int:
        """The number that `key` is, kept between `low` and `high`; `default` where there is none."""
        value = self.get(section, key)
        if value is None:
            return default
        # int() alone would take time with a number of a million digits, and read "1_0".
        if len(value) > 20 or not value.removeprefix("-").isdecimal():
            log.warning("%s/%s is no number: %.40r", section, key, value)
            return default
        return min(max(int(value), low), high)

    @cached_property
    def _files(self) -> list[Sections]:
        folders = [Path(name) for name in self._environ.get("XDG_CONFIG_DIRS", "").split(":") if name.startswith("/")]
        places = [*folders[:_FOLDERS_MAX], self._system]
        return [parse(text, str(place / file)) for file in FILES for place in places for text in _texts(place / file)]


def parse(text: str, where: str) -> Sections:
    """The sections of an ini text; a line that is none of section, `key = value`, comment is skipped and logged."""
    sections: Sections = {}
    section: dict[str, str] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        key, equals, value = line.partition("=")
        if not line or line[0] in "#;":
            continue
        if line.startswith("[") and line.endswith("]"):
            section = sections.setdefault(line[1:-1].strip().lower(), {})
        elif section is not None and equals and key.strip():
            section[key.strip().lower()] = value.strip()
        else:
            log.warning("%s:%d is neither a section nor a setting of one", where, number)
    return sections


def _texts(file: Path) -> Iterator[str]:
    try:
        yield read_bounded(file, _FILE_MAX).decode(errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as exc:
        log.warning("%s was not read: %s", file, exc.strerror)
