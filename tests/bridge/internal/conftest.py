"""Talking to the internal bus of a bridge."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from testbed.dbus_channel import DbusTalker

from bridge.testing import Wire

PROPERTIES = "org.freedesktop.DBus.Properties"


class Talker(DbusTalker):
    """A channel to the internal bus, past its `ready`."""

    async def call(self, path: str, interface: str, member: str, *arguments: Any, **members: Any) -> dict[str, Any]:
        """The answer to a call; nothing else may come before it."""
        self.send(call=[path, interface, member, list(arguments)], id="call", **members)
        answer = await self.next()
        assert answer.pop("id") == "call", answer
        return answer

    async def properties(self, path: str, interface: str) -> dict[str, Any]:
        """All properties of an interface, without their types."""
        answer = await self.call(path, PROPERTIES, "GetAll", interface)
        return {name: variant["v"] for name, variant in answer["reply"][0][0].items()}

    async def watch(self, path: str) -> dict[str, Any]:
        """What is told of an object's properties, past the description and the reply."""
        self.send(watch={"path": path}, id="watch")
        assert "meta" in await self.next()
        notify = await self.next()
        assert await self.next() == {"reply": [], "id": "watch"}
        ((_, properties),) = notify["notify"][path].items()
        assert type(properties) is dict
        return properties

    async def changes(self, path: str) -> dict[str, Any]:
        """The next message, which must tell that properties of `path` have changed."""
        message = await self.next()
        assert list(message) == ["notify"], message
        ((_, properties),) = message["notify"][path].items()
        assert type(properties) is dict
        return properties


@pytest.fixture
def talk() -> Callable[..., Any]:
    """Opens a channel to the internal bus: `await talk(wire)`."""

    async def opened(wire: Wire, channel: str = "internal") -> Talker:
        wire.open(channel, "dbus-json3", bus="internal")
        await wire.expect("ready", channel)
        return Talker(wire, channel)

    return opened


@pytest.fixture
def environ(tmp_path: os.PathLike[str]) -> dict[str, str]:
    """An environment with configuration folders of its own."""
    return {**os.environ, "XDG_CONFIG_DIRS": str(tmp_path)}
