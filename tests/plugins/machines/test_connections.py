import asyncio
import sys
from collections.abc import Callable
from typing import Any

import pytest

from bridge.protocol import Problem
from plugins.machines import connections as module
from plugins.machines.choice import Choice
from plugins.machines.connections import Connections, open_provider, probe
from plugins.machines.provider import DomainAction


async def test_one_watcher_for_all_who_look(world: str, uuid: Callable[[int], str]) -> None:
    connections = Connections()
    async with connections.use(Choice(world)) as first, connections.use(Choice(world)) as second:
        assert first is second
        await first.settled.wait()
        await first.act(DomainAction.START, uuid(2))
        assert second.inventory.state["domains"][uuid(2)]["state"] == "running"
    assert connections._shared == {}


async def test_the_last_user_ends_it(world: str, uuid: Callable[[int], str]) -> None:
    connections = Connections()
    async with connections.use(Choice(world)) as first:
        async with connections.use(Choice(world)):
            await first.settled.wait()
        assert first.inventory.state["connection"]["status"] == "connected"
        await first.act(DomainAction.REBOOT, uuid(1))
    async with connections.use(Choice(world)) as second:
        assert second is not first


async def test_who_comes_while_it_ends_gets_a_new_one_with_events(world: str, uuid: Callable[[int], str]) -> None:
    connections = Connections()

    async def look() -> None:
        async with connections.use(Choice(world)) as watcher:
            await watcher.settled.wait()
            assert watcher._provider is not None
            subscription: Any = watcher._provider._subscription  # type: ignore[attr-defined]
            assert len(subscription._callbacks) == 10, "another watcher holds the events"

    for _ in range(5):
        await asyncio.gather(look(), look())
    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(look())
            await asyncio.sleep(0.003)
    assert connections._shared == {}


async def test_two_connections_are_two(world: str, make_world: Callable[..., str]) -> None:
    connections = Connections()
    async with connections.use(Choice(world)) as first, connections.use(Choice(make_world())) as second:
        await first.settled.wait()
        await second.settled.wait()
        assert len(first.inventory.state["domains"]) == 4
        assert second.inventory.state["domains"] == {}


async def test_without_the_binding_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, heard: Any) -> None:
    monkeypatch.setitem(sys.modules, "plugins.machines.libvirt_python", None)
    monkeypatch.delattr("plugins.machines.libvirt_python", raising=False)
    with pytest.raises(Problem, match=r"not-supported: .*libvirt-python"):
        await open_provider("test:///default", heard)
    assert await probe("test:///default") == module._NO_BINDING
