"""`/packages`: the manifests of this host's packages."""

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from bridge.internal.objects import InternalObject, Method

if TYPE_CHECKING:
    from bridge.packages import Packages


class PackagesObject(InternalObject):
    """`Reload` looks for packages anew. So does `ReloadHint`, which a page sends when it is loaded, but for the first:
    the packages were just looked for then.
    """

    path = "/packages"
    interface = "cockpit.Packages"
    properties: ClassVar = {"Manifests": "s"}

    def __init__(self, packages: "Packages", reloaded: Callable[[], None]) -> None:
        """`reloaded` is called when the packages were looked for anew."""
        self._packages = packages
        self._reloaded = reloaded
        self._was_hinted = False

    async def values(self) -> dict[str, Any]:
        return {"Manifests": await asyncio.get_running_loop().run_in_executor(None, self._manifests)}

    def _manifests(self) -> str:
        return json.dumps(self._packages.manifests(), separators=(",", ":"))

    async def _reload(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._packages.reload)
        self._reloaded()
        self.changed(await self.values())

    async def _reload_hint(self) -> None:
        if self._was_hinted:
            await self._reload()
        self._was_hinted = True

    methods: ClassVar = {"Reload": Method("", "", _reload), "ReloadHint": Method("", "", _reload_hint)}
