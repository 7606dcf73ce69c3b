"""Lines of the log on stderr that keep nobody waiting, whatever stderr is and whoever does not read it."""

import logging
import os
import select
import signal
import threading
from collections import deque

WAITING_MAX = 1024 * 1024
"""Bytes that wait for whoever reads them; later lines are lost, and counted."""
PATIENCE = 0.1
"""Seconds that a line may take before nobody waits any more for its being written, until all of them are."""
LAST_WORDS = 1.0
"""Seconds that the end of the process waits for what is not written yet."""


class LogWriter(logging.Handler):
    """Writes lines to a descriptor in a thread of its own, and raises nothing.

    A line is written when `emit` returns, unless its reader is slow: then it follows when there is room again. What
    cannot be written at all, or waits beyond `WAITING_MAX`, is lost, and how many lines that were is told then.
    """

    def __init__(self, descriptor: int = 2) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._changed = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._unwritten = 0
        self._lost = 0
        self._stalled = False
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Has the line written; waits for that no longer than `PATIENCE`, and once only while nothing moves."""
        line = self._line(record)
        with self._changed:
            if self._unwritten + len(line) > WAITING_MAX:
                self._lost += 1
                return
            self._waiting.append(line)
            self._unwritten += len(line)
            self._start()
            self._changed.notify_all()
            self._stalled = self._stalled or not self._changed.wait_for(self._all_written, PATIENCE)

    def flush(self) -> None:
        """Waits for what is not written yet, for `LAST_WORDS` at most."""
        with self._changed:
            self._changed.wait_for(self._all_written, LAST_WORDS)

    def _line(self, record: logging.LogRecord) -> bytes:
        try:
            return (self.format(record) + "\n").encode("utf-8", "backslashreplace")
        except Exception:  # A line that is wrong ends nothing but itself, and its values stay unsaid.
            return f"pilothouse: a line of the log could not be made: {record.pathname}:{record.lineno}\n".encode()

    def _all_written(self) -> bool:
        return self._unwritten == 0

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                line = self._waiting.popleft()
            written = self._write(line)
            with self._changed:
                self._lost += not written
                self._unwritten -= len(line)
                lost = self._lost if written and not self._waiting else 0
            if lost and self._write(b"pilothouse: %d lines of the log were lost: nobody took them\n" % lost):
                with self._changed:
                    self._lost -= lost
            with self._changed:
                if self._all_written():
                    self._stalled = False
                    self._changed.notify_all()

    def _write(self, line: bytes) -> bool:
        """Whether all of it was taken; waits for that as long as it takes."""
        try:
            while line:
                try:
                    line = line[os.write(self._descriptor, line) :]
                except BlockingIOError:
                    writable = select.poll()
                    writable.register(self._descriptor, select.POLLOUT)
                    writable.poll()
        except OSError:
            return False
        return True
