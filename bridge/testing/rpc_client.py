"""The page's end of an rpc channel, for tests: call this, expect that state."""

import json
from itertools import count
from typing import Any

from bridge.protocol import JsonObject, Problem
from bridge.testing.wire import Wire
from manifests import merge

_numbers = count(1)


async def connect(wire: Wire, payload: str, **options: Any) -> "RpcClient":
    """Open the channel `payload`, which must become ready, and follow its state."""
    channel = f"rpc-{next(_numbers)}"
    wire.open(channel, payload, **options)
    await wire.expect("ready", channel)
    return RpcClient(wire, channel)


class RpcClient:
    """What a page knows: the `state`, whether its first load is complete (`loaded`), and all `notifications`."""

    def __init__(self, wire: Wire, channel: str) -> None:
        self.wire = wire
        self.channel = channel
        self.state: JsonObject = {}
        self.loaded = False
        self.notifications: list[JsonObject] = []
        self._requests = count(1)

    async def call(self, method: str, **params: Any) -> Any:
        """The result of a method; Problem where it is an error. What comes before the reply is heard as well."""
        request = f"call-{next(self._requests)}"
        self.request(request, method, **params)
        reply = await self.reply()
        assert reply["id"] == request, f"expected the reply to {request}, got {reply}"
        if "error" in reply:
            error = reply["error"]
            raise Problem(error.get("data", {}).get("problem", "internal-error"), error["message"])
        return reply["result"]

    async def until_loaded(self) -> JsonObject:
        """The state, once its first load is complete."""
        while not self.loaded:
            await self.hear()
        return self.state

    async def until(self, **members: Any) -> JsonObject:
        """The state, once it has these members with these values."""
        while self.state | members != self.state:
            await self.hear()
        return self.state

    def request(self, request: object, method: str, **params: Any) -> None:
        """Send a request."""
        self.say({"jsonrpc": "2.0", "id": request, "method": method, "params": params})

    def cancel(self, request: object) -> None:
        """Ask for a request to be cancelled."""
        self.say({"jsonrpc": "2.0", "method": "cancel", "params": {"id": request}})

    def say(self, message: object) -> None:
        """Send JSON, be it a request or not."""
        self.wire.send(self.channel, json.dumps(message).encode())

    async def reply(self) -> JsonObject:
        """The next reply."""
        while "id" not in (message := await self.hear()):
            pass
        return message

    async def hear(self) -> JsonObject:
        """The next message; a patch is applied, a notification is kept."""
        message: JsonObject = json.loads(await self.wire.data(self.channel))
        assert message["jsonrpc"] == "2.0"
        if "id" in message:
            return message
        self.notifications.append(message)
        if message["method"] == "state":
            self.state = merge.apply(self.state, message["params"]["patch"])
            self.loaded = self.loaded or message["params"].get("complete") is True
        return message
