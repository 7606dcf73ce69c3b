"""What may be written in the header of a D-Bus message (D-Bus specification, "Valid Names", "Valid Signatures").

A bus ends the connection of whoever sends it anything else, and with it every channel on that connection. So this is
checked here, to the letter.
"""

import re
from functools import lru_cache

from dbus_fast import SignatureTree, SignatureType
from dbus_fast.errors import InvalidSignatureError
from dbus_fast.signature import get_signature_tree

from bridge.protocol import Problem

INVALID_ARGS = "org.freedesktop.DBus.Error.InvalidArgs"
NAME_MAX = 255
"""Bytes of a bus, interface or member name, and of a signature."""
PATH_MAX = 64 * 1024
"""Bytes of an object path; the specification has no bound."""
_NESTING_MAX = 32

_PATH = re.compile(r"/|(/[A-Za-z0-9_]+)+")
_INTERFACE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+")
_MEMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BUS_NAME = re.compile(r"[A-Za-z_-][A-Za-z0-9_-]*(\.[A-Za-z_-][A-Za-z0-9_-]*)+|:[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")


@lru_cache(maxsize=4096)
def is_path(text: str) -> bool:
    """Whether `text` is an object path."""
    return len(text) <= PATH_MAX and _PATH.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def is_interface(text: str) -> bool:
    """Whether `text` is the name of an interface."""
    return len(text) <= NAME_MAX and _INTERFACE.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def is_member(text: str) -> bool:
    """Whether `text` is the name of a method or a signal."""
    return len(text) <= NAME_MAX and _MEMBER.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def is_bus_name(text: str) -> bool:
    """Whether `text` is a well-known or a unique name."""
    return len(text) <= NAME_MAX and _BUS_NAME.fullmatch(text) is not None


def parse_signature(text: str) -> SignatureTree:
    """The types in the signature `text`; Problem InvalidArgs when it is none."""
    try:
        tree = get_signature_tree(text)
    except (InvalidSignatureError, RecursionError) as exc:
        raise Problem(INVALID_ARGS, f"not a signature: {text!r:.80}: {exc}") from None
    if not all(_is_complete(each, 0, 0) for each in tree.types):
        raise Problem(INVALID_ARGS, f"not a signature: {text!r:.80}")
    return tree


def type_code(each: SignatureType) -> str:
    """The first character of a type; for a dict entry and a struct the opening bracket."""
    return each.token


def _is_complete(each: SignatureType, arrays: int, structs: int) -> bool:
    """Whether what dbus-fast takes for a type is one: it lets dict entries stand anywhere, and nests deeper."""
    if arrays > _NESTING_MAX or structs > _NESTING_MAX or type_code(each) == "{":
        return False
    if type_code(each) == "a" and type_code(each.children[0]) == "{":
        key, value = each.children[0].children
        return arrays < _NESTING_MAX and _is_key(key) and _is_complete(value, arrays + 1, structs + 1)
    inner = (arrays + (type_code(each) == "a"), structs + (type_code(each) == "("))
    return all(_is_complete(child, *inner) for child in each.children) and max(inner) <= _NESTING_MAX


def _is_key(each: SignatureType) -> bool:
    return type_code(each) not in "a({v"
