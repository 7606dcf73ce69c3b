"""A browser's websocket to the gateway."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from tornado.websocket import WebSocketClientConnection

PATIENCE = 10.0
"""Seconds that a message may take."""


class Socket:
    """A browser's websocket: transcripts in, transcripts out. The gateway's pings are left out."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection = connection

    async def control(self, **message: Any) -> None:
        await self.connection.write_message("\n" + json.dumps(message))

    async def data(self, channel: str, payload: str) -> None:
        await self.connection.write_message(f"{channel}\n{payload}")

    async def raw(self, message: str | bytes, binary: bool = False) -> None:
        await self.connection.write_message(message, binary)

    async def receive(self) -> Any:
        """A control message as a dict, data as it came (str or bytes), the socket's end as (code, reason)."""
        while True:
            message = await asyncio.wait_for(self.connection.read_message(), PATIENCE)
            if message is None:
                return self.connection.close_code, self.connection.close_reason
            if not message.startswith("\n" if isinstance(message, str) else b"\n"):
                return message
            control = json.loads(message)
            if control != {"command": "ping"}:
                return control

    async def until(self, wanted: Callable[[Any], bool]) -> Any:
        """The first thing received that is `wanted`."""
        while not wanted(received := await self.receive()):
            assert not isinstance(received, tuple), f"the socket was closed: {received}"
        return received

    async def init(self) -> dict[str, Any]:
        """The greeting of both sides."""
        greeting = await self.receive()
        await self.control(command="init", version=1)
        return dict(greeting)

    async def echo_works(self, channel: str) -> bool:
        """Opens an echo channel, sends through it, closes it."""
        await self.control(command="open", channel=channel, payload="echo")
        await self.data(channel, "are you there?")
        answer = await self.until(lambda received: isinstance(received, str))
        await self.control(command="close", channel=channel)
        return bool(answer == f"{channel}\nare you there?")
