"""Calls to libvirt-dbus, a bounded number at a time, and its signals."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from dbus_fast import Message, MessageType, Variant

from bridge.dbus.bus import Bus
from bridge.dbus.connection import Answer, Connection
from bridge.dbus.matches import Match
from bridge.dbus.pool import address_of
from bridge.dbus.values import signature
from bridge.protocol import Problem
from plugins.machines.providers.libvirt_errors import from_sentence
from plugins.machines.providers.workers import CALL_TIME

SERVICE = "org.libvirt"
PROPERTIES = "org.freedesktop.DBus.Properties"
IN_FLIGHT_MAX = 64
"""Calls that wait for their answers; with about 120 libvirt-dbus fails some, and it works on four."""

_PROBLEMS = {
    "org.freedesktop.DBus.Error.AccessDenied": "access-denied",
    "org.freedesktop.DBus.Error.UnknownMethod": "not-supported",
    "org.freedesktop.DBus.Error.UnknownInterface": "not-supported",
    "org.freedesktop.DBus.Error.UnknownObject": "not-found",
    "org.freedesktop.DBus.Error.InvalidArgs": "protocol-error",
    "org.freedesktop.DBus.Error.Timeout": "timeout",
    "org.freedesktop.DBus.Error.NoReply": "disconnected",
    "org.freedesktop.DBus.Error.Disconnected": "disconnected",
    "org.freedesktop.DBus.Error.ServiceUnknown": "no-host",
    "org.freedesktop.DBus.Error.NameHasNoOwner": "no-host",
}
"""What is not libvirt's own error, `org.libvirt.Error`."""

OnSignal = Callable[[str, str, str, list[Any]], None]
"""Path, the last part of the interface, member and arguments."""


class DbusCalls:
    """A connection of our own to a bus, for libvirt-dbus alone. `open` makes one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._slots = asyncio.Semaphore(IN_FLIGHT_MAX)
        self._on_signal: OnSignal = _ignore
        self._on_loss: Callable[[str], None] = _ignore_loss
        self._was_owned = False

    @classmethod
    async def open(cls, bus: str, environ: Mapping[str, str]) -> "DbusCalls":
        """Connect to the `system` or `session` bus; Problem `no-host` where that does not go."""
        try:
            connection = Connection(partial(Bus, address_of(bus, environ)))
            await connection.open()
        except (OSError, EOFError, ValueError, TimeoutError, Problem) as error:
            raise Problem("no-host", f"The {bus} bus cannot be reached: {error}") from None
        return cls(connection)

    def listen(self, root: str, on_signal: OnSignal, on_loss: Callable[[str], None]) -> None:
        """Call `on_signal` with each signal of the objects below `root`, and `on_loss` once when libvirt-dbus ends."""
        self._on_signal, self._on_loss = on_signal, on_loss
        self._connection.join(self)
        self._connection.add_match(Match(name=SERVICE, path_namespace=root), self)

    async def call(
        self, path: str, interface: str, member: str, types: str = "", *arguments: Any, limit: float = CALL_TIME
    ) -> list[Any]:
        """The results of a method of `org.libvirt.INTERFACE`, or of `PROPERTIES`; Problem with what libvirt says."""
        if "." not in interface:
            interface = f"{SERVICE}.{interface}"
        async with self._slots:
            answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            serial = self._connection.call(
                SERVICE, path, interface, member, signature(types), list(arguments), partial(_settle, answered),
                timeout=limit,
            )  # fmt: skip
            try:
                answer = await answered
            except asyncio.CancelledError:
                self._connection.forget(serial)
                raise
        if isinstance(answer, Problem):
            raise Problem(_PROBLEMS.get(answer.code, "internal-error"), _told(answer, limit))
        if answer.message_type is MessageType.ERROR:
            raise _problem(answer)
        return answer.body

    async def get(self, path: str, interface: str, name: str) -> Any:
        """A property."""
        (value,) = await self.call(path, PROPERTIES, "Get", "ss", f"{SERVICE}.{interface}", name)
        return plain(value)

    def close(self) -> None:
        """Disconnect; nobody is called any more."""
        self._on_signal, self._on_loss = _ignore, _ignore_loss
        self._connection.leave(self)
        self._connection.close()

    # What the connection tells (bridge.dbus.connection.Subscriber)

    def signal(self, message: Message, names: frozenset[str | None]) -> None:
        """See `Subscriber`."""
        interface = (message.interface or "").removeprefix(f"{SERVICE}.")
        self._on_signal(message.path or "", interface, message.member or "", message.body)

    def match_refused(self, problem: Problem) -> None:
        """See `Subscriber`: the slow resync finds what signals would have told."""

    def owner_changed(self, name: str, owner: str | None) -> None:
        """See `OwnerListener`."""
        if owner is None and self._was_owned:
            self._lose("libvirt-dbus ended")
        self._was_owned = owner is not None

    def disconnected(self) -> None:
        """See `Subscriber`."""
        self._lose("The connection to the message bus was lost")

    def _lose(self, reason: str) -> None:
        on_loss, self._on_loss = self._on_loss, _ignore_loss
        self._on_signal = _ignore
        on_loss(reason)


def plain(value: Any) -> Any:
    """A value without the variants around it: libvirt-dbus wraps some twice."""
    while isinstance(value, Variant):
        value = value.value
    return value


def _problem(answer: Message) -> Problem:
    text = next((part for part in answer.body if isinstance(part, str)), "")
    name = answer.error_name or ""
    if name == f"{SERVICE}.Error":
        return from_sentence(text)
    return Problem(_PROBLEMS.get(name, "internal-error"), text or name)


def _told(problem: Problem, limit: float) -> str:
    if _PROBLEMS.get(problem.code) == "timeout":
        return f"libvirt did not answer within {limit:g} seconds"
    return problem.message


def _settle(future: "asyncio.Future[Answer]", answer: Answer) -> None:
    if not future.done():
        future.set_result(answer)


def _ignore(_path: str, _interface: str, _member: str, _arguments: list[Any]) -> None: ...


def _ignore_loss(_reason: str) -> None: ...
