"""Awaitable bytes."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from bridge.processes.pipe import Pipe


@pytest.fixture
def fds() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for fd in (reader, writer):
        try:
            os.close(fd)
        except OSError:
            continue


async def test_what_is_written_is_read(fds: tuple[int, int]) -> None:
    reader, writer = map(Pipe, fds)
    received = bytearray()

    async def read() -> None:
        while data := await reader.read(4096):
            received.extend(data)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(read())
        await writer.write(b"x" * 300_000)
        writer.close()
    assert received == b"x" * 300_000
    reader.close()


async def test_a_write_to_nobody_is_a_broken_pipe(fds: tuple[int, int]) -> None:
    reader, writer = map(Pipe, fds)
    reader.close()
    with pytest.raises(BrokenPipeError):
        await writer.write(b"x")
    writer.close()


async def test_a_terminal_whose_last_process_left_is_at_its_end() -> None:
    master, slave = os.openpty()
    os.close(slave)
    pipe = Pipe(master)
    assert await pipe.read(10) == b""
    pipe.close()


async def test_a_fast_source_does_not_starve_others(fds: tuple[int, int]) -> None:
    zero = Pipe(os.open("/dev/zero", os.O_RDONLY))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.get_running_loop().create_task(count())
    for _ in range(80):
        await zero.read(16)
    counting.cancel()
    zero.close()
    assert turns >= 5


async def test_closing_twice_is_harmless(fds: tuple[int, int]) -> None:
    pipe = Pipe(fds[0])
    pipe.close()
    pipe.close()
    assert pipe.fileno() == -1
    assert await pipe.read(1) == b""
