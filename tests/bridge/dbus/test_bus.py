"""The writer: a socket that is full is waited for."""

import asyncio
import signal
from typing import Any

import pytest
from dbus_fast import Message, MessageType

from bridge.dbus.bus import Bus


def echo(text: str) -> Message:
    bus = "org.freedesktop.DBus"
    return Message(bus, "/org/freedesktop/DBus", bus, "NameHasOwner", signature="s", body=[text])


async def test_a_full_socket_is_waited_for(daemon: Any) -> None:
    replies: asyncio.Queue[int] = asyncio.Queue()

    def received(message: Message) -> bool:
        if message.message_type in (MessageType.METHOD_RETURN, MessageType.ERROR) and bus.unique_name:
            replies.put_nowait(message.reply_serial)
            return True
        return False

    lost: list[Exception | None] = []
    bus = Bus(daemon.address, received=received, lost=lost.append)
    await bus.open()
    daemon.signal(signal.SIGSTOP)
    serials = []
    while not bus.is_congested:
        message = echo("x" * 10_000)
        bus.post(message)
        serials.append(message.serial)
        await asyncio.sleep(0)
    draining = asyncio.get_running_loop().create_task(bus.drain())
    await asyncio.sleep(0.01)
    assert not draining.done()
    daemon.signal(signal.SIGCONT)
    await draining
    assert not bus.is_congested
    assert [await replies.get() for _ in serials] == serials
    bus.end()
    assert lost == [None]
    bus.post(echo("after the end"))
    bus.end()
    await bus.drain()


async def test_the_end_of_the_daemon_is_told_once(daemon: Any) -> None:
    lost: asyncio.Queue[Exception | None] = asyncio.Queue()
    bus = Bus(daemon.address, received=lambda _: False, lost=lost.put_nowait)
    await bus.open()
    daemon.kill()
    assert await lost.get() is not None
    bus.end()
    assert lost.empty()


async def test_what_cannot_be_marshalled_is_not_sent(daemon: Any) -> None:
    bus = Bus(daemon.address, received=lambda _: False, lost=lambda _: None)
    await bus.open()
    with pytest.raises(AttributeError):
        bus.post(Message("a.b", "/", "a.b", "C", signature="s", body=[7]))
    assert await bus.call(echo("com.example.Nobody"))
    bus.end()


async def test_serials_begin_anew_after_the_last(daemon: Any) -> None:
    bus = Bus(daemon.address, received=lambda _: False, lost=lambda _: None)
    bus._serial = 0xFFFF_FFFF - 1
    assert [bus.next_serial(), bus.next_serial()] == [0xFFFF_FFFF, 1]
