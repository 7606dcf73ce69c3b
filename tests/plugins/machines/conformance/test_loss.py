"""A libvirtd that is killed, stopped or hung (security.md 80-82), by every way to it."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from testbed.domain_xml import domain_xml
from testbed.libvirt_dbus import LibvirtDbus as Service
from testbed.libvirtd import Libvirtd
from testbed.machine_worlds import World

from bridge.protocol import Problem
from plugins.machines.provider import Kind, Method
from plugins.machines.providers import dbus_provider, libvirt_python
from plugins.machines.providers.dbus_provider import LibvirtDbus
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.providers.virsh_provider import Virsh

pytestmark = pytest.mark.parametrize("kind", ["qemu"])
Watch = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_an_ended_daemon_is_noticed(world: World, libvirtd: Libvirtd, end: str) -> None:
    await asyncio.to_thread(getattr(libvirtd, end))
    await world.heard.until(lambda: world.heard.reason)
    with pytest.raises(Problem) as caught:
        await world.provider.domains()
    assert caught.value.code in ("disconnected", "no-host")


async def test_a_hung_daemon_costs_a_call_its_time_and_no_more(
    world: World, libvirtd: Libvirtd, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await world.define()
    with libvirtd.hung(), pytest.raises(Problem, match=r"timeout: libvirt did not answer within 0\.3 seconds"):
        await ask(world.provider)
    assert await world.state(key) == "shut off"


async def ask(provider: object) -> None:
    """One call that gives up soon."""
    if isinstance(provider, LibvirtPython):
        connection: Any = provider._connection
        await provider._reads.call(connection.listAllDomains, limit=0.3)
    elif isinstance(provider, LibvirtDbus):
        await provider._calls.call(provider._root, "Connect", "ListDomains", "u", 0, limit=0.3)
    elif isinstance(provider, Virsh):
        await provider._process.run(["list"], limit=0.3)


@pytest.mark.parametrize("way", ["libvirt-python", "libvirt-dbus"])
async def test_nobody_gives_up_on_what_writes_or_reads_a_memory(
    way: str, world: World, libvirtd: Libvirtd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large memory takes longer than any other call may."""
    module = {"libvirt-python": libvirt_python, "libvirt-dbus": dbus_provider}[way]
    monkeypatch.setattr(module, "CALL_TIME", 0.5)
    key = await world.define()
    for method, state in ((Method.START, "running"), (Method.SAVE, "shut off"), (Method.START, "running")):
        async with asyncio.TaskGroup() as tasks:
            with libvirtd.hung():
                acting = tasks.create_task(world.act(method, key))
                await asyncio.sleep(1.5)
                assert not acting.done(), method
        assert await world.state(key) == state


@pytest.mark.parametrize("way", ["libvirt-dbus", "virsh"])
async def test_a_daemon_that_comes_back_is_found_with_all_that_changed(
    way: str,
    kind: str,
    libvirtd: Libvirtd,
    dbus_of_libvirtd: Service,
    monkeypatch: pytest.MonkeyPatch,
    watching: Watch,
) -> None:
    for name, value in dbus_of_libvirtd.environ.items():
        monkeypatch.setenv(name, value)
    uri = "qemu:///system" if way == "libvirt-dbus" else libvirtd.uri
    runs = await asyncio.to_thread(libvirtd.define, domain_xml("runs"))
    async with watching(uri, provider=way) as it:
        await it.until(lambda: runs in it.domains)
        await it.watcher.act(Method.START, runs)
        await asyncio.to_thread(libvirtd.kill)
        await it.until(lambda: it.status == "disconnected")
        assert it.domains.keys() == {runs}, "rows stay while libvirt is away"
        with pytest.raises(Problem, match="disconnected"):
            await it.watcher.act(Method.DESTROY, runs)
        await asyncio.to_thread(libvirtd.start)
        await it.until(lambda: it.status == "connected")
        assert it.domains[runs]["state"] == "running", "QEMU was not touched"
        other = await asyncio.to_thread(libvirtd.define, domain_xml("other"))
        await it.until(lambda: other in it.domains)
        await asyncio.to_thread(libvirtd.virsh, "destroy", runs)
        await it.until(lambda: it.domains[runs]["state"] == "shut off")
        assert it.replayed() == it.state


@pytest.mark.parametrize("way", ["libvirt-dbus"])
async def test_a_libvirt_dbus_that_ends_is_noticed(world: World, dbus_of_libvirtd: Service) -> None:
    dbus_of_libvirtd.kill()
    await world.heard.until(lambda: world.heard.reason)
    assert world.heard.reason == "libvirt-dbus ended"
    dbus_of_libvirtd.start()


@pytest.mark.parametrize("way", ["libvirt-dbus"])
async def test_the_heartbeat_gives_up_on_what_does_not_answer(
    world: World, libvirtd: Libvirtd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbus_provider, "HEARTBEAT_MAX", 0.2)
    with libvirtd.hung():
        await world.heard.until(lambda: world.heard.reason)
    assert world.heard.reason == "libvirt did not answer within 0.2 seconds"


@pytest.mark.parametrize("way", ["virsh"])
async def test_event_processes_that_die_are_started_again(world: World) -> None:
    assert isinstance(world.provider, Virsh)
    events = world.provider._events
    assert events is not None
    before = dict(events.pids)
    assert before.keys() == {Kind.DOMAIN, Kind.NETWORK, Kind.POOL}
    os.kill(before[Kind.DOMAIN], signal.SIGKILL)
    await world.heard.until(lambda: "" in world.heard.keys and events.pids.get(Kind.DOMAIN))
    assert events.pids[Kind.DOMAIN] != before[Kind.DOMAIN]
    world.heard.keys.clear()
    key = await world.define()
    await world.heard.until(lambda: {key, ""} & set(world.heard.keys))
    assert world.heard.reason is None
