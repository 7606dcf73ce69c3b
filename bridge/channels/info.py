"""`info`: what this bridge can do, and as whom (reference 2.3)."""

import asyncio
import grp
import os
import pwd
from pathlib import Path

from bridge.channel import Channel, NoOptions
from bridge.daemon_threads import DaemonThreads
from bridge.protocol import JsonObject, Problem, encode_json

OS_RELEASE = (Path("/etc/os-release"), Path("/usr/lib/os-release"))
_OS_RELEASE_MAX = 64 * 1024
LOOK_UP_TIMEOUT = 20.0
"""Seconds until a directory server that does not say who the user is, is given up."""
_LOOK_UPS = DaemonThreads("users", 2)


class InfoChannel(Channel):
    """One JSON object: `channels` (payload to capabilities), `os_release`, `user`."""

    payload = "info"

    async def run(self, options: NoOptions) -> None:
        self.ready()
        try:
            async with asyncio.timeout(LOOK_UP_TIMEOUT):
                user = await asyncio.get_running_loop().run_in_executor(_LOOK_UPS, user_info)
        except TimeoutError:
            raise Problem("timeout", "the user database does not answer") from None
        await self.write(
            encode_json({"channels": self.context.capabilities(), "os_release": os_release(), "user": user})
        )
        self.done()


def user_info() -> JsonObject:
    """The user of this process, as the passwd and group databases have them; the primary group comes first."""
    entry = _passwd_entry(os.getuid())
    gids = dict.fromkeys([entry.pw_gid, *os.getgroups()])
    return {
        "fullname": entry.pw_gecos.split(",")[0],
        "gid": entry.pw_gid,
        "group": _group_name(entry.pw_gid),
        "groups": [_group_name(gid) for gid in gids],
        "home": entry.pw_dir,
        "name": entry.pw_name,
        "shell": entry.pw_shell,
        "uid": entry.pw_uid,
    }


def _passwd_entry(uid: int) -> pwd.struct_passwd:
    """The user's entry; for one that no database knows, as in a container, what the kernel knows."""
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return pwd.struct_passwd((str(uid), "x", uid, os.getgid(), "", os.environ.get("HOME", "/"), "/bin/sh"))


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def os_release(files: tuple[Path, ...] = OS_RELEASE) -> dict[str, str]:
    """The fields of the first os-release file there is; empty without one (os-release(5))."""
    for file in files:
        try:
            with file.open("rb") as stream:
                return parse_os_release(stream.read(_OS_RELEASE_MAX).decode(errors="replace"))
        except OSError:
            continue
    return {}


def parse_os_release(text: str) -> dict[str, str]:
    """Assignments of an os-release file; quotes are removed, comments and what is no assignment are skipped."""
    import shlex

    fields = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not equals or not name.isidentifier():
            continue
        try:
            words = shlex.split(value)
        except ValueError:
            continue
        fields[name] = words[0] if words else ""
    return fields
