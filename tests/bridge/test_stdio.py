"""Frames over descriptors: order, bounds, ends."""

import asyncio
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.protocol import Problem, frame
from bridge.stdio import DRAIN_HIGH, OUTPUT_MAX, PIPE_SIZE, FrameStream


class Side:
    """A stream with what happened to it."""

    def __init__(self, reader: int, writer: int) -> None:
        self.messages: list[bytes] = []
        self.end: asyncio.Future[Problem | None] = asyncio.get_running_loop().create_future()
        self.stream = FrameStream(reader, writer, received=self.messages.append, ended=self.end.set_result)

    async def wait_for(self, count: int) -> list[bytes]:
        async with asyncio.timeout(10):
            while len(self.messages) < count:
                await asyncio.sleep(0.001)
        return self.messages


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


async def test_messages_arrive_in_order_whatever_their_size(pair: tuple[socket.socket, socket.socket]) -> None:
    left, right = (Side(sock.fileno(), sock.fileno()) for sock in pair)
    right.stream.start()
    sent = []
    for i in range(50):
        left.stream.send(b"%d" % i)
        left.stream.send_data(b"c", b"%d" % i * 3000)
        sent += [b"%d" % i, b"c\n" + b"%d" % i * 3000]
        await left.stream.drain()
    assert await right.wait_for(100) == sent
    await left.stream.close()
    right.stream.abort()


async def test_drain_waits_for_a_slow_reader(pair: tuple[socket.socket, socket.socket]) -> None:
    left, right = (Side(sock.fileno(), sock.fileno()) for sock in pair)
    left.stream.send_data(b"c", b"x" * (DRAIN_HIGH * 4))
    draining = asyncio.get_running_loop().create_task(left.stream.drain())
    await asyncio.sleep(0)
    assert not draining.done()
    right.stream.start()
    await draining
    assert left.stream.queued <= DRAIN_HIGH
    await right.wait_for(1)
    await left.stream.close()
    right.stream.abort()


async def test_input_stops_while_much_output_waits(pair: tuple[socket.socket, socket.socket]) -> None:
    left = Side(pair[0].fileno(), pair[0].fileno())
    left.stream.start()
    left.stream.send_data(b"c", b"x" * (OUTPUT_MAX * 2))
    pair[1].sendall(frame(b"hello"))
    await asyncio.sleep(0.05)
    assert left.messages == []
    right = Side(pair[1].fileno(), pair[1].fileno())
    right.stream.start()
    assert await left.wait_for(1) == [b"hello"]
    left.stream.abort()
    right.stream.abort()


async def test_a_hold_stops_reading_until_each_is_released(pair: tuple[socket.socket, socket.socket]) -> None:
    left = Side(pair[0].fileno(), pair[0].fileno())
    left.stream.start()
    left.stream.hold("a", 60, lambda: None)
    left.stream.hold("b", 60, lambda: None)
    pair[1].sendall(frame(b"hello"))
    await asyncio.sleep(0.05)
    left.stream.release("a")
    await asyncio.sleep(0.05)
    assert left.messages == []
    left.stream.release("b")
    assert await left.wait_for(1) == [b"hello"]
    left.stream.abort()


async def test_the_end_of_the_stream_is_told(pair: tuple[socket.socket, socket.socket]) -> None:
    left = Side(pair[0].fileno(), pair[0].fileno())
    left.stream.start()
    pair[1].sendall(frame(b"last"))
    pair[1].shutdown(socket.SHUT_WR)
    assert await left.end is None
    assert left.messages == [b"last"]
    left.stream.abort()


@pytest.mark.parametrize(("sent", "code"), [(b"10\nabc", "disconnected"), (b"garbage\n", "protocol-error")])
async def test_a_broken_stream_ends_with_a_problem(
    pair: tuple[socket.socket, socket.socket], sent: bytes, code: str
) -> None:
    left = Side(pair[0].fileno(), pair[0].fileno())
    left.stream.start()
    pair[1].sendall(sent)
    pair[1].shutdown(socket.SHUT_WR)
    problem = await left.end
    assert problem is not None
    assert problem.code == code
    left.stream.abort()


async def test_output_to_nobody_is_dropped(pair: tuple[socket.socket, socket.socket]) -> None:
    left = Side(pair[0].fileno(), pair[0].fileno())
    pair[1].close()
    for _ in range(3):
        left.stream.send_data(b"c", b"x" * OUTPUT_MAX)
        await left.stream.drain()
    assert left.stream.queued == 0
    left.stream.abort()


async def test_a_regular_file_and_dev_null_are_read_too(tmp_path: Path) -> None:
    file = tmp_path / "frames"
    file.write_bytes(b"".join(frame(b"%d" % i) for i in range(3)))
    null = os.open(os.devnull, os.O_RDWR)
    try:
        with file.open("rb") as stream:
            side = Side(stream.fileno(), null)
            side.stream.start()
            assert await side.end is None
            assert side.messages == [b"0", b"1", b"2"]
            side.stream.abort()
        empty = Side(null, null)
        empty.stream.start()
        assert await empty.end is None
        empty.stream.abort()
    finally:
        os.close(null)


async def test_a_pipe_that_is_written_to_is_made_wider() -> None:
    reader, writer = os.pipe()
    side = Side(reader, writer)
    assert fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ) >= PIPE_SIZE
    await side.stream.close()
    os.close(reader)
    os.close(writer)


async def test_pieces_are_frames_again_on_the_other_side(pair: tuple[socket.socket, socket.socket]) -> None:
    left, right = (Side(sock.fileno(), sock.fileno()) for sock in pair)
    right.stream.start()
    whole = frame(b"c\none") + frame(b"c\n" + b"x" * 100_000) + frame(b"c\nthree")
    left.stream.send_pieces([whole[i : i + 30_000] for i in range(0, len(whole), 30_000)])
    assert await right.wait_for(3) == [b"c\none", b"c\n" + b"x" * 100_000, b"c\nthree"]
    await left.stream.close()
    await right.stream.close()


async def test_descriptors_are_given_back_as_they_were(pair: tuple[socket.socket, socket.socket]) -> None:
    assert os.get_blocking(pair[0].fileno())
    side = Side(pair[0].fileno(), pair[0].fileno())
    assert not os.get_blocking(pair[0].fileno())
    await side.stream.close()
    assert os.get_blocking(pair[0].fileno())


async def test_a_hold_expires_only_while_input_waits(pair: tuple[socket.socket, socket.socket]) -> None:
    left = Side(pair[0].fileno(), pair[0].fileno())
    left.stream.start()
    expired = asyncio.Event()
    left.stream.hold("a", 0.02, expired.set)
    await asyncio.sleep(0.1)
    assert not expired.is_set()
    pair[1].sendall(frame(b"hello"))
    await asyncio.wait_for(expired.wait(), 5)
    left.stream.release("a")
    assert await left.wait_for(1) == [b"hello"]
    left.stream.abort()


async def test_the_end_of_the_other_side_is_seen_although_nothing_is_read(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.stdio.HANGUP_PATIENCE", 0.05)
    left = Side(pair[0].fileno(), pair[0].fileno())
    left.stream.start()
    left.stream.hold("a", 60, lambda: None)
    pair[1].sendall(frame(b"never read"))
    pair[1].shutdown(socket.SHUT_WR)
    assert await asyncio.wait_for(left.end, 5) is None
    assert left.messages == []
    left.stream.abort()


async def test_of_two_pipes_the_one_that_nobody_reads_ends_it() -> None:
    stdin, ours = os.pipe()
    theirs, stdout = os.pipe()
    side = Side(stdin, stdout)
    side.stream.start()
    os.close(theirs)
    side.stream.send(b"to nobody")
    assert await asyncio.wait_for(side.end, 5) is None
    side.stream.abort()
    for fd in (stdin, ours, stdout):
        os.close(fd)
