"""Which signals somebody wants: match rules (D-Bus specification, "Match Rules")."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dbus_fast import Message

from bridge import options
from bridge.dbus.syntax import is_bus_name, is_interface, is_member, is_path
from bridge.protocol import Problem


@dataclass(frozen=True, slots=True)
class Match:
    """What a signal must be; a member that is None does not matter. The owner of `name` must have sent it."""

    name: str | None = None
    path: str | None = None
    path_namespace: str | None = None
    interface: str | None = None
    member: str | None = None
    arg0: str | None = None

    def rule(self) -> str:
        """The rule as a bus takes it."""
        terms = (
            ("sender", self.name),
            ("path", self.path),
            ("path_namespace", self.path_namespace),
            ("interface", self.interface),
            ("member", self.member),
            ("arg0", self.arg0),
        )
        return ",".join(["type='signal'", *(f"{key}={_quoted(value)}" for key, value in terms if value is not None)])

    def accepts(self, message: Message, owner: str | None) -> bool:
        """Whether the signal `message` is meant; `owner` is the owner of `name`."""
        return (
            (self.name is None or message.sender == owner)
            and (self.member is None or message.member == self.member)
            and (self.interface is None or message.interface == self.interface)
            and (self.path is None or message.path == self.path)
            and (self.path_namespace is None or is_below(message.path or "", self.path_namespace))
            and (self.arg0 is None or (message.signature[:1] == "s" and message.body[0] == self.arg0))
        )


def parse_match(message: Any, default_name: str | None) -> Match:
    """The match that the JSON object `message` says; Problem protocol-error says what is wrong with it."""
    if type(message) is not dict:
        raise Problem("protocol-error", "a match must be an object")
    match = options.parse(Match, _with_name(message, default_name))
    for attribute, value, is_valid in (
        ("name", match.name, is_bus_name),
        ("path", match.path, is_path),
        ("path_namespace", match.path_namespace, is_path),
        ("interface", match.interface, is_interface),
        ("member", match.member, is_member),
    ):
        if value is not None and not is_valid(value):
            raise Problem("protocol-error", f"attribute '{attribute}': not valid: {value!r:.80}")
    if match.path is not None and match.path_namespace is not None:
        raise Problem("protocol-error", "a match cannot have both path and path_namespace")
    if match.arg0 is not None and ("\0" in match.arg0 or not _is_unicode(match.arg0)):
        raise Problem("protocol-error", "attribute 'arg0': not a D-Bus string")
    return match


def parse_watch(message: Any, default_name: str | None) -> Match:
    """The object or objects that the JSON object `message` names, for `watch`; Problem protocol-error."""
    watch = parse_match(message, default_name)
    if watch.name is None:
        raise Problem("protocol-error", "attribute 'name' required")
    if watch.path is None and watch.path_namespace is None:
        raise Problem("protocol-error", "attribute 'path' or 'path_namespace' required")
    return Match(name=watch.name, path=watch.path, path_namespace=watch.path_namespace, interface=watch.interface)


def is_below(path: str, namespace: str) -> bool:
    """Whether `path` is `namespace` or below it."""
    return namespace == "/" or path == namespace or path.startswith(namespace + "/")


def _with_name(message: Mapping[str, Any], default: str | None) -> Mapping[str, Any]:
    return message if "name" in message else {**message, "name": default}


def _quoted(value: str) -> str:
    """Within quotes nothing is special but the quote itself."""
    return "'" + value.replace("'", "'\\''") + "'"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
