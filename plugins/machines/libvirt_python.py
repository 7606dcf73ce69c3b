"""The provider that talks to libvirt through its Python binding: any URI, and all that libvirt can do.

libvirt's calls block, so each connection has threads of its own: some to read and some to act, together as many as a
daemon serves at once for one client (`max_client_requests`), so that slow actions do not hold up the list.
"""

import asyncio
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, Self, TypeVar

import libvirt

from bridge.protocol import Problem
from plugins.machines.libvirt_domains import read_counters, read_domains, read_some_domains, read_titles
from plugins.machines.libvirt_errors import NO_DOMAIN, as_problem
from plugins.machines.libvirt_events import Subscription, run_event_loop
from plugins.machines.provider import Capabilities, ConnectionInfo, Domain, DomainAction, Listener, Provider, Reading
from plugins.machines.workers import Workers

_READERS = 2
_ACTORS = 3
_OPENING_MAX = 8
"""Connections being opened at once in this process, given up ones included: each has a thread that may hang."""
_KEEPALIVE = (5, 3)
"""Seconds between two probes, and how many may stay unanswered."""
_CLOSE_TIME = 5.0
_PROBE_TIME = 5.0

_CALLS: dict[DomainAction, Callable[[Any], object]] = {
    DomainAction.START: lambda domain: domain.create(),
    DomainAction.SHUTDOWN: lambda domain: domain.shutdown(),
    DomainAction.DESTROY: lambda domain: domain.destroy(),
    DomainAction.SUSPEND: lambda domain: domain.suspend(),
    DomainAction.RESUME: lambda domain: domain.resume(),
    DomainAction.REBOOT: lambda domain: domain.reboot(0),
    DomainAction.RESET: lambda domain: domain.reset(0),
}

_LIMITS: dict[str, dict[DomainAction, str]] = {
    "LXC": {DomainAction.RESET: "A container has no hardware that could be reset"},
}
"""What a driver cannot do at all, by the name that virConnectGetType gives it."""
_READ_ONLY = "The connection to libvirt is read-only: you may look, not change"

_opening = threading.BoundedSemaphore(_OPENING_MAX)
_kept: dict[str, Any] = {}
"""Connections to files of the test driver: the world of such a file lives as long as its connection, so they stay."""

T = TypeVar("T")


class LibvirtPython(Provider):
    """A connection through libvirt-python; `open` makes one."""

    def __init__(self, connection: Any, info: ConnectionInfo, workers: Workers, subscription: Subscription) -> None:
        self.info = info
        self.capabilities = _capabilities(info)
        self._connection = connection
        self._reads = workers
        self._actions = Workers("libvirt-act", _ACTORS)
        self._subscription = subscription

    @classmethod
    async def open(cls, uri: str, listener: Listener, *, readonly: bool = False) -> Self:
        """Connect to `uri`; Problem where libvirt refuses. Has no time bound: a hung daemon answers when it goes on.

        Cancelled while libvirt hangs, it closes the connection when that comes about after all.
        """
        _begin_opening()
        subscription = Subscription(listener, asyncio.get_running_loop())
        workers = Workers("libvirt-read", _READERS)

        def establish() -> tuple[Any, ConnectionInfo]:
            try:
                return _establish(uri, readonly, subscription)
            finally:
                _opening.release()

        def discard(opened: tuple[Any, ConnectionInfo]) -> None:
            _close(opened[0], subscription)

        try:
            connection, info = await workers.call(establish, limit=None, discard=discard)
        except libvirt.libvirtError as error:
            workers.close()
            raise _problem(error) from None
        except BaseException:
            subscription.silence()
            workers.close()
            raise
        return cls(connection, info, workers, subscription)

    @classmethod
    async def open_or_look(cls, uri: str, listener: Listener) -> Self:
        """Like `open`, but read-only where libvirt does not let this user do more."""
        try:
            return await cls.open(uri, listener)
        except Problem as problem:
            if problem.code != "access-denied":
                raise
            denied = problem
        with suppress(Problem):
            return await cls.open(uri, listener, readonly=True)
        raise denied

    async def domains(self, keys: Collection[str] | None = None) -> dict[str, Domain]:
        if keys is None:
            return await self._call(self._reads, read_domains)
        return await self._call(self._reads, lambda connection: read_some_domains(connection, keys))

    async def titles(self, keys: Collection[str]) -> dict[str, str]:
        return await self._call(self._reads, lambda connection: read_titles(connection, keys))

    async def readings(self) -> dict[str, Reading]:
        return await self._call(self._reads, read_counters)

    async def act(self, action: DomainAction, key: str) -> None:
        await self._call(self._actions, lambda connection: _CALLS[action](connection.lookupByUUIDString(key)), key)

    async def close(self) -> None:
        self._subscription.silence()
        connection, self._connection = self._connection, None
        with suppress(Problem):
            await self._reads.call(lambda: _close(connection, self._subscription), limit=_CLOSE_TIME)
        self._reads.close()
        self._actions.close()

    async def _call(self, workers: Workers, function: Callable[[Any], T], key: str = "") -> T:
        connection = self._connection
        if connection is None:
            raise Problem("disconnected", "The connection to libvirt is closed")
        try:
            return await workers.call(lambda: function(connection))
        except libvirt.libvirtError as error:
            problem = _problem(error, connection)
        if key and problem.extra["libvirt"]["code"] == NO_DOMAIN:
            raise Problem("not-found", f"There is no virtual machine with the UUID {key}", **problem.extra)
        raise problem


async def probe(uri: str) -> str:
    """Whether `uri` can be opened: an empty string, else the sentence that says why not."""
    try:
        _begin_opening()
    except Problem as problem:
        return problem.message
    workers = Workers("libvirt-probe", 1)
    try:
        return await workers.call(lambda: _try(uri), limit=_PROBE_TIME)
    except Problem as problem:
        return problem.message
    finally:
        workers.close()


def _try(uri: str) -> str:
    try:
        run_event_loop()
        libvirt.open(uri).close()
        return ""
    except libvirt.libvirtError as error:
        return _problem(error).message
    finally:
        _opening.release()


def _begin_opening() -> None:
    if not _opening.acquire(blocking=False):
        raise Problem("timeout", f"libvirt has not answered {_OPENING_MAX} attempts to connect; no more are made")


def _capabilities(info: ConnectionInfo) -> Capabilities:
    limits = dict.fromkeys(DomainAction, _READ_ONLY) if info.readonly else _LIMITS.get(info.hypervisor, {})
    return {action.value: limits.get(action, True) for action in DomainAction}


def _problem(error: Any, connection: Any = None) -> Problem:
    alive = connection is None or _is_alive(connection)
    return as_problem(
        error.get_error_code() or 0,
        error.get_error_domain() or 0,
        error.get_error_message() or str(error),
        alive=alive,
    )


def _is_alive(connection: Any) -> bool:
    try:
        return bool(connection.isAlive())
    except libvirt.libvirtError:
        return False


def _establish(uri: str, readonly: bool, subscription: Subscription) -> tuple[Any, ConnectionInfo]:
    run_event_loop()
    connection = _open(uri, readonly)
    try:
        with suppress(libvirt.libvirtError):
            connection.setKeepAlive(*_KEEPALIVE)
        subscription.start(connection)
        return connection, _describe(connection, readonly)
    except BaseException:
        _close(connection, subscription)
        raise


def _open(uri: str, readonly: bool) -> Any:
    if uri in _kept:
        return _kept[uri]
    connection = libvirt.openReadOnly(uri) if readonly else libvirt.open(uri)
    if uri.startswith("test:///") and uri != "test:///default" and not readonly:
        kept = _kept.setdefault(uri, connection)
        if kept is not connection:
            connection.close()
        return kept
    return connection


def _describe(connection: Any, readonly: bool) -> ConnectionInfo:
    return ConnectionInfo(
        hypervisor=connection.getType(),
        hostname=_or_empty(connection.getHostname),
        # Not virConnectGetVersion: it has QEMU's capabilities probed first, which takes from seconds to a minute.
        version=_version(connection.getLibVersion),
        readonly=readonly,
        note=_READ_ONLY if readonly else "",
    )


def _or_empty(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except libvirt.libvirtError:
        return ""


def _version(ask: Callable[[], int]) -> str:
    try:
        number = ask()
    except libvirt.libvirtError:
        return ""
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}" if number > 0 else ""


def _close(connection: Any, subscription: Subscription) -> None:
    subscription.cancel(connection)
    if connection not in _kept.values():
        with suppress(libvirt.libvirtError):
            connection.close()
