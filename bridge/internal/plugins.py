"""`/plugins`: where the plugins of this host come from, which are left out, and why."""

import asyncio
import json
from typing import TYPE_CHECKING, Any, ClassVar

from bridge.internal.objects import InternalObject

if TYPE_CHECKING:
    from bridge.packages import Packages


class PluginsObject(InternalObject):
    """`Report` is a JSON object: `plugins` with their folders and those they shadow, `refused` and `warnings`."""

    path = "/plugins"
    interface = "pilothouse.Plugins"
    properties: ClassVar = {"Report": "s"}

    def __init__(self, packages: "Packages") -> None:
        self._packages = packages

    async def values(self) -> dict[str, Any]:
        return {"Report": await asyncio.get_running_loop().run_in_executor(None, self._report)}

    def _report(self) -> str:
        return json.dumps(self._packages.report(), separators=(",", ":"))
