"""Users and groups by name and by number."""

import grp
import pwd
from functools import lru_cache

from bridge.protocol import Problem


@lru_cache(maxsize=1024)
def user_of(uid: int) -> str | int:
    """The name of a user; the number of one without a name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return uid


@lru_cache(maxsize=1024)
def group_of(gid: int) -> str | int:
    """The name of a group; the number of one without a name."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return gid


def uid_of(user: str | int) -> int:
    """The number of a user; Problem `not-found` for a name that no user has."""
    if isinstance(user, int):
        return user
    try:
        return pwd.getpwnam(user).pw_uid
    except (KeyError, ValueError):
        raise Problem("not-found", f"uid not found for {user:.80}") from None


def gid_of(group: str | int) -> int:
    """The number of a group; Problem `not-found` for a name that no group has."""
    if isinstance(group, int):
        return group
    try:
        return grp.getgrnam(group).gr_gid
    except (KeyError, ValueError):
        raise Problem("not-found", f"gid not found for {group:.80}") from None
