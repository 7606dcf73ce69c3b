import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testbed.libvirtd import Libvirtd

from bridge.protocol import Problem
from plugins.machines.provider import Method
from plugins.machines.providers import choice as module
from plugins.machines.providers import connections as connections_module
from plugins.machines.providers.choice import Choice
from plugins.machines.providers.connections import Connections, open_provider, probe
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.providers.virsh_provider import Virsh


async def test_one_watcher_for_all_who_look(world: str, uuid: Callable[[int], str]) -> None:
    connections = Connections()
    async with connections.use(Choice(world)) as first, connections.use(Choice(world)) as second:
        assert first is second
        await first.settled.wait()
        await first.act(Method.START, uuid(2))
        assert second.inventory.state["domains"][uuid(2)]["state"] == "running"
    assert connections._shared == {}


async def test_the_last_user_ends_it(world: str, uuid: Callable[[int], str]) -> None:
    connections = Connections()
    async with connections.use(Choice(world)) as first:
        async with connections.use(Choice(world)):
            await first.settled.wait()
        assert first.inventory.state["connection"]["status"] == "connected"
        await first.act(Method.REBOOT, uuid(1))
    async with connections.use(Choice(world)) as second:
        assert second is not first


async def test_who_comes_while_it_ends_gets_a_new_one_with_events(world: str, uuid: Callable[[int], str]) -> None:
    connections = Connections()

    async def look() -> None:
        async with connections.use(Choice(world)) as watcher:
            await watcher.settled.wait()
            assert watcher._provider is not None
            subscription: Any = watcher._provider._subscription  # type: ignore[attr-defined]
            assert len(subscription._callbacks) == 16, "another watcher holds the events"

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


async def test_two_ways_to_one_connection_are_two(world: str) -> None:
    connections = Connections()
    first, second = (Choice(world, provider=name) for name in ("libvirt-python", "virsh"))
    async with connections.use(first) as one, connections.use(second) as other:
        await one.settled.wait()
        await other.settled.wait()
        assert one.inventory.state["connection"]["provider"] == "libvirt-python"
        assert other.inventory.state["connection"]["provider"] == "virsh"
        assert one.inventory.state["domains"].keys() == other.inventory.state["domains"].keys()


async def test_what_is_installed_is_taken(
    world: str, monkeypatch: pytest.MonkeyPatch, heard: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    provider = await open_provider(Choice(world), heard)
    assert provider.name == "virsh"
    await provider.close()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match="not-supported: None of libvirt-python, libvirt-dbus, virsh is installed"):
        await open_provider(Choice(world), heard)
    assert "None of libvirt-python" in await probe(world)


async def test_a_probe_says_why_not(world: str) -> None:
    assert await probe(world) == ""
    assert "No such file" in await probe("qemu+unix:///system?socket=/nonexistent/sock")


async def test_a_probe_of_what_hangs_ends(libvirtd: Libvirtd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections_module, "PROBE_TIME", 0.3)
    with libvirtd.hung():
        assert await probe(libvirtd.uri) == "libvirt did not answer within 0.3 seconds"


@pytest.mark.parametrize("way", ["libvirt-python", "virsh"])
async def test_who_may_not_act_may_look(way: str, world: str, monkeypatch: pytest.MonkeyPatch, heard: Any) -> None:
    cls: Any = LibvirtPython if way == "libvirt-python" else Virsh
    opening = cls.open

    async def deny(uri: str, listener: Any, *, readonly: bool = False) -> Any:
        if not readonly:
            raise Problem("access-denied", "not you")
        return await opening(uri, listener, readonly=True)

    monkeypatch.setattr(cls, "open", deny)
    provider = await open_provider(Choice(world, provider=way), heard)
    assert provider.info.readonly
    await provider.close()
    monkeypatch.setattr(cls, "open", _refuse)
    with pytest.raises(Problem, match="access-denied: not you"):
        await open_provider(Choice(world, provider=way), heard)


async def _refuse(_uri: str, _listener: Any, *, readonly: bool = False) -> Any:
    raise Problem("access-denied" if not readonly else "no-host", "not you")
