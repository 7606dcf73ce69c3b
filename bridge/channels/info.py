"""`info`: what this bridge can do, and as whom (reference 2.3)."""

import asyncio
import os
import pwd

from bridge.channel import Channel, NoOptions
from bridge.os_release import os_release
from bridge.processes.daemon_threads import DaemonThreads
from bridge.protocol import JsonObject, Problem, encode_json
from bridge.system_text import group_name, unicode

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
    """The user of this process, as the passwd and group databases have them; the primary group comes first.

    Those may hold any bytes, such as a name of the time before UTF-8: what is none is replaced.
    """
    entry = _passwd_entry(os.getuid())
    gids = dict.fromkeys([entry.pw_gid, *os.getgroups()])
    return {
        "fullname": unicode(entry.pw_gecos.partition(",")[0]),
        "gid": entry.pw_gid,
        "group": group_name(entry.pw_gid),
        "groups": [group_name(gid) for gid in gids],
        "home": unicode(entry.pw_dir),
        "name": unicode(entry.pw_name),
        "shell": unicode(entry.pw_shell),
        "uid": entry.pw_uid,
    }


def _passwd_entry(uid: int) -> pwd.struct_passwd:
    """The user's entry; for one that no database knows, as in a container, what the kernel knows."""
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return pwd.struct_passwd((str(uid), "x", uid, os.getgid(), "", os.environ.get("HOME", "/"), "/bin/sh"))
