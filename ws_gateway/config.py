"""`pilothouse.conf`: an ini file with cockpit.conf's sections and keys (reference 4.8)."""

import configparser
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ws_gateway.startups import MaxStartups, parse_max_startups

NAME = "pilothouse.conf"
SIZE_MAX = 64 * 1024
"""Bytes of the file."""
ITEMS_MAX = 100
"""Items of a list in it."""

_HOST_PATTERN = re.compile(r"(\*\.)?([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])")
_ORIGIN_PATTERN = re.compile(r"https?://" + _HOST_PATTERN.pattern + r"(:\d{1,5})?")


class ConfigError(Exception):
    """What is wrong with the file, and where, as a sentence."""


@dataclass(frozen=True, slots=True)
class Config:
    """What an administrator can set, and the settings that were found but mean nothing here."""

    origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    max_startups: MaxStartups = MaxStartups()  # noqa: RUF009 - it cannot change
    login_title: str = ""
    unknown: tuple[str, ...] = ()


def read_config(folder: Path) -> Config:
    """The settings in `folder`; the defaults where there is no file. ConfigError for a file that cannot be used."""
    path = folder / NAME
    try:
        with path.open("rb") as stream:
            content = stream.read(SIZE_MAX + 1)
    except FileNotFoundError:
        return Config()
    except OSError as exc:
        raise ConfigError(f"{path} cannot be read: {exc.strerror}") from None
    if len(content) > SIZE_MAX:
        raise ConfigError(f"{path} is larger than {SIZE_MAX} bytes")
    try:
        return parse_config(content.decode(), str(path))
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8") from None


def parse_config(text: str, source: str) -> Config:
    """The settings in `text`; sections and keys in any case. ConfigError with `source`, section and key."""
    parser = configparser.ConfigParser(interpolation=None, empty_lines_in_values=False, default_section="\0")
    try:
        parser.read_string(text, source)
    except configparser.Error as exc:
        raise ConfigError(" ".join(str(exc).split())) from None
    found: dict[str, Any] = {}
    unknown: list[str] = []
    for section in parser.sections():
        for key, value in parser.items(section):
            setting = _SETTINGS.get((section.lower(), key))
            if setting is None:
                unknown.append(f"[{section}] {key}")
                continue
            name, parse = setting
            try:
                found[name] = parse(value)
            except ValueError as exc:
                raise ConfigError(f"{source}: [{section}] {key}: {exc}") from None
    return Config(**found, unknown=tuple(unknown[:ITEMS_MAX]))


def _origins(value: str) -> tuple[str, ...]:
    return _list(value, _ORIGIN_PATTERN, "an origin such as https://console.example.com:9090 or https://*.example.com")


def _hosts(value: str) -> tuple[str, ...]:
    return _list(value, _HOST_PATTERN, "a host name such as console.example.com or *.example.com")


def _list(value: str, pattern: re.Pattern[str], what: str) -> tuple[str, ...]:
    items = tuple(value.split())
    if len(items) > ITEMS_MAX:
        raise ValueError(f"more than {ITEMS_MAX} items")
    for item in items:
        if not pattern.fullmatch(item):
            raise ValueError(f"{item!r} is not {what}")
    return items


def _title(value: str) -> str:
    if len(value) > 200 or not value.isprintable():
        raise ValueError("a title is one line of at most 200 characters")
    return value


_SETTINGS: dict[tuple[str, str], tuple[str, Callable[[str], Any]]] = {
    ("webservice", "origins"): ("origins", _origins),
    ("webservice", "allowedhosts"): ("allowed_hosts", _hosts),
    ("webservice", "maxstartups"): ("max_startups", parse_max_startups),
    ("webservice", "logintitle"): ("login_title", _title),
}
"""Sections and keys, in lower case: the name here, and what reads it."""
