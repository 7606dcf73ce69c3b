import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from dbus_fast import Variant
from testbed import libvirt_dbus

from bridge.dbus.connection import Answer
from bridge.protocol import Problem
from plugins.machines.providers import dbus_calls as module
from plugins.machines.providers.dbus_calls import DbusCalls, plain

ROOT = "/org/libvirt/Test"


@pytest.fixture
def service() -> Iterator[libvirt_dbus.LibvirtDbus]:
    if reason := libvirt_dbus.missing():
        pytest.skip(reason)
    with libvirt_dbus.private_libvirt_dbus() as started:
        yield started


@pytest.fixture
async def calls(service: libvirt_dbus.LibvirtDbus) -> AsyncIterator[DbusCalls]:
    opened = await DbusCalls.open("session", service.environ)
    yield opened
    opened.close()


async def test_calls_and_properties_are_answered(calls: DbusCalls) -> None:
    ((path,),) = await calls.call(ROOT, "Connect", "ListDomains", "u", 0)
    assert await calls.get(path, "Domain", "Name") == "test"
    (records,) = await calls.call(ROOT, "Connect", "GetAllDomainStats", "uu", 1, 0)
    assert plain(records[0][1]["state.state"]) == 1


async def test_a_thousand_calls_are_all_answered(calls: DbusCalls, monkeypatch: pytest.MonkeyPatch) -> None:
    in_flight = most = 0
    send = calls._connection.call

    def count(*arguments: Any, **options: Any) -> int:
        nonlocal in_flight, most
        *others, callback = arguments
        in_flight += 1
        most = max(most, in_flight)

        def answered(answer: Answer) -> None:
            nonlocal in_flight
            in_flight -= 1
            callback(answer)

        return send(*others, answered, **options)

    ((path,),) = await calls.call(ROOT, "Connect", "ListDomains", "u", 0)
    monkeypatch.setattr(calls._connection, "call", count)
    answers = await asyncio.gather(*(calls.call(path, "Domain", "GetXMLDesc", "u", 0) for _ in range(1000)))
    assert len({xml for (xml,) in answers}) == 1
    assert most == module.IN_FLIGHT_MAX


async def test_errors_are_libvirts_or_the_bus(calls: DbusCalls) -> None:
    absent = f"{ROOT}/domain/_00000000_0000_0000_0000_000000000000"
    with pytest.raises(Problem, match="not-found: Domain not found") as caught:
        await calls.call(absent, "Domain", "Create", "u", 0)
    assert caught.value.extra["libvirt"]["code"] == 42
    with pytest.raises(Problem, match="not-supported"):
        await calls.call(ROOT, "Connect", "NoSuchMethod")


async def test_signals_are_heard_and_the_end_as_well(service: libvirt_dbus.LibvirtDbus, calls: DbusCalls) -> None:
    heard: asyncio.Queue[tuple[str, str] | str] = asyncio.Queue()
    calls.listen(ROOT, lambda _path, interface, member, _body: heard.put_nowait((interface, member)), heard.put_nowait)
    ((path,),) = await calls.call(ROOT, "Connect", "ListDomains", "u", 0)
    await calls.call(path, "Domain", "Suspend")
    assert await asyncio.wait_for(heard.get(), 10) == ("Connect", "DomainEvent")
    await asyncio.to_thread(service.kill)
    assert await asyncio.wait_for(heard.get(), 10) == "libvirt-dbus ended"


async def test_a_bus_that_is_not_there_is_named() -> None:
    with pytest.raises(Problem, match="no-host: The session bus cannot be reached"):
        await DbusCalls.open("session", {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"})
    with pytest.raises(Problem, match="no-host"):
        await DbusCalls.open("session", {})


async def test_without_the_service_it_is_said(service: libvirt_dbus.LibvirtDbus) -> None:
    service.kill()
    opened = await DbusCalls.open("session", service.environ)
    with pytest.raises(Problem) as caught:
        # Where the bus can start one by itself it does, and that is right too.
        await opened.call("/org/libvirt/NoSuchDriver", "Connect", "ListDomains", "u", 0, limit=10)
    assert caught.value.code in ("no-host", "not-supported", "not-found")
    opened.close()


def test_variants_within_variants_are_unwrapped() -> None:
    assert plain(Variant("v", Variant("u", 5))) == 5
