"""A `dbus-json3` channel as its client sees it."""

import json
from typing import Any

from bridge.protocol import encode_json
from bridge.testing import Wire


class DbusTalker:
    """A `dbus-json3` channel of a wire, past its `ready`."""

    def __init__(self, wire: Wire, channel: str) -> None:
        self.wire = wire
        self.channel = channel

    def send(self, **message: Any) -> None:
        """Send a message."""
        self.wire.send(self.channel, encode_json(message))

    async def next(self) -> dict[str, Any]:
        """The next data message."""
        message = json.loads(await self.wire.data(self.channel))
        assert type(message) is dict
        return message
