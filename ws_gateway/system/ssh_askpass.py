"""The place where ssh asks (ssh(1), SSH_ASKPASS): an executable and a socket, in a folder closed to all others."""

import os
import shutil
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from bridge import protocol

QUESTION_MAX = 4096
"""Bytes of the longest question."""
QUESTION_TIME = 5.0
"""Seconds from the connection to the end of the question."""
_INTERPRETER = Path(sys.executable).resolve()
_PROGRAM = Path(protocol.__file__).parent / "superuser/askpass_program.py"
"""It is the same that sudo runs, and is no part of the bridge: a copy of it runs alone."""


class SshAskpass:
    """From `__enter__` to `__exit__` there is the executable `program`; `answer` takes one who asks."""

    def __init__(self, ask: Callable[[str], bytearray | None]) -> None:
        """`ask` gets a question; None: there is no answer, which ends ssh."""
        self._ask = ask

    @property
    def program(self) -> Path:
        """The executable."""
        return self._folder / "askpass"

    def fileno(self) -> int:
        """Readable when somebody asks."""
        return self._listener.fileno()

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="pilothouse-"))
        try:
            self.program.write_text(f"#!{_INTERPRETER} -IS\n{_PROGRAM.read_text()}")
            self.program.chmod(0o700)
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(self._folder / "socket"))
            self._listener.listen(4)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def answer(self) -> None:
        """Answers who asks now. What `ask` raises comes out."""
        connection, _ = self._listener.accept()
        with connection:
            uid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
            question = _read(connection)
            if uid != os.getuid() or question is None:
                return
            answer = self._ask(question.decode(errors="replace").replace("\0", "\ufffd"))
            if answer is not None:
                try:
                    connection.sendall(answer)
                except OSError:
                    return
                finally:
                    answer[:] = bytes(len(answer))


def _read(connection: socket.socket) -> bytes | None:
    """All of a question; None for one that is too long, or takes too long."""
    until, question = time.monotonic() + QUESTION_TIME, b""
    try:
        while len(question) <= QUESTION_MAX:
            connection.settimeout(max(0.01, until - time.monotonic()))
            if not (piece := connection.recv(QUESTION_MAX)):
                return question
            question += piece
    except OSError:
        return None
    return None
