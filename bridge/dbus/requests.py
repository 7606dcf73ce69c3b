"""What the client of a `dbus-json3` channel asks for, checked. No I/O."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from bridge.dbus.introspection import Interface
from bridge.dbus.syntax import INVALID_ARGS, is_bus_name, is_interface, is_member, is_path
from bridge.dbus.values import Signature, signature
from bridge.protocol import Problem

TIMEOUT_MAX = 1e9
"""Seconds; more is as good as for ever."""


class Call(NamedTuple):
    """A method call. `types` is None where introspection must tell; `timeout` is in seconds, None for ever."""

    name: str
    path: str
    interface: str | None
    member: str
    arguments: Any
    types: Signature | None
    flags: str | None
    timeout: float | None


def parse_call(message: dict[str, Any], default_name: str | None) -> Call:
    """The call that `message` says; Problem InvalidArgs says what is wrong with it."""
    call = message["call"]
    if type(call) is not list or len(call) != 4:
        raise Problem(INVALID_ARGS, "'call' must be [path, interface, method, arguments]")
    path, interface, member, arguments = call
    if type(path) is not str or not is_path(path):
        raise Problem(INVALID_ARGS, f"the path of the call is not valid: {path!r:.80}")
    if interface is not None and (type(interface) is not str or not is_interface(interface)):
        raise Problem(INVALID_ARGS, f"the interface of the call is not valid: {interface!r:.80}")
    if type(member) is not str or not is_member(member):
        raise Problem(INVALID_ARGS, f"the method of the call is not valid: {member!r:.80}")
    if arguments is None:
        arguments = []
    elif type(arguments) is not list:
        raise Problem(INVALID_ARGS, "the arguments of the call must be an array")
    name = message.get("name")
    if name is None:
        name = default_name
    if type(name) is not str or not is_bus_name(name):
        raise Problem(INVALID_ARGS, f"the bus name of the call is not valid: {name!r:.80}")
    return Call(name, path, interface, member, arguments, _types(message), _flags(message), _timeout(message))


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal to be emitted. `types` is None where the interface must tell; without `destination` all may get it."""

    path: str
    interface: str
    member: str
    arguments: Any
    types: Signature | None
    destination: str | None


def parse_signal(message: dict[str, Any]) -> Signal:
    """The signal that `message` says; Problem InvalidArgs says what is wrong with it."""
    signal = message["signal"]
    if type(signal) is not list or len(signal) != 4:
        raise Problem(INVALID_ARGS, "'signal' must be [path, interface, signal, arguments]")
    path, interface = parse_key(signal[:2], "signal")
    member, arguments = signal[2:]
    if type(member) is not str or not is_member(member):
        raise Problem(INVALID_ARGS, f"the name of the signal is not valid: {member!r:.80}")
    destination = message.get("destination")
    if destination is not None and (type(destination) is not str or not is_bus_name(destination)):
        raise Problem(INVALID_ARGS, f"the destination of the signal is not valid: {destination!r:.80}")
    return Signal(path, interface, member, [] if arguments is None else arguments, _types(message), destination)


def parse_key(value: Any, what: str) -> tuple[str, str]:
    """The path and interface that `[path, interface]` says; Problem InvalidArgs."""
    if type(value) is not list or len(value) != 2:
        raise Problem(INVALID_ARGS, f"{what!r} must be [path, interface]")
    path, interface = value
    if type(path) is not str or not is_path(path):
        raise Problem(INVALID_ARGS, f"the path of the {what} is not valid: {path!r:.80}")
    if type(interface) is not str or not is_interface(interface):
        raise Problem(INVALID_ARGS, f"the interface of the {what} is not valid: {interface!r:.80}")
    return path, interface


def parse_cookie(message: dict[str, Any]) -> str | int | None:
    """What the client recognises the reply by, None where it wants none; Problem protocol-error."""
    cookie = message.get("id")
    if cookie is not None and type(cookie) is not str and type(cookie) is not int:
        raise Problem("protocol-error", "attribute 'id': must be a string or an integer")
    return cookie


def parse_interfaces(message: Any) -> dict[str, Interface]:
    """The interfaces of a `meta` message: their methods and signals. Problem protocol-error."""
    if type(message) is not dict:
        raise Problem("protocol-error", "attribute 'meta': must have type object")
    interfaces: dict[str, Interface] = {}
    for name, interface in message.items():
        interfaces[name] = {kind: _members(name, interface, kind) for kind in ("methods", "signals")}
    return interfaces


def _members(name: str, interface: Any, kind: str) -> dict[str, dict[str, list[str]]]:
    members = (interface.get(kind) if type(interface) is dict else None) or {}
    if type(members) is not dict or not all(_is_member(member) for member in members.values()):
        raise Problem("protocol-error", f"attribute 'meta.{name:.80}': not the {kind} of an interface")
    return {
        each: {direction: member.get(direction) or [] for direction in ("in", "out")}
        for each, member in members.items()
    }


def _is_member(member: Any) -> bool:
    if type(member) is not dict:
        return False
    types = [member.get(direction) or [] for direction in ("in", "out")]
    return all(type(some) is list and all(type(each) is str for each in some) for some in types)


def _types(message: dict[str, Any]) -> Signature | None:
    text = message.get("type")
    if text is None:
        return None
    if type(text) is not str:
        raise Problem(INVALID_ARGS, "attribute 'type': must be a signature")
    return signature(text)


def _flags(message: dict[str, Any]) -> str | None:
    flags = message.get("flags")
    if flags is not None and type(flags) is not str:
        raise Problem(INVALID_ARGS, "attribute 'flags': must be a string")
    return flags


def _timeout(message: dict[str, Any]) -> float | None:
    timeout = message.get("timeout")
    if timeout is None:
        return None
    if type(timeout) is not int and type(timeout) is not float:
        raise Problem(INVALID_ARGS, "attribute 'timeout': must be a number of milliseconds")
    return None if timeout < 0 or timeout > TIMEOUT_MAX * 1000 else timeout / 1000
