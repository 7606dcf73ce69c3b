"""What people are told of a bridge that ended before it said anything."""

import fcntl
import socket
import struct
import termios

from bridge.protocol import Problem
from ws_gateway.logs.log import printable

LAST_WORDS_MAX = 300
"""Characters of a bridge's last words: as long as a sentence may be."""
START_WITHIN = 30.0
"""Seconds after which a bridge that ends had its word: the gateway waits no longer for the first."""
NO_PROGRAM = 127
"""The exit status of who could not start a program."""


def describe_exit(status: int | None) -> str:
    """A process's end in words."""
    if status is None:
        return "closed its output"
    return f"was ended by signal {-status}" if status < 0 else f"exited with status {status}"


def failed_start(status: int | None, last_line: bytes, who: str = "the bridge") -> Problem:
    """Problem `no-cockpit` or `terminated`, with the last line of its stderr, escaped and cut.

    It ran as the person who logs in, who may hear what it has to say.
    """
    said = f"{who} {describe_exit(status)} before it said anything"
    words = printable(last_line.decode("utf-8", "replace").strip(), LAST_WORDS_MAX)
    return Problem(
        "no-cockpit" if status == NO_PROGRAM else "terminated", f"{said}: {words}" if words else f"{said}; see the log"
    )


def has_unread(connection: socket.socket) -> bool:
    """Whether the other side has not read yet all that was written here, by this process or its children."""
    return bool(struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0])
