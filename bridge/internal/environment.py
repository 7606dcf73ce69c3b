"""`/environment`: the environment variables of the bridge."""

from collections.abc import Mapping
from typing import Any, ClassVar

from bridge.internal.objects import InternalObject
from bridge.system_text import unicode


class Environment(InternalObject):
    """They are the user's own, as the session was started with them."""

    path = "/environment"
    interface = "cockpit.Environment"
    properties: ClassVar = {"Variables": "a{ss}"}

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    async def values(self) -> dict[str, Any]:
        return {"Variables": {unicode(name): unicode(value) for name, value in self._environ.items()}}
