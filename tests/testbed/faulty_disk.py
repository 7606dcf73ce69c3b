"""A file system that fails where it is told to, through the kernel: `faulty_disk.py FOLDER OPERATION ERROR COMMAND...`.

Mounts itself on FOLDER (root only, in a mount namespace of the caller's making), runs COMMAND, and ends with its
status. It is flat, lives in memory, and speaks the kernel's side of FUSE (linux/fuse.h) on /dev/fuse. OPERATION is
`write`, `fsync`, `rename` or `fsyncdir`; it fails with ERROR (a name such as EIO) for a file of more than LIMIT bytes,
which a short one lives beside.
"""

import contextlib
import ctypes
import errno
import os
import select
import stat
import struct
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 100_000
_ROOT = 1
_WRITE_MAX = 128 * 1024
_HEADER = struct.Struct("<IIQQIIIHH")
_ANSWER = struct.Struct("<IiQ")
_SETATTR = struct.Struct("<IIQQQQQQIIIIIIII")
_SET_MODE, _SET_UID, _SET_GID, _SET_SIZE = 1, 2, 4, 8
_FORGET, _BATCH_FORGET, _INTERRUPT = 2, 42, 36


@dataclass(slots=True)
class Node:
    """A file, or the root directory."""

    number: int
    mode: int
    uid: int = 0
    gid: int = 0
    content: bytearray = field(default_factory=bytearray)
    links: int = 1
    changed: int = field(default_factory=time.time_ns)


class Fault(Exception):
    """What an operation fails with."""


class Disk:
    """The files, and the answers to the kernel's questions about them."""

    def __init__(self, operation: str, error: int) -> None:
        self._operation = operation
        self._error = error
        self._nodes = {_ROOT: Node(_ROOT, stat.S_IFDIR | 0o755)}
        self._names: dict[bytes, int] = {}
        self._answers: dict[int, Callable[[Node, bytes, int, int], bytes]] = {
            1: self._lookup, 3: self._getattr, 4: self._setattr, 10: self._unlink, 12: self._rename,
            13: self._link, 14: self._open, 15: self._read, 16: self._write, 18: self._nothing,
            20: self._fsync, 25: self._nothing, 26: self._init, 27: self._open, 28: self._readdir,
            29: self._nothing, 30: self._fsyncdir, 35: self._create, 43: self._fallocate,
        }  # fmt: skip

    def answer(self, request: bytes) -> bytes | None:
        """The answer to one request; None where none is due."""
        _, opcode, unique, number, uid, gid, *_ = _HEADER.unpack_from(request)
        if opcode in (_FORGET, _BATCH_FORGET, _INTERRUPT):
            return None
        code, body = 0, b""
        handler = self._answers.get(opcode)
        if handler is None:
            code = errno.ENOSYS
        else:
            try:
                body = handler(self._nodes[number or _ROOT], request[_HEADER.size :], uid, gid)
            except Fault as fault:
                code = fault.args[0]
        return _ANSWER.pack(_ANSWER.size + len(body), -code, unique) + body

    def _fails(self, operation: str, size: int) -> None:
        if operation == self._operation and size > LIMIT:
            raise Fault(self._error)

    def _init(self, _node: Node, _body: bytes, _uid: int, _gid: int) -> bytes:
        big_writes = 1 << 5
        return struct.pack("<IIIIHHIIHHI28x", 7, 31, 0, big_writes, 0, 0, _WRITE_MAX, 1, 0, 0, 0)

    def _nothing(self, _node: Node, _body: bytes, _uid: int, _gid: int) -> bytes:
        return b""

    def _named(self, name: bytes) -> Node:
        number = self._names.get(name.rstrip(b"\0"))
        if number is None:
            raise Fault(errno.ENOENT)
        return self._nodes[number]

    def _lookup(self, _node: Node, body: bytes, _uid: int, _gid: int) -> bytes:
        return self._entry(self._named(body))

    def _entry(self, node: Node) -> bytes:
        return struct.pack("<QQQQII", node.number, 0, 0, 0, 0, 0) + self._attributes(node)

    def _attributes(self, node: Node) -> bytes:
        seconds, nano = divmod(node.changed, 10**9)
        size = len(node.content)
        times = (seconds, seconds, seconds, nano, nano, nano)
        owner = (node.mode, node.links, node.uid, node.gid, 0, 4096, 0)
        return struct.pack("<QQQQQQIIIIIIIIII", node.number, size, (size + 511) // 512, *times, *owner)

    def _getattr(self, node: Node, _body: bytes, _uid: int, _gid: int) -> bytes:
        return struct.pack("<QII", 0, 0, 0) + self._attributes(node)

    def _setattr(self, node: Node, body: bytes, uid: int, gid: int) -> bytes:
        valid, _, _, size, *rest = _SETATTR.unpack_from(body)
        mode, _, new_uid, new_gid, _ = rest[-5:]
        if valid & _SET_MODE:
            node.mode = mode
        if valid & _SET_UID:
            node.uid = new_uid
        if valid & _SET_GID:
            node.gid = new_gid
        if valid & _SET_SIZE:
            node.content = node.content[:size].ljust(size, b"\0")
        return self._getattr(node, body, uid, gid)

    def _create(self, _node: Node, body: bytes, uid: int, gid: int) -> bytes:
        _, mode, umask, _ = struct.unpack_from("<IIII", body)
        number = max(self._nodes) + 1
        node = self._nodes[number] = Node(number, mode & ~umask, uid, gid)
        self._names[body[16:].rstrip(b"\0")] = number
        return self._entry(node) + self._open(node, b"", uid, gid)

    def _open(self, _node: Node, _body: bytes, _uid: int, _gid: int) -> bytes:
        return struct.pack("<QII", 0, 0, 0)

    def _read(self, node: Node, body: bytes, _uid: int, _gid: int) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        return bytes(node.content[offset : offset + size])

    def _write(self, node: Node, body: bytes, _uid: int, _gid: int) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        self._fails("write", offset + size)
        node.content = node.content.ljust(offset, b"\0")
        node.content[offset : offset + size] = body[40 : 40 + size]
        node.changed = time.time_ns()
        return struct.pack("<II", size, 0)

    def _fallocate(self, node: Node, body: bytes, _uid: int, _gid: int) -> bytes:
        _, offset, length, _ = struct.unpack_from("<QQQI", body)
        self._fails("write", offset + length)
        node.content = node.content.ljust(offset + length, b"\0")
        return b""

    def _fsync(self, node: Node, _body: bytes, _uid: int, _gid: int) -> bytes:
        self._fails("fsync", len(node.content))
        return b""

    def _fsyncdir(self, _node: Node, _body: bytes, _uid: int, _gid: int) -> bytes:
        self._fails("fsyncdir", max(len(each.content) for each in self._nodes.values()))
        return b""

    def _rename(self, _node: Node, body: bytes, _uid: int, _gid: int) -> bytes:
        old, new, _ = body[8:].split(b"\0", 2)
        node = self._named(old)
        self._fails("rename", len(node.content))
        self._forget(new)
        self._names[new] = self._names.pop(old)
        return b""

    def _unlink(self, _node: Node, body: bytes, _uid: int, _gid: int) -> bytes:
        self._named(body)
        self._forget(body.rstrip(b"\0"))
        return b""

    def _forget(self, name: bytes) -> None:
        number = self._names.pop(name, None)
        if number is not None:
            self._nodes[number].links = 0

    def _link(self, _node: Node, _body: bytes, _uid: int, _gid: int) -> bytes:
        raise Fault(errno.EPERM)

    def _readdir(self, _node: Node, body: bytes, _uid: int, _gid: int) -> bytes:
        _, offset, _ = struct.unpack_from("<QQI", body)
        found = b""
        for position, (name, number) in enumerate(sorted(self._names.items()), 1):
            if position > offset:
                found += struct.pack("<QQII", number, position, len(name), stat.S_IFREG >> 12)
                found += name.ljust((len(name) + 7) // 8 * 8, b"\0")
        return found


def mount(folder: str) -> int:
    """The descriptor on which the kernel asks about `folder`."""
    fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    libc = ctypes.CDLL(None, use_errno=True)
    data = f"fd={fd},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions".encode()
    if libc.mount(b"faulty", os.fsencode(folder), b"fuse", 0, data) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), folder)
    return fd


def serve(disk: Disk, fd: int, command: list[str]) -> int:
    """Answer until `command` has ended; its exit status."""
    with subprocess.Popen(command) as process:
        ended = os.pidfd_open(process.pid)
        while ended not in (ready := select.select([fd, ended], [], [])[0]):
            assert fd in ready
            # A request that was taken back is gone by the time it is read or answered.
            with contextlib.suppress(FileNotFoundError, InterruptedError):
                answer = disk.answer(os.read(fd, _WRITE_MAX + 8192))
                if answer is not None:
                    os.write(fd, answer)
        return process.wait()


if __name__ == "__main__":
    place, operation, error, *argv = sys.argv[1:]
    sys.exit(serve(Disk(operation, getattr(errno, error)), mount(place), argv))
