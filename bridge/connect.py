"""A connected socket to what a channel's options name: a unix path, or a TCP port."""

import asyncio
import errno
import socket
from typing import Any

from bridge.processes.daemon_threads import DaemonThreads
from bridge.protocol import Problem

CONNECT_TIMEOUT = 30.0
"""Seconds until a connection that nobody answers, or a name that nobody resolves, is given up."""
ADDRESSES_MAX = 16
"""Addresses of one name that are tried."""

_LOOPBACK = ("::1", "127.0.0.1")
"""What `localhost` always is (RFC 6761, 6.3)."""
_RESOLVERS = DaemonThreads("resolver", 8)
"""Of their own: where the name server is silent, look-ups stop look-ups and nothing else."""


async def connect(
    *, unix: str | None, port: int | None, address: str | None, kind: socket.SocketKind = socket.SOCK_STREAM
) -> socket.socket:
    """A connected, non-blocking socket (reference 2.5) of the given kind.

    The time for all addresses of a name together is CONNECT_TIMEOUT. Problem `protocol-error` for options that name
    none or two, `not-found` for a name that nobody has, `timeout` for one that is not resolved; otherwise OSError, of
    the first address that refuses or else of the first one: ETIMEDOUT where nobody answers.
    """
    if unix is not None and port is not None:
        raise Problem("protocol-error", 'cannot specify both "port" and "unix" options')
    loop = asyncio.get_running_loop()
    if unix is not None:
        if "\0" in unix:
            raise Problem("protocol-error", "attribute 'unix': not an address: it contains a NUL")
        return await _connected(loop, socket.AF_UNIX, kind, unix, CONNECT_TIMEOUT)
    if port is None:
        raise Problem("protocol-error", 'no "port" or "unix" or other address option for channel')
    if not 0 < port < 65536:
        raise Problem("protocol-error", f"attribute 'port': not a port: {port!s:.20}")
    errors: list[OSError] = []
    addresses = await _resolve(loop, address or "localhost", port)
    for family, target in addresses:
        try:
            return await _connected(loop, family, kind, target, CONNECT_TIMEOUT / len(addresses))
        except OSError as exc:
            errors.append(exc)
    if not errors:
        raise Problem("not-found", f"no address of {address!r:.80}")
    # That this host has no IPv6 says less than that nobody listens.
    raise next((exc for exc in errors if isinstance(exc, ConnectionRefusedError)), errors[0])


async def _resolve(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[tuple[int, Any]]:
    try:
        # These need no resolver, so they must not wait for one.
        names = _LOOPBACK if host.lower() == "localhost" else (host,)
        found = [each for name in names for each in _getaddrinfo(name, port, socket.AI_NUMERICHOST)]
    except (socket.gaierror, UnicodeError):
        found = await _look_up(loop, host, port)
    return [(family, target) for family, _, _, _, target in found[:ADDRESSES_MAX]]


async def _look_up(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[Any]:
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            return await loop.run_in_executor(_RESOLVERS, _getaddrinfo, host, port)
    except (socket.gaierror, ValueError) as exc:
        raise Problem("not-found", str(exc)) from None
    except TimeoutError:
        raise Problem("timeout", f"the name {host!r:.80} was not resolved in time") from None


def _getaddrinfo(host: str, port: int, flags: int = 0) -> list[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)


async def _connected(
    loop: asyncio.AbstractEventLoop, family: int, kind: socket.SocketKind, target: Any, patience: float
) -> socket.socket:
    sock = socket.socket(family, kind | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    try:
        async with asyncio.timeout(patience):
            await loop.sock_connect(sock, target)
    except TimeoutError:
        sock.close()
        raise OSError(errno.ETIMEDOUT, f"no answer from {target!r:.80}") from None
    except ValueError as exc:
        sock.close()
        raise Problem("protocol-error", f"not an address: {exc}") from None
    except BaseException:
        sock.close()
        raise
    return sock
