"""Request paths: what a page may ask for, before any file is looked at."""

import re

PATH_MAX = 4096
"""Bytes of the longest request path we take."""
SEGMENTS_MAX = 32

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")


class BadRequestError(Exception):
    """The request is none that we could have asked for: its path is no path, or a header is missing."""


def parse_path(path: str) -> list[str] | None:
    """The segments of a request path; None for one that may exist but is never served: a hidden file, a folder.

    A query is left out. Escapes are decoded once. BadRequestError for what is no path: broken escapes, what is not
    UTF-8, control characters, a backslash, `..`, a relative or overlong path.
    """
    if len(path) > PATH_MAX or not path.startswith("/"):
        raise BadRequestError
    try:
        encoded = path.partition("?")[0].encode()
        if _BAD_ESCAPE.search(encoded):
            raise BadRequestError
        decoded = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), encoded).decode()
    except UnicodeError:
        raise BadRequestError from None
    segments = decoded.split("/")[1:]
    if _FORBIDDEN.search(decoded) or ".." in segments or len(segments) > SEGMENTS_MAX:
        raise BadRequestError
    if any(not segment or segment[0] == "." for segment in segments):
        return None
    return segments
