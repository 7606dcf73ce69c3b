"""Paths and file names on the wire."""

import json
from typing import Any

from bridge.protocol import Problem, encode_json


def absolute(path: str) -> str:
    """`path`, which must begin at the root and say where it leads: no `..`, no NUL; else Problem `protocol-error`.

    Bytes of a name that are not UTF-8 are lone surrogates, as in Python's own strings (PEP 383).
    """
    if not path.startswith("/") or "\0" in path or ".." in path.split("/") or not _is_encodable(path):
        raise Problem("protocol-error", "attribute 'path': must be an absolute path")
    return path


def encode_names(value: Any) -> bytes:
    """`value`, which holds file names, as JSON; a name that is not UTF-8 is escaped, and survives the way back."""
    try:
        return encode_json(value)
    except Problem:
        return json.dumps(value, separators=(",", ":")).encode()


def _is_encodable(path: str) -> bool:
    try:
        path.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
