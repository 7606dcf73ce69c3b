"""The log on stderr, which never waits: whoever started the bridge may not read it."""

import logging
import os
import select

LINE_MAX = 4096
"""Bytes of one record; what a pipe with room takes without waiting (pipe(7), PIPE_BUF)."""


class StderrHandler(logging.Handler):
    """Writes records to `fd`, and leaves out those for which there is no room; the next one says how many."""

    def __init__(self, fd: int = 2) -> None:
        super().__init__()
        self._fd = fd
        self._lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, cut to `LINE_MAX`."""
        try:
            text = self.format(record)
            if self._lost:
                text = f"({self._lost} records are left out) {text}"
            data = text.encode(errors="backslashreplace")[: LINE_MAX - 1] + b"\n"
            if self._has_room():
                os.write(self._fd, data)
                self._lost = 0
            else:
                self._lost += 1
        except Exception:
            self._lost += 1

    def _has_room(self) -> bool:
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        return bool(poll.poll(0))


def never_wait() -> None:
    """Let the log go to stderr without ever waiting for its reader, in the format it has."""
    root = logging.getLogger()
    handler = StderrHandler()
    if root.handlers:
        handler.setFormatter(root.handlers[0].formatter)
    root.handlers[:] = [handler]
