"""The connections of this process: one per bus address, from its first user to its last."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary

from bridge.dbus.bus import Bus
from bridge.dbus.connection import Connection
from bridge.protocol import Problem

SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"


class _Entry:
    """A connection with its users, and the task that opens it."""

    def __init__(self, address: str) -> None:
        self.connection = Connection(partial(Bus, address))
        self.users = 0
        self.opening = asyncio.get_running_loop().create_task(self.connection.open())


_entries: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Entry]] = WeakKeyDictionary()


@contextlib.asynccontextmanager
async def connection(address: str, bus: str) -> AsyncIterator[Connection]:
    """The connection to `address`, opened if need be, and closed when nobody is within any more.

    Problem protocol-error when it cannot be opened; `bus` is what the message calls it. A lost connection is not
    shared any further: who comes then gets a new one.
    """
    entries = _entries.setdefault(asyncio.get_running_loop(), {})
    entry = entries.get(address)
    try:
        if entry is None or entry.connection.is_lost:
            entry = entries[address] = _Entry(address)
    except Exception as exc:
        raise _failed(bus, exc) from None
    entry.users += 1
    try:
        try:
            await asyncio.shield(entry.opening)
        except Exception as exc:
            raise _failed(bus, exc) from None
        yield entry.connection
    finally:
        entry.users -= 1
        if not entry.users:
            if entries.get(address) is entry:
                del entries[address]
            await _close(entry)


async def _close(entry: _Entry) -> None:
    entry.opening.cancel()
    await asyncio.wait([entry.opening])
    entry.connection.close()


def _failed(bus: str, exc: Exception) -> Problem:
    reason = "it does not answer" if isinstance(exc, TimeoutError) else str(exc) or type(exc).__name__
    return Problem("protocol-error", f"failed to connect to {bus} bus: {reason}")


def address_of(bus: str, environ: Mapping[str, str]) -> str:
    """Where the `system` or the `session` bus is; Problem protocol-error where there is no session bus."""
    if bus == "system":
        return environ.get("DBUS_SYSTEM_BUS_ADDRESS") or SYSTEM_BUS
    address = environ.get("DBUS_SESSION_BUS_ADDRESS")
    if address:
        return address
    socket = Path(environ.get("XDG_RUNTIME_DIR") or "/nonexistent", "bus")
    if not socket.is_socket():
        raise Problem("protocol-error", "failed to connect to session bus: there is none")
    return f"unix:path={socket}"
