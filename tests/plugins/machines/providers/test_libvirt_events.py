import asyncio
import threading
from collections.abc import Callable
from typing import Any

import libvirt

from plugins.machines.provider import Kind
from plugins.machines.providers import libvirt_events
from plugins.machines.providers.libvirt_events import Subscription, run_event_loop

LIFECYCLE = libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE


def test_one_thread_however_often_it_is_asked_for() -> None:
    run_event_loop()
    run_event_loop()
    assert [thread.name for thread in threading.enumerate()].count("libvirt-events") == 1


async def test_changes_are_told_on_the_event_loop(world: str, heard: Any, uuid: Callable[[int], str]) -> None:
    connection = libvirt.open(world)
    subscription = Subscription(heard, asyncio.get_running_loop())
    subscription.start(connection)
    domain = connection.lookupByUUIDString(uuid(2))
    domain.create()
    await heard.until(lambda: uuid(2) in heard.keys)
    heard.keys.clear()
    domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, "new", None, None)
    await heard.until(lambda: uuid(2) in heard.keys)
    subscription.cancel(connection)
    connection.close()


async def test_networks_and_pools_are_told_by_kind(world: str, heard: Any) -> None:
    connection = libvirt.open(world)
    subscription = Subscription(heard, asyncio.get_running_loop())
    subscription.start(connection)
    connection.networkLookupByName("default").destroy()
    await heard.until(lambda: heard.kinds == [Kind.NETWORK])
    connection.storagePoolDefineXML("<pool type='dir'><name>p</name><target><path>/nowhere</path></target></pool>")
    await heard.until(lambda: Kind.POOL in heard.kinds)
    assert set(heard.keys) == {""}
    subscription.cancel(connection)
    connection.close()


async def test_a_silenced_listener_hears_nothing(world: str, heard: Any, uuid: Callable[[int], str]) -> None:
    connection = libvirt.open(world)
    subscription = Subscription(heard, asyncio.get_running_loop())
    subscription.start(connection)
    domain, happened = connection.lookupByUUIDString(uuid(2)), threading.Event()
    control = connection.domainEventRegisterAny(domain, LIFECYCLE, lambda *_: happened.set(), None)
    subscription.silence()
    domain.create()
    assert await asyncio.to_thread(happened.wait, 10)
    await asyncio.sleep(0)
    assert heard.keys == []
    connection.domainEventDeregisterAny(control)
    subscription.cancel(connection)
    connection.close()


async def test_many_changes_of_one_domain_are_told_once(world: str, heard: Any, uuid: Callable[[int], str]) -> None:
    subscription = Subscription(heard, asyncio.get_running_loop())
    connection = libvirt.open(world)
    domain = connection.lookupByUUIDString(uuid(1))
    for _ in range(100):
        subscription._on_event(connection, domain, 0, 0, Kind.DOMAIN)
    await heard.until(lambda: heard.keys)
    assert heard.keys == [uuid(1)]
    connection.close()


async def test_events_after_the_event_loop_are_lost_in_peace(
    world: str, heard: Any, uuid: Callable[[int], str]
) -> None:
    connection = libvirt.open(world)
    loop = asyncio.new_event_loop()
    subscription = Subscription(heard, loop)
    loop.close()
    subscription._on_event(connection, connection.lookupByUUIDString(uuid(1)), 0, 0, Kind.DOMAIN)
    connection.close()


async def test_why_a_connection_closed_is_a_sentence(heard: Any) -> None:
    subscription = Subscription(heard, asyncio.get_running_loop())
    subscription._on_close(None, libvirt.VIR_CONNECT_CLOSE_REASON_KEEPALIVE, None)
    subscription._on_close(None, libvirt.VIR_CONNECT_CLOSE_REASON_EOF, None)
    await heard.until(lambda: heard.reason)
    assert heard.reason == "libvirt did not answer any more"
    assert set(libvirt_events._CLOSE_REASONS) == {0, 1, 2}
