"""The place where a program such as sudo asks for a password: an executable and a socket (sudo(8), -A)."""

import asyncio
import contextlib
import logging
import os
import shutil
import socket
import struct
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from importlib import resources
from pathlib import Path

from bridge.protocol import Problem

log = logging.getLogger(__name__)

QUESTION_MAX = 4096
"""Bytes of the longest question."""
QUESTION_TIMEOUT = 10.0
"""Seconds from the connection to the end of the question."""
QUESTIONS_MAX = 4
"""Questions that may wait at a time; they are asked one after the other."""
_INTERPRETER = Path(sys.executable).resolve()
"""Not that of a venv: nothing of ours is needed, and the path in a script's first line must be short."""

Ask = Callable[[str], Awaitable[str]]
"""Gets a question and returns the answer; an empty one means that there is none, which ends who asked."""


class Askpass:
    """From `__aenter__` to `__aexit__` there is the executable `program`; what it is asked goes to `ask`.

    OSError from `__aenter__` when there is no folder to put it in.
    """

    def __init__(self, environ: Mapping[str, str], ask: Ask) -> None:
        self._environ = environ
        self._ask = ask
        self._turn = asyncio.Lock()
        self._folder: Path | None = None
        self._server: asyncio.Server | None = None
        self._questions: set[asyncio.Task[None]] = set()

    @property
    def program(self) -> Path:
        """The executable, to be named in `SUDO_ASKPASS`."""
        assert self._folder is not None
        return self._folder / "askpass"

    async def __aenter__(self) -> "Askpass":
        self._folder = Path(tempfile.mkdtemp(prefix="pilothouse-", dir=_place(self._environ)))
        try:
            source = resources.files("bridge.superuser").joinpath("askpass_program.py").read_text()
            self.program.write_text(f"#!{_INTERPRETER} -IS\n{source}")
            self.program.chmod(0o700)
            self._server = await asyncio.start_unix_server(self._connected, self._folder / "socket", limit=QUESTION_MAX)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._folder is not None
        assert self._server is not None
        self._server.close()
        for task in self._questions:
            task.cancel()
        if self._questions:
            await asyncio.wait(self._questions)
        await self._server.wait_closed()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._questions.add(task)
        try:
            if _peer_uid(writer) in (os.getuid(), 0) and len(self._questions) <= QUESTIONS_MAX:
                await self._answer(reader, writer)
        except (OSError, TimeoutError, Problem) as exc:
            log.warning("a question for a password failed: %s", exc)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._questions.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(QUESTION_TIMEOUT):
            question = b""
            while len(question) <= QUESTION_MAX and (piece := await reader.read(QUESTION_MAX)):
                question += piece
        if len(question) > QUESTION_MAX:
            raise Problem("too-large", f"a question longer than {QUESTION_MAX} bytes")
        async with self._turn:
            answer = await self._ask(question.decode(errors="replace").replace("\0", "\ufffd"))
        writer.write(answer.encode(errors="replace"))


def _place(environ: Mapping[str, str]) -> str | None:
    """A folder in which programs may be executed, for temporary files; None for the system's own choice."""
    for name in (environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), environ.get("HOME", "")):
        with contextlib.suppress(OSError):
            if name.startswith("/") and not os.statvfs(name).f_flag & os.ST_NOEXEC and os.access(name, os.W_OK):
                return name
    return None


def _peer_uid(writer: asyncio.StreamWriter) -> int:
    credentials = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int(struct.unpack("3i", credentials)[1])
