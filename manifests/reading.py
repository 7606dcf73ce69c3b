"""JSON objects from files that somebody else wrote: no file, however odd, does worse than an UnreadableError."""

import json
import os
import stat
from typing import Any, NoReturn

SIZE_MAX = 1024 * 1024
"""Bytes of the longest file we take."""
DEPTH_MAX = 32
"""Levels of nesting we take."""


class UnreadableError(Exception):
    """Why a file's content cannot be used, as a phrase."""


def read_object(path: str) -> dict[str, Any] | None:
    """The JSON object in the file at `path`, or None where there is nothing at all; a link to nothing is an error."""
    try:
        content = _read(path)
    except (FileNotFoundError, NotADirectoryError):
        if os.path.islink(path):
            raise UnreadableError("is a link to nothing") from None
        return None
    except OSError as exc:
        raise UnreadableError(f"cannot be read: {exc.strerror}") from None
    return _parse(content)


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("is not a regular file")
        if status.st_mode & stat.S_IWOTH:
            raise UnreadableError("can be written by everybody")
        content = b""
        while chunk := os.read(fd, SIZE_MAX + 1 - len(content)):
            content += chunk
    finally:
        os.close(fd)
    if len(content) > SIZE_MAX:
        raise UnreadableError(f"is longer than {SIZE_MAX} bytes")
    return content


def _parse(content: bytes) -> dict[str, Any]:
    if content.startswith(b"\xef\xbb\xbf"):
        raise UnreadableError("begins with a byte order mark")
    try:
        value = _decoder.decode(content.decode())
    except UnicodeDecodeError:
        raise UnreadableError("is not UTF-8") from None
    except RecursionError:
        raise UnreadableError(f"is nested deeper than {DEPTH_MAX} levels") from None
    except ValueError as exc:
        raise UnreadableError(f"is not JSON: {exc}") from None
    if type(value) is not dict:
        raise UnreadableError("is not a JSON object")
    if content.count(b"[") + content.count(b"{") > DEPTH_MAX and _is_deeper(value, DEPTH_MAX):
        raise UnreadableError(f"is nested deeper than {DEPTH_MAX} levels")
    return value


def _is_deeper(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        children = [item.values() if type(item) is dict else item for item in level]
        level = [child for inner in children for child in inner if type(child) in (dict, list)]
        if not level:
            return False
    return True


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if value - value != 0:
        raise ValueError(f"the number {digits[:20]} is out of range")
    return value


_decoder = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
