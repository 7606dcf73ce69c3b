"""The socket on which the monitor gives the gateway its session helpers: root's, and for the gateway's user only."""

import os
import socket
import stat
import struct
from pathlib import Path

NAME = "session"
BACKLOG = 64


def listen_for_gateway(folder: Path, group: int) -> socket.socket:
    """Listens at `folder`/session; what a monitor that is gone left there is replaced. ValueError, a sentence, if not.

    The folder is for root and the group alone, so that nobody else gets as far as the check of `is_gateway`.
    """
    path = folder / NAME
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        _claim(folder, group)
        _remove_stale(path)
        return _bind(path, group)
    except OSError as exc:
        raise ValueError(f"cannot listen at {path}: {exc.strerror}") from None


def is_gateway(connection: socket.socket, uid: int) -> bool:
    """Whether the other side is a process of that user (SO_PEERCRED, unix(7))."""
    size = struct.calcsize("3i")
    _pid, peer, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(peer == uid)


def _claim(folder: Path, group: int) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise ValueError(f"{folder} must be a folder of root's that nobody else can write to")
    os.chown(folder, -1, group)
    folder.chmod(0o750)


def _remove_stale(path: Path) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(status.st_mode) or status.st_uid != os.getuid():
        raise ValueError(f"{path} is in the way, and is not a socket of root's")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise ValueError(f"another console in system mode runs: it listens at {path}")


def _bind(path: Path, group: int) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # The inode's mode becomes that of its name: it is open to nobody else at no moment.
        os.fchmod(listener.fileno(), 0o600)
        listener.bind(str(path))
        os.chown(path, -1, group)
        path.chmod(0o660)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
