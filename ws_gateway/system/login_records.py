"""Who is logged in, who was, and who was not let in: utmp, wtmp and btmp (utmp(5), updwtmp(3))."""

import ctypes
import ipaddress
import os
import platform
import time
from contextlib import suppress
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

LINE = "web console"
"""What stands in place of a terminal."""
WTMP = Path("/var/log/wtmp")
BTMP = Path("/var/log/btmp")

_LOGIN_PROCESS = 6
_USER_PROCESS = 7
_DEAD_PROCESS = 8
_NAME_MAX = 32
_HOST_MAX = 256
_CHARACTERS = digits + ascii_letters + "+-"

# Most 64-bit machines keep the 32-bit times of their 32-bit elders (__WORDSIZE_TIME64_COMPAT32 of glibc).
_Time = ctypes.c_long if platform.machine() in ("aarch64", "s390x", "loongarch64") else ctypes.c_int32


class _Record(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_short),
        ("pid", ctypes.c_int),
        ("line", ctypes.c_char * 32),
        ("id", ctypes.c_char * 4),
        ("user", ctypes.c_char * _NAME_MAX),
        ("host", ctypes.c_char * _HOST_MAX),
        ("exit", ctypes.c_short * 2),
        ("session", _Time),
        ("seconds", _Time),
        ("microseconds", _Time),
        ("address", ctypes.c_byte * 16),
        ("reserved", ctypes.c_char * 20),
    )


def record_login(user: str, source: str) -> None:
    """This process serves a login of `user` from now on."""
    _write(_make(_USER_PROCESS, user, source))


def record_logout() -> None:
    """It does no longer."""
    _write(_make(_DEAD_PROCESS, "", ""))


def record_failure(user: str, source: str) -> None:
    """Somebody who said to be `user` was not let in."""
    if BTMP.exists():
        _append(BTMP, _make(_LOGIN_PROCESS, user, source))


def _make(kind: int, user: str, source: str) -> _Record:
    now = time.time_ns()
    record = _Record(
        type=kind,
        pid=os.getpid(),
        line=LINE.encode(),
        id=_short_name(os.getpid()),
        user=user.encode("utf-8", "surrogateescape")[:_NAME_MAX],
        host=source.encode("utf-8", "replace")[: _HOST_MAX - 1],
        session=os.getsid(0) if kind == _USER_PROCESS else 0,
        # The fields are 32 bits wide on most machines; they wrap in 2106 if one takes them for unsigned.
        seconds=now // 1_000_000_000,
        microseconds=now % 1_000_000_000 // 1000,
    )
    with suppress(ValueError):
        packed = ipaddress.ip_address(source).packed
        ctypes.memmove(ctypes.addressof(record) + _Record.address.offset, packed, len(packed))
    return record


def _short_name(pid: int) -> bytes:
    """Four characters that no other living process has."""
    name = ""
    for _ in range(4):
        pid, rest = divmod(pid, len(_CHARACTERS))
        name += _CHARACTERS[rest]
    return name.encode()


def _write(record: _Record) -> None:
    """In utmp and wtmp; a machine that keeps neither has none of the files, and that is no fault."""
    libc: Any = ctypes.CDLL(None)
    libc.setutxent()
    libc.pututxline(ctypes.byref(record))
    libc.endutxent()
    if WTMP.exists():
        _append(WTMP, record)


def _append(path: Path, record: _Record) -> None:
    ctypes.CDLL(None).updwtmpx(str(path).encode(), ctypes.byref(record))
