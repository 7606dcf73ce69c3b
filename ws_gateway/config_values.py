"""The types of settings: each reads a value as it is written, and raises ValueError, a phrase, for one that is none."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from manifests.configuration import number

ITEMS_MAX = 100
"""Items of a list."""
TEXT_MAX = 200
"""Characters of a title."""
ARGUMENTS_MAX = 64
"""Words of a command."""

_HOST_PATTERN = re.compile(r"(\*\.)?([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])")
_ORIGIN_PATTERN = re.compile(r"https?://" + _HOST_PATTERN.pattern + r"(:\d{1,5})?")
_ROOT_PATTERN = re.compile(r"/*([A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}){0,7})?/*")
_HEADER_PATTERN = re.compile(r"[A-Za-z0-9-]{1,64}")
_PARAMETER_PATTERN = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_PAGE_PATTERN = re.compile(r"/[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")
_WEB_PATTERN = re.compile(r"https?://[\x21-\x7e]{1,1000}")


@dataclass(frozen=True, slots=True)
class MaxStartups:
    """From `begin` logins under way a new one is refused by `rate` percent, from `full` always. 0: no limit."""

    begin: int = 10
    rate: int = 100
    full: int = 10


def origins(value: str) -> tuple[str, ...]:
    """Origins of pages, each exact or with `*.` in place of the first part of its host's name."""
    return _list(value, _ORIGIN_PATTERN, "an origin such as https://console.example.com:9090 or https://*.example.com")


def hosts(value: str) -> tuple[str, ...]:
    """Names of hosts, likewise."""
    return _list(value, _HOST_PATTERN, "a host name such as console.example.com or *.example.com")


def title(value: str) -> str:
    """A line for people."""
    if len(value) > TEXT_MAX or not value.isprintable():
        raise ValueError(f"a title is one line of at most {TEXT_MAX} characters")
    return value


def url_root(value: str) -> str:
    """What the paths of the console's addresses start with, such as `/console`; empty: nothing."""
    match = _ROOT_PATTERN.fullmatch(value)
    if match is None or match[1] in ("cockpit", "ping"):
        raise ValueError("a path such as /console is needed, other than /cockpit and /ping")
    return f"/{match[1]}" if match[1] else ""


def header(value: str) -> str:
    """The name of an HTTP header, in its canonical case."""
    return _matching(value, _HEADER_PATTERN, "the name of an HTTP header is needed")


def parameter(value: str) -> str:
    """The name of a parameter in an address."""
    return _matching(value, _PARAMETER_PATTERN, "the name of a parameter is needed")


def page(value: str) -> str:
    """The path of a package's page."""
    return _matching(value, _PAGE_PATTERN, "the path of a page such as /shell/index.html is needed")


def web_address(value: str) -> str:
    """An address on the web."""
    return _matching(value, _WEB_PATTERN, "an address that begins with https:// is needed")


def absolute_path(value: str) -> Path:
    """A file."""
    if not value.startswith("/"):
        raise ValueError("a path that begins with / is needed")
    return Path(value)


def command(value: str) -> tuple[str, ...]:
    """A program by its absolute path, and its arguments, quoted as a shell would have them; no shell sees them."""
    try:
        words = tuple(shlex.split(value))
    except ValueError:
        raise ValueError("a quotation mark is missing") from None
    if not words or not words[0].startswith("/") or len(words) > ARGUMENTS_MAX:
        raise ValueError("a program's path that begins with / is needed")
    return words


def between(low: int, high: int) -> Callable[[str], int]:
    """A number of that range."""

    def parse(value: str) -> int:
        if not low <= number(value) <= high:
            raise ValueError(f"a number from {low} to {high} is needed")
        return int(value)

    return parse


def max_startups(value: str) -> MaxStartups:
    """`FULL` or `BEGIN:RATE:FULL`, as sshd_config(5) has it."""
    match = re.fullmatch(r"(\d{1,6})(?::(\d{1,3}):(\d{1,6}))?", value.strip(), re.ASCII)
    if match is None:
        raise ValueError("MaxStartups is a number, or BEGIN:RATE:FULL")
    begin = int(match[1])
    if match[2] is None:
        return MaxStartups(begin, 100, begin)
    rate, full = int(match[2]), int(match[3])
    if rate > 100 or full < begin:
        raise ValueError("MaxStartups BEGIN:RATE:FULL needs a RATE of at most 100 and a FULL of at least BEGIN")
    return MaxStartups(begin, rate, full)


def no_action(value: str) -> bool:
    """`none`, which switches a way to log in off; no other word is known."""
    if value.lower() != "none":
        raise ValueError("the only action is none")
    return True


def _matching(value: str, pattern: re.Pattern[str], what: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(what)
    return value


def _list(value: str, pattern: re.Pattern[str], what: str) -> tuple[str, ...]:
    items = tuple(value.split())
    if len(items) > ITEMS_MAX:
        raise ValueError(f"more than {ITEMS_MAX} items")
    for item in items:
        if not pattern.fullmatch(item):
            raise ValueError(f"{item[:80]!r} is not {what}")
    return items
