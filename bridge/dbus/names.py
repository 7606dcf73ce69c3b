"""Who owns which bus name, followed as long as somebody asks."""

from functools import partial
from typing import TYPE_CHECKING, Protocol

from dbus_fast import Message, MessageType

from bridge.dbus.matches import Match
from bridge.dbus.values import signature
from bridge.protocol import Problem

if TYPE_CHECKING:
    import asyncio

    from bridge.dbus.connection import Connection

DAEMON = "org.freedesktop.DBus"
DAEMON_PATH = "/org/freedesktop/DBus"
_STRING = signature("s")


class OwnerListener(Protocol):
    """Who is told of owners."""

    def owner_changed(self, name: str, owner: str | None) -> None:
        """The unique name of the owner of `name` is now `owner`; None: nobody owns it."""


class Name:
    """A followed name. `owner` is not sure before `known` is done."""

    __slots__ = ("known", "listeners", "owner")

    def __init__(self, known: "asyncio.Future[None]") -> None:
        self.owner: str | None = None
        self.known = known
        self.listeners: dict[OwnerListener, int] = {}


class NameTable:
    """The names that are followed on one connection, each with one match rule however many listen."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._names: dict[str, Name] = {}

    def follow(self, name: str, listener: OwnerListener) -> Name:
        """Follow `name` until `forget`; `listener` is told of changes."""
        followed = self._names.get(name)
        if followed is None:
            followed = self._names[name] = Name(self._connection.loop.create_future())
            self._connection.add_rule(_changes_of(name))
            self._connection.call_daemon("GetNameOwner", _STRING, [name], partial(self._answered, name, followed))
        followed.listeners[listener] = followed.listeners.get(listener, 0) + 1
        return followed

    def forget(self, name: str, listener: OwnerListener) -> None:
        """End one `follow`."""
        followed = self._names[name]
        followed.listeners[listener] -= 1
        if not followed.listeners[listener]:
            del followed.listeners[listener]
        if not followed.listeners:
            del self._names[name]
            self._connection.remove_rule(_changes_of(name))

    def owner(self, name: str) -> str | None:
        """The owner of `name` if it is followed and has one."""
        followed = self._names.get(name)
        return followed.owner if followed else None

    def is_followed(self, name: str) -> bool:
        """Whether `owner` is sure to be up to date, or about to be."""
        return name in self._names

    def changed(self, message: Message) -> None:
        """The daemon's signal NameOwnerChanged."""
        name, _, owner = message.body
        followed = self._names.get(name)
        if followed:
            self._set(name, followed, owner or None)

    def lost(self) -> None:
        """The connection is gone: let nobody wait."""
        for followed in self._names.values():
            if not followed.known.done():
                followed.known.set_result(None)

    def _answered(self, name: str, followed: Name, answer: Message | Problem) -> None:
        if isinstance(answer, Message):
            has_owner = answer.message_type is MessageType.METHOD_RETURN
            self._set(name, followed, answer.body[0] if has_owner else None)
        if not followed.known.done():
            followed.known.set_result(None)

    def _set(self, name: str, followed: Name, owner: str | None) -> None:
        if owner == followed.owner:
            return
        followed.owner = owner
        for listener in list(followed.listeners):
            listener.owner_changed(name, owner)


def _changes_of(name: str) -> str:
    return Match(name=DAEMON, path=DAEMON_PATH, interface=DAEMON, member="NameOwnerChanged", arg0=name).rule()
