"""The writer: a socket that is full is waited for."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from bridge.dbus.bus import Bus


def echo(text: str) -> Message:
    bus = "org.freedesktop.DBus"
    return Message(bus, "/org/freedesktop/DBus", bus, "NameHasOwner", signature="s", body=[text])


def linked(fd: int) -> str:
    """What an open descriptor is, by name."""
    return str(Path(f"/proc/self/fd/{fd}").readlink())


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


async def test_descriptors_are_closed_behind_the_message(daemon: Any) -> None:
    received: asyncio.Queue[tuple[Message, list[str]]] = asyncio.Queue()

    def keep(message: Message) -> bool:
        if message.member == "Take":
            received.put_nowait((message, [linked(fd) for fd in message.unix_fds]))
        return False

    bus = Bus(daemon.address, received=keep, lost=lambda _: None)
    await bus.open()
    other = await MessageBus(bus_address=daemon.address, negotiate_unix_fd=True).connect()
    reader, writer = os.pipe()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        take = Message.new_signal("/x", "com.example.X", "Take", "hh", [1, 0], unix_fds=[reader, writer])
        take.destination = bus.unique_name
        await other.send(take)
        message, names = await received.get()
        assert message.body == [1, 0]
        assert names == [linked(reader)] * 2
    await asyncio.sleep(0)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    os.close(reader)
    os.close(writer)
    other.disconnect()
    await other.wait_for_disconnect()
    bus.end()


async def test_each_of_many_messages_keeps_its_own_descriptors(daemon: Any) -> None:
    """They come in few reads, and what is in a descriptor says whose it is."""
    found: list[tuple[int, list[str]]] = []
    came = asyncio.Event()

    def received(message: Message) -> bool:
        if message.message_type is MessageType.SIGNAL and message.member == "Passed":
            found.append((message.body[0], [os.pread(fd, 10, 0).decode() for fd in message.unix_fds]))
            if len(found) == 60:
                came.set()
        return True

    bus = Bus(daemon.address, received, lambda error: None)
    await bus.open()
    talker = await MessageBus(daemon.address, negotiate_unix_fd=True).connect()
    expected, sent, opened = [], [], []
    for number in range(60):
        files = [os.memfd_create("mark") for _ in range(number % 3)]
        for fd in files:
            os.write(fd, b"%d" % number)
        signature = "u" + "h" * len(files)
        passed = Message.new_signal("/a", "a.b", "Passed", signature, [number, *range(len(files))], unix_fds=files)
        passed.destination = bus.unique_name
        sent.append(talker.send(passed))
        opened += files
        expected.append((number, [str(number)] * len(files)))
    await asyncio.gather(*sent)
    for fd in opened:
        os.close(fd)
    async with asyncio.timeout(10):
        await came.wait()
    assert found == expected
    talker.disconnect()
    await talker.wait_for_disconnect()
    bus.end()


async def test_a_server_without_descriptors_is_talked_to_all_the_same(tmp_path: Path) -> None:
    said: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (b"OK 0123456789abcdef0123456789abcdef", b"ERROR", None):
            said.append(await reader.readuntil(b"\r\n"))
            if answer:
                writer.write(answer + b"\r\n")
        writer.close()

    server = await asyncio.start_unix_server(serve, tmp_path / "socket")
    bus = Bus(f"unix:path={tmp_path}/socket", received=lambda _: False, lost=lambda _: None)
    with pytest.raises((OSError, EOFError)):
        await bus.open()
    assert said[1:] == [b"NEGOTIATE_UNIX_FD\r\n", b"BEGIN\r\n"]
    server.close()
    await server.wait_closed()
