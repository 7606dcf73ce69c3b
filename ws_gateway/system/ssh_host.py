"""The host that a person wants to log in to: its name, by which its key is known, and its addresses, which ssh gets."""

import logging
import re
import socket
from typing import NamedTuple

from bridge.protocol import Problem
from ws_gateway.address import is_host
from ws_gateway.logs.log import printable
from ws_gateway.system.reserved import is_reserved_address

ALLOW_LOCAL = "--allow-local"
"""What the program is called with where addresses of this machine's are as good as others."""
ADDRESSES_MAX = 4
"""Addresses of a name that are tried."""
SSH_PORT = 22
_HOST = re.compile(r"(?:(?P<user>[^@]+)@)?(?P<name>\[[^\]]+\]|[^:]+)(?::(?P<port>\d+))?")

_log = logging.getLogger("pilothouse-ssh")


class SshHost(NamedTuple):
    """One such host."""

    user: str
    """Empty: the one who logs in."""
    name: str
    """In lower case."""
    port: int

    @property
    def alias(self) -> str:
        """What known_hosts(5) calls it."""
        return self.name if self.port == SSH_PORT else f"[{self.name}]:{self.port}"

    def addresses(self, allow_local: bool) -> list[str]:
        """Where it is. Problem `no-host` where nobody knows, or at this machine itself: the log tells which."""
        try:
            found = socket.getaddrinfo(self.name, self.port, type=socket.SOCK_STREAM)
        except OSError as exc:
            raise _unreachable(self.name, str(exc.strerror)) from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        permitted = [address for address in addresses if allow_local or not is_reserved_address(address)]
        if not permitted:
            # That a name leads here is not told: it would be one more thing to find out about a network.
            raise _unreachable(
                self.name, f"{addresses[0]} is an address of this machine or its link ([Ssh-Login] AllowLocal)"
            )
        return permitted[:ADDRESSES_MAX]


def parse_host(text: str) -> SshHost:
    """`[USER@]NAME[:PORT]`. Problem `no-host`."""
    if not is_host(text) or (parts := _HOST.fullmatch(text)) is None:
        raise Problem("no-host", "This is not the name of a host.")
    return SshHost(parts["user"] or "", parts["name"].strip("[]").lower(), int(parts["port"] or SSH_PORT))


def _unreachable(name: str, why: str) -> Problem:
    _log.info("%s cannot be reached: %s", printable(name), printable(why, 200))
    return Problem("no-host", "The host cannot be reached.")
