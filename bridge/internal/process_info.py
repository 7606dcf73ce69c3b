"""`/bridge`: the process that the bridge is."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from bridge.internal.objects import InternalObject
from bridge.system_text import unicode


class ProcessInfo(InternalObject):
    """`StartTime` is in clock ticks since the machine's start, as polkit wants it to name a process."""

    path = "/bridge"
    interface = "cockpit.Process"
    properties: ClassVar = {"Pid": "u", "Uid": "i", "StartTime": "t", "SessionId": "s", "Environment": "a{ss}"}

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    async def values(self) -> dict[str, Any]:
        return {
            "Pid": os.getpid(),
            "Uid": os.getuid(),
            "StartTime": start_time(),
            "SessionId": unicode(self._environ.get("XDG_SESSION_ID", "")),
            "Environment": {unicode(name): unicode(value) for name, value in self._environ.items()},
        }


def start_time() -> int:
    """When this process was started (proc(5), stat: field 22; the second may hold anything up to a parenthesis)."""
    return int(Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()[19])
