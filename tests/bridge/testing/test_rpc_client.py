"""The page's end of an rpc channel, for tests. tests/bridge/test_rpc.py and the examples use it for all it has."""

from collections.abc import AsyncIterator

import pytest

from bridge import hookimpl
from bridge.channel import Channel
from bridge.plugins import new_manager
from bridge.protocol import Problem
from bridge.rpc import RpcChannel, method
from bridge.testing import RpcClient, connect, open_wire


class Counter(RpcChannel):
    payload = "counter1"

    async def run(self, options: object) -> None:
        self.ready()
        self.publish({"count": 0})
        self.loaded()
        await self.serve()

    @method
    async def add(self, number: int) -> int:
        self.publish({"count": self.state["count"] + number})
        return int(self.state["count"])

    @method
    async def fail(self) -> None:
        raise Problem("not-found", "there is none")


class Plugin:
    @hookimpl
    def channels(self) -> list[type[Channel]]:
        return [Counter]


@pytest.fixture
async def client() -> AsyncIterator[RpcClient]:
    manager = new_manager()
    manager.register(Plugin())
    async with open_wire(built_in={}, load_hooks=lambda: manager) as wire:
        yield await connect(wire, "counter1")


async def test_the_state_is_followed(client: RpcClient) -> None:
    assert not client.loaded
    assert await client.until_loaded() == {"count": 0}
    assert await client.call("add", number=2) == 2
    assert client.state == {"count": 2}
    client.request(7, "add", number=1)
    assert await client.until(count=3) == {"count": 3}
    assert (await client.reply())["result"] == 3


async def test_an_error_is_a_problem(client: RpcClient) -> None:
    with pytest.raises(Problem, match="not-found: there is none"):
        await client.call("fail")
    with pytest.raises(Problem, match="there is no method 'nothing'"):
        await client.call("nothing")
