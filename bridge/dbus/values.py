"""D-Bus values as JSON and back (reference 2.16). No I/O.

Numbers, booleans and strings are what they are; a byte array is base64; arrays and structs are arrays; a dictionary is
an object, whose keys are JSON text where they are not strings; a variant is `{"t": signature, "v": value}`; a file
descriptor is an object that says how to open it. A double that JSON cannot say (NaN, infinity) becomes null. From JSON
nothing is bent to fit: a number is no boolean, a fraction no integer, and what is out of its type's range is an error
that says where it is; there are no file descriptors.

A signature is compiled once into functions, and what needs no change on the way to JSON has none.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from dbus_fast import SignatureType, Variant

from bridge.dbus.syntax import INVALID_ARGS, is_path, parse_signature, type_code
from bridge.protocol import Problem, decode_json

DEPTH_MAX = 64
"""Levels of containers and variants in one message; a bus refuses more."""

Encode = Callable[[Any, int], Any]
Decode = Callable[[Any], Any]

_RANGES = {
    "y": (0, 0xFF),
    "n": (-0x8000, 0x7FFF),
    "q": (0, 0xFFFF),
    "i": (-0x8000_0000, 0x7FFF_FFFF),
    "u": (0, 0xFFFF_FFFF),
    "x": (-0x8000_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF),
    "t": (0, 0xFFFF_FFFF_FFFF_FFFF),
}
_DESCRIPTORS: ContextVar[Sequence[Any]] = ContextVar("descriptors", default=())
"""What the values of type h, which are indices, stand for in the message that is being decoded."""


class _MismatchError(Exception):
    """A value that its type does not take; `steps` lead to it, the innermost first."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.steps: list[str] = []


class Signature:
    """A message's signature with what converts its arguments. Made by `signature`."""

    __slots__ = ("_decoders", "_encoders", "_has_decoder", "text", "tree")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = parse_signature(text)
        self._encoders = [_encoder(each) for each in self.tree.types]
        self._decoders = [_decoder(each) for each in self.tree.types]
        self._has_decoder = any(self._decoders)

    def encode(self, arguments: Any, depth: int = 0) -> list[Any]:
        """The body that the JSON array `arguments` says; Problem InvalidArgs where it does not fit."""
        if type(arguments) is not list or len(arguments) != len(self._encoders):
            count = len(self._encoders)
            raise Problem(INVALID_ARGS, f"the signature {self.text!r} takes an array of {count} argument(s)")
        position = 0
        try:
            body = []
            for position, encode in enumerate(self._encoders):
                body.append(encode(arguments[position], depth))
        except _MismatchError as exc:
            where = "".join(reversed(exc.steps))
            raise Problem(INVALID_ARGS, f"argument {position + 1}{where}: {exc}") from None
        return body

    def decode(self, body: list[Any], descriptors: Sequence[Any] = ()) -> list[Any]:
        """The JSON array that the message body `body` is.

        `descriptors` say what the message's file descriptors are in JSON; Problem NotSupported for one that is missing.
        """
        if not self._has_decoder:
            return body
        if descriptors:
            token = _DESCRIPTORS.set(descriptors)
            try:
                return self.decode(body)
            finally:
                _DESCRIPTORS.reset(token)
        return [decode(value) if decode else value for decode, value in zip(self._decoders, body, strict=True)]


@lru_cache(maxsize=2048)
def signature(text: str) -> Signature:
    """The compiled signature `text`; Problem InvalidArgs when it is none."""
    return Signature(text)


def _encoder(each: SignatureType) -> Encode:
    code = type_code(each)
    if code in _RANGES:
        return _integer_encoder(code, *_RANGES[code])
    if code == "(":
        return _struct_encoder([_encoder(child) for child in each.children])
    if code != "a":
        return _BASIC_ENCODERS[code]
    child = each.children[0]
    if type_code(child) == "y":
        return _encode_bytes
    if type_code(child) == "{":
        key, value = child.children
        return _dict_encoder(_key_encoder(key), _encoder(value))
    return _array_encoder(_encoder(child))


def _integer_encoder(code: str, low: int, high: int) -> Encode:
    def encode(value: Any, _depth: int) -> int:
        if type(value) is not int or not low <= value <= high:
            raise _MismatchError(f"must be an integer from {low} to {high} (type {code})")
        return value

    return encode


def _encode_bool(value: Any, _depth: int) -> bool:
    if type(value) is not bool:
        raise _MismatchError("must be true or false (type b)")
    return value


def _encode_double(value: Any, _depth: int) -> float:
    if type(value) is float:
        return value
    try:
        if type(value) is int:
            return float(value)
    except OverflowError:
        pass
    raise _MismatchError("must be a number (type d)")


def _encode_string(value: Any, _depth: int) -> str:
    if type(value) is not str:
        raise _MismatchError("must be a string (type s)")
    if "\0" in value:
        raise _MismatchError("must have no NUL character (type s)")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _MismatchError("must have no lone surrogates (type s)") from None
    return value


def _encode_path(value: Any, _depth: int) -> str:
    if type(value) is not str or not is_path(value):
        raise _MismatchError("must be an object path (type o)")
    return value


def _encode_signature(value: Any, _depth: int) -> str:
    if type(value) is not str:
        raise _MismatchError("must be a signature (type g)")
    try:
        signature(value)
    except Problem as problem:
        raise _MismatchError(f"{problem.message} (type g)") from None
    return value


def _encode_descriptor(_value: Any, _depth: int) -> Any:
    raise _MismatchError("file descriptors (type h) cannot be sent through this channel")


def _encode_bytes(value: Any, depth: int) -> bytes:
    _check_depth(depth)
    if type(value) is str:
        try:
            return binascii.a2b_base64(value, strict_mode=True)
        except ValueError:
            pass
    raise _MismatchError("must be base64 (type ay)")


def _encode_variant(value: Any, depth: int) -> Variant:
    if type(value) is not dict or type(value.get("t")) is not str or "v" not in value:
        raise _MismatchError('must be {"t": signature, "v": value} (type v)')
    if depth >= DEPTH_MAX:
        raise _MismatchError(f"is nested deeper than {DEPTH_MAX} levels")
    try:
        inner = signature(value["t"])
    except Problem as problem:
        raise _MismatchError(f"{problem.message} (type v)") from None
    if len(inner.tree.types) != 1:
        raise _MismatchError(f"must have one type, not {inner.text!r} (type v)")
    return Variant(inner.tree, inner._encoders[0](value["v"], depth + 1), verify=False)


def _array_encoder(element: Encode) -> Encode:
    def encode(value: Any, depth: int) -> list[Any]:
        if type(value) is not list:
            raise _MismatchError("must be an array (type a)")
        _check_depth(depth)
        position = 0
        try:
            encoded = []
            for position, item in enumerate(value):  # noqa: B007
                encoded.append(element(item, depth + 1))
        except _MismatchError as exc:
            exc.steps.append(f"[{position}]")
            raise
        return encoded

    return encode


def _struct_encoder(members: list[Encode]) -> Encode:
    def encode(value: Any, depth: int) -> list[Any]:
        if type(value) is not list or len(value) != len(members):
            raise _MismatchError(f"must be an array of {len(members)} (a struct)")
        _check_depth(depth)
        position = 0
        try:
            encoded = []
            for position, member in enumerate(members):
                encoded.append(member(value[position], depth + 1))
        except _MismatchError as exc:
            exc.steps.append(f"[{position}]")
            raise
        return encoded

    return encode


def _dict_encoder(key: Encode, member: Encode) -> Encode:
    def encode(value: Any, depth: int) -> dict[Any, Any]:
        if type(value) is not dict:
            raise _MismatchError("must be an object (type a{})")
        _check_depth(depth + 1)
        text = ""
        try:
            encoded = {}
            for text, item in value.items():
                encoded[key(text, depth)] = member(item, depth + 2)
        except _MismatchError as exc:
            exc.steps.append(f"[{text!r:.60}]")
            raise
        return encoded

    return encode


def _key_encoder(each: SignatureType) -> Encode:
    encode = _encoder(each)
    if type_code(each) in "sog":
        return encode

    def encode_text(text: Any, depth: int) -> Any:
        try:
            value = decode_json(text.encode())
        except (Problem, UnicodeEncodeError):
            raise _MismatchError(f"the key must be JSON text (type {type_code(each)})") from None
        return encode(value, depth)

    return encode_text


def _check_depth(depth: int) -> None:
    if depth >= DEPTH_MAX:
        raise _MismatchError(f"is nested deeper than {DEPTH_MAX} levels")


_BASIC_ENCODERS: dict[str, Encode] = {
    "b": _encode_bool,
    "d": _encode_double,
    "g": _encode_signature,
    "h": _encode_descriptor,
    "o": _encode_path,
    "s": _encode_string,
    "v": _encode_variant,
}


def _decoder(each: SignatureType) -> Decode | None:
    """None where the value is JSON as it is."""
    code = type_code(each)
    if code == "(":
        return _struct_decoder([_decoder(child) for child in each.children])
    if code != "a":
        return _BASIC_DECODERS.get(code)
    child = each.children[0]
    if type_code(child) == "y":
        return _decode_bytes
    if type_code(child) == "{":
        key, value = child.children
        return _dict_decoder(_decode_double_key if type_code(key) == "d" else None, _decoder(value))
    element = _decoder(child)
    return None if element is None else lambda value: [element(item) for item in value]


def _decode_double(value: float) -> float | None:
    return value if value - value == 0 else None


def _decode_double_key(value: float) -> float | str:
    return value if value - value == 0 else "null"


def _decode_descriptor(index: int) -> Any:
    descriptors = _DESCRIPTORS.get()
    if index >= len(descriptors):
        raise Problem("org.freedesktop.DBus.Error.NotSupported", "a file descriptor (type h) did not arrive")
    return descriptors[index]


def _decode_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def decode_variant(value: Variant) -> dict[str, Any]:
    """A variant as JSON."""
    decode = signature(value.signature)._decoders[0]
    return {"t": value.signature, "v": decode(value.value) if decode else value.value}


def decode_content(value: Variant) -> Any:
    """What is in a variant as JSON, without saying its type."""
    return decode_variant(value)["v"]


def _struct_decoder(members: list[Decode | None]) -> Decode | None:
    if not any(members):
        return None
    return lambda value: [decode(item) if decode else item for decode, item in zip(members, value, strict=True)]


def _dict_decoder(key: Decode | None, member: Decode | None) -> Decode | None:
    if key is None and member is None:
        return None
    if key is None:
        assert member is not None
        return lambda value: {name: member(item) for name, item in value.items()}
    return lambda value: {key(name): member(item) if member else item for name, item in value.items()}


_BASIC_DECODERS: dict[str, Decode] = {"d": _decode_double, "h": _decode_descriptor, "v": decode_variant}
