"""The queue in front of a descriptor: order, bounds, its end."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from bridge.processes.output import DRAIN_HIGH, OUTPUT_MAX, PIECE_COST, TURN_MAX, Output


class Sink:
    """An output to a pipe, and what it called."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(self.writer, False)
        self.changes: list[bool] = []
        self.breaks = 0

    def start(self) -> Output:
        self.output = Output(self.writer, changed=lambda: self.changes.append(self.output.is_full), broke=self._broke)
        return self.output

    def _broke(self) -> None:
        self.breaks += 1

    async def read(self, count: int) -> bytes:
        data = b""
        async with asyncio.timeout(10):
            while len(data) < count:
                try:
                    data += os.read(self.reader, 1 << 16)
                except BlockingIOError:
                    await asyncio.sleep(0)
        return data


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    for fd in (sink.reader, sink.writer):
        if fd >= 0:
            os.close(fd)


async def test_small_and_large_pieces_arrive_in_order_and_nothing_is_left_counted(sink: Sink) -> None:
    output = sink.start()
    pieces = [b"", b"a", b"b" * 100_000, b"", b"c" * 127, b"d" * 128, b"", b"e" * 300_000, b"f", b""] * 3
    for piece in pieces:
        output.put(piece)
    assert await sink.read(sum(map(len, pieces))) == b"".join(pieces)
    async with asyncio.timeout(5):
        await output.empty()
    assert output.queued == 0
    output.stop()


async def test_every_piece_counts(sink: Sink) -> None:
    output = sink.start()
    output.put(b"x" * 200_000)
    before = output.queued
    for _ in range(1000):
        output.put(b"")
    assert output.queued - before == 1000 * PIECE_COST
    output.stop()
    assert output.queued == 0


async def test_its_owner_is_told_when_it_is_full_and_when_it_is_not(sink: Sink) -> None:
    output = sink.start()
    output.put(b"x" * (OUTPUT_MAX + 200_000))
    output.put(b"y")
    assert sink.changes == [True]
    await sink.read(OUTPUT_MAX + 200_001)
    assert sink.changes[-1] is False
    output.stop()


async def test_gathered_pieces_are_written_together(sink: Sink) -> None:
    output = sink.start()
    was_due = output.begin_gathering()
    output.put(b"a" * 100_000)
    output.put(b"b")
    with pytest.raises(BlockingIOError):
        os.read(sink.reader, 1)
    output.end_gathering(was_due)
    assert await sink.read(100_001) == b"a" * 100_000 + b"b"
    output.stop()


async def test_a_fast_reader_does_not_keep_the_others_from_their_turn(sink: Sink) -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    output = Output(null, changed=lambda: None, broke=lambda: None)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.get_running_loop().create_task(other())
    for _ in range(TURN_MAX // DRAIN_HIGH * 8):
        output.put(b"x" * DRAIN_HIGH)
        await output.drain()
    assert turns >= 7
    task.cancel()
    output.stop()
    os.close(null)


async def test_without_a_reader_it_breaks_once_and_drops_everything(sink: Sink) -> None:
    output = sink.start()
    os.close(sink.reader)
    sink.reader = -1
    for _ in range(3):
        output.put(b"x" * OUTPUT_MAX)
        await output.drain()
    assert sink.breaks == 1
    assert output.queued == 0
