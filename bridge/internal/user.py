"""`/user`: who the bridge runs as."""

import asyncio
import os
import pwd
from collections.abc import Mapping
from typing import Any, ClassVar

from bridge.internal.objects import ERROR, InternalObject
from bridge.processes.daemon_threads import DaemonThreads
from bridge.protocol import Problem
from bridge.system_text import group_name, unicode

LOOK_UP_MAX = 20.0
"""Seconds until a directory server that does not say who the user is, is given up."""
_LOOK_UPS = DaemonThreads("user", 2)


class User(InternalObject):
    """The user of this process, as the passwd and group databases have them."""

    path = "/user"
    interface = "cockpit.User"
    properties: ClassVar = {"Name": "s", "Full": "s", "Id": "x", "Gid": "x", "Home": "s", "Shell": "s", "Groups": "as"}

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._values: dict[str, Any] | None = None

    async def values(self) -> dict[str, Any]:
        if self._values is None:
            look_up = asyncio.get_running_loop().run_in_executor(_LOOK_UPS, user, self._environ)
            try:
                async with asyncio.timeout(LOOK_UP_MAX):
                    self._values = await look_up
            except TimeoutError:
                raise Problem(ERROR + "Timeout", "the user database does not answer") from None
        return self._values


def user(environ: Mapping[str, str]) -> dict[str, Any]:
    """The properties. It asks the name services, which may take time; an unknown user is what the kernel knows."""
    uid, gid = os.getuid(), os.getgid()
    try:
        entry = pwd.getpwuid(uid)
        name, full, home, shell = entry.pw_name, entry.pw_gecos.partition(",")[0], entry.pw_dir, entry.pw_shell
        groups = os.getgrouplist(name, gid)
    except KeyError:
        name, full, home, shell = str(uid), "", environ.get("HOME", "/"), environ.get("SHELL", "/bin/sh")
        groups = [gid, *os.getgroups()]
    return {
        "Name": unicode(name),
        "Full": unicode(full),
        "Id": uid,
        "Gid": gid,
        "Home": unicode(home),
        "Shell": unicode(shell),
        "Groups": list(dict.fromkeys(group_name(group) for group in groups)),
    }
