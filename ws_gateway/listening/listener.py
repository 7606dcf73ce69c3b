"""A listening socket that survives the want of file descriptors."""

import errno
import os
import socket
from typing import Any

from ws_gateway.logs.log import ThrottledLog

_WANT = (errno.EMFILE, errno.ENFILE)

_refusals = ThrottledLog(__name__, count=1)


class Listener(socket.socket):
    """Where no descriptor is left for a connection, it is taken with one kept in reserve and closed at once.

    Left in the queue it would wake the event loop again and again, and keep everybody from being served.
    """

    __slots__ = ("_reserve",)

    def __init__(self, family: int = -1, kind: int = -1, fileno: int | None = None) -> None:
        """A new socket, or one that another process made: then `fileno` alone."""
        super().__init__(family, kind, fileno=fileno)
        self._reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection; BlockingIOError when none waits, or there is no room for it."""
        try:
            return super().accept()
        except OSError as exc:
            if exc.errno not in _WANT:
                raise
        self._shed()
        raise BlockingIOError(errno.EAGAIN, "no file descriptor is left")

    def close(self) -> None:
        """Closes it, and the reserve."""
        super().close()
        if self._reserve >= 0:
            os.close(self._reserve)
            self._reserve = -1

    def _shed(self) -> None:
        _refusals.warning("refused a connection: no file descriptor is left (see ulimit -n)")
        os.close(self._reserve)
        try:
            super().accept()[0].close()
        finally:
            self._reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
