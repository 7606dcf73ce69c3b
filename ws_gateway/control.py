"""How `pilothouse login-url` asks the running instance for a link: a socket that only its user can open.

The instance listens on `login-PORT.sock`; whoever connects as the same user (or root) gets one JSON line with the
link's parts.
"""

import asyncio
import logging
import os
import re
import socket
import stat
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from bridge.protocol import JsonObject, Problem, decode_json, encode_json

ANSWER_MAX = 4096
"""Bytes of an answer."""
TIMEOUT = 3.0
"""Seconds to wait for one."""
_NAME = re.compile(r"login-(\d{1,5})\.sock")

_log = logging.getLogger(__name__)


def folders(environ: Mapping[str, str]) -> list[Path]:
    """Where the sockets may be, best first: the run-time directory if it is ours, and the state directory."""
    found = []
    runtime = environ.get("XDG_RUNTIME_DIR")
    if runtime and _is_ours(Path(runtime)):
        found.append(Path(runtime))
    state = environ.get("XDG_STATE_HOME")
    found.append(Path(state) if state and state.startswith("/") else Path.home() / ".local" / "state")
    return [folder / "pilothouse" for folder in found]


class ControlSocket:
    """The instance's side."""

    def __init__(self, answer: Callable[[], JsonObject]) -> None:
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._path: Path | None = None

    async def start(self, folder: Path, port: int) -> None:
        """Listens in `folder`; where that cannot be, the log says so and the console runs without `login-url`."""
        path = folder / f"login-{port}.sock"
        try:
            if not await asyncio.to_thread(_prepare, folder):
                _log.warning("no login links on request: %s belongs to somebody else or is open to others", folder)
                return
            if await asyncio.to_thread(_ask, path) is not None:
                _log.warning("no login links on request: another instance answers at %s", path)
                return
            path.unlink(missing_ok=True)
            listener = _listen(path)
        except OSError as exc:
            _log.warning("no login links on request: %s: %s", path, exc)
            return
        self._path = path
        self._server = await asyncio.start_unix_server(self._serve, sock=listener)

    async def stop(self) -> None:
        """Stops listening, and removes the socket."""
        if self._server is not None and self._path is not None:
            self._server.close()
            await self._server.wait_closed()
            self._path.unlink(missing_ok=True)

    async def _serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            peer = writer.get_extra_info("socket").getsockopt(
                socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")
            )
            if struct.unpack("3i", peer)[1] in (0, os.getuid()):
                writer.write(encode_json(self._answer()) + b"\n")
                await writer.drain()
        writer.close()


def ask_instances(environ: Mapping[str, str], port: int | None) -> dict[int, JsonObject]:
    """The answers of the running instances by port; of one, if a port is given. Each answer is a token used or lost."""
    found: dict[int, JsonObject] = {}
    for folder in folders(environ):
        for path in _sockets(folder):
            match = _NAME.fullmatch(path.name)
            if match is None or int(match[1]) in found or port not in (None, int(match[1])):
                continue
            if (answer := _ask(path)) is not None:
                found[int(match[1])] = answer
    return found


def _sockets(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir()) if _is_ours(folder) else []
    except OSError:
        return []


def _prepare(folder: Path) -> bool:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _is_ours(folder)


def _is_ours(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # The mode of the socket's inode becomes that of its name: nobody else can connect, at no moment.
        os.fchmod(listener.fileno(), 0o600)
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    return listener


def _ask(path: Path) -> JsonObject | None:
    """One instance's answer; None where none listens."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect(str(path))
            with connection.makefile("rb") as stream:
                answer = decode_json(stream.read(ANSWER_MAX))
    except (OSError, Problem):
        return None
    return answer if isinstance(answer, dict) else None
