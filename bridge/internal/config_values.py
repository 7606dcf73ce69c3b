"""`/config`: what the administrator configured."""

from collections.abc import Callable
from typing import ClassVar

from bridge.internal.objects import InternalObject, Method
from bridge.protocol import Problem
from manifests.configuration import Configuration

KEY_ERROR = "cockpit.Config.KeyError"


class ConfigValues(InternalObject):
    """Names of sections and keys are case-insensitive."""

    path = "/config"
    interface = "cockpit.Config"

    def __init__(self, load: Callable[[], Configuration]) -> None:
        """`load` reads the configuration anew."""
        self._load = load
        self._config = load()

    async def _get_string(self, section: str, key: str) -> str:
        value = self._config.get(section, key)
        if value is None:
            raise Problem(KEY_ERROR, f"key {key} in section {section} does not exist")
        return value

    async def _get_uint(self, section: str, key: str, default: int, high: int, low: int) -> int:
        return self._config.get_int(section, key, default, low, high)

    async def _reload(self) -> None:
        self._config = self._load()

    methods: ClassVar = {
        "GetString": Method("ss", "s", _get_string),
        "GetUInt": Method("ssuuu", "u", _get_uint),
        "Reload": Method("", "", _reload),
    }
