"""What operating system this is (os-release(5))."""

import shlex

FILES = ("/etc/os-release", "/usr/lib/os-release")
SIZE_MAX = 64 * 1024
"""Bytes that are read."""


def os_release(files: tuple[str, ...] = FILES) -> dict[str, str]:
    """The fields of the first file there is; empty without one."""
    for file in files:
        try:
            with open(file, "rb") as stream:
                return parse(stream.read(SIZE_MAX).decode(errors="replace"))
        except OSError:
            continue
    return {}


def parse(text: str) -> dict[str, str]:
    """The assignments in `text`; quotes are removed, comments and what is no assignment are skipped."""
    fields = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not equals or not name.isidentifier():
            continue
        try:
            words = shlex.split(value)
        except ValueError:
            continue
        fields[name] = words[0] if words else ""
    return fields
