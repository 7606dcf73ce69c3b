"""A person's Unix account: whether it may log in, and what its processes start with."""

import ctypes
import os
import pwd
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bridge.protocol import Problem

SHELLS = Path("/etc/shells")
SHELLS_MAX = 64 * 1024
"""Bytes of the list of shells that are read."""
DEFAULT_SHELLS = ("/bin/sh", "/bin/csh")
"""Where there is no list (getusershell(3))."""
NO_LOGIN = ("nologin", "false")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PATH_OF_USERS = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
LANG = "C.UTF-8"


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the user database."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


def find_account(name: str) -> Account:
    """The account that PAM let in; Problem `access-denied` when there is none, or its shell is for no login."""
    try:
        entry = pwd.getpwnam(name)
    except (KeyError, ValueError):
        raise Problem("access-denied", "This account does not exist on this machine.") from None
    account = Account(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir, entry.pw_shell or DEFAULT_SHELLS[0])
    if Path(account.shell).name in NO_LOGIN or account.shell not in login_shells():
        raise Problem("access-denied", "This account is not permitted to log in.")
    return account


class _Shadow(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("password", ctypes.c_char_p), ("rest", ctypes.c_long * 7))


def is_locked(name: str) -> bool:
    """Whether its password is locked (usermod(8) `-L`); an account that never had one is not. For root to ask."""
    libc = ctypes.CDLL(None)
    libc.getspnam.restype = ctypes.POINTER(_Shadow)
    entry = libc.getspnam(name.encode("utf-8", "surrogateescape"))
    password = (entry.contents.password or b"") if entry else b""
    return password.startswith(b"!") and password.strip(b"!*") != b""


def login_shells(path: Path = SHELLS) -> tuple[str, ...]:
    """The shells of accounts that people log in to (shells(5))."""
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as stream:
            lines = stream.read(SHELLS_MAX).splitlines()
    except OSError:
        return DEFAULT_SHELLS
    return tuple(shell for line in lines if (shell := line.partition("#")[0].strip()).startswith("/"))


def environment_of(account: Account, from_pam: Mapping[str, str], runtime: Path = Path("/run/user")) -> dict[str, str]:
    """All that a person's processes start with: nothing of ours, what PAM says, and what the account says above it."""
    environ = {
        "PATH": PATH if account.uid == 0 else PATH_OF_USERS,
        "LANG": LANG,
        **from_pam,
        "HOME": account.home,
        "SHELL": account.shell,
        "USER": account.name,
        "LOGNAME": account.name,
    }
    folder = runtime / str(account.uid)
    if "XDG_RUNTIME_DIR" not in environ and _belongs_to(folder, account.uid):
        environ["XDG_RUNTIME_DIR"] = str(folder)
    return environ


def _belongs_to(folder: Path, uid: int) -> bool:
    with suppress(OSError):
        return folder.lstat().st_uid == uid and folder.is_dir()
    return False


def become(account: Account) -> None:
    """Gives up root for good; the supplementary groups are those that this process has. OSError if it cannot.

    The caller keeps nothing that the account may not have: descriptors, memory, environment.
    """
    os.setresgid(account.gid, account.gid, account.gid)
    os.setresuid(account.uid, account.uid, account.uid)
    if account.uid != 0 and (os.getresuid() != (account.uid,) * 3 or _is_root_again()):
        raise PermissionError("root could not be given up")
    try:
        os.chdir(account.home)
    except OSError:
        os.chdir("/")


def _is_root_again() -> bool:
    try:
        os.setuid(0)
    except OSError:
        return False
    return True
