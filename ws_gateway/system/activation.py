"""What a service manager hands over and wants to hear (sd_listen_fds(3), sd_notify(3)), without its library."""

import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress

from ws_gateway.listening.listener import Listener

FIRST = 3
"""The first descriptor that is handed over."""
LISTENERS_MAX = 8


def inherited_listeners(environ: MutableMapping[str, str], first: int = FIRST) -> list[Listener]:
    """The listening sockets that were made for us, which take the place of our own; ValueError if they are of no use.

    The variables that tell of them are removed: no child shall take them for its own.
    """
    for_pid, number = environ.pop("LISTEN_PID", ""), environ.pop("LISTEN_FDS", "")
    environ.pop("LISTEN_FDNAMES", None)
    if for_pid != str(os.getpid()) or not number.isdigit():
        return []
    if int(number) > LISTENERS_MAX:
        raise ValueError(f"more than {LISTENERS_MAX} sockets were handed over")
    return [_adopt(first + index) for index in range(int(number))]


def notify(environ: MutableMapping[str, str], state: str) -> None:
    """Tells the service manager, if there is one, how we are."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        out.connect("\0" + address[1:] if address.startswith("@") else address)
        out.sendall(state.encode())


def _adopt(descriptor: int) -> Listener:
    try:
        os.set_inheritable(descriptor, False)
        listener = Listener(fileno=descriptor)
    except OSError as exc:
        raise ValueError(f"the socket that was handed over cannot be used: {exc.strerror}") from None
    is_listening = listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if listener.family not in (socket.AF_INET, socket.AF_INET6) or not is_listening:
        listener.close()
        raise ValueError("a socket that was handed over does not listen on an internet port")
    listener.setblocking(False)
    return listener
