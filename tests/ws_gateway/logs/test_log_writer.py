"""Lines on stderr, whatever it is and whoever does not read it: pipes, sockets and devices of this machine."""

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from ws_gateway.logs.log_writer import LAST_WORDS, PATIENCE, WAITING_MAX, LogWriter


def record(text: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord("test", logging.INFO, "some/file.py", 7, text, values, None)


def fill(descriptor: int) -> None:
    """Until whoever writes to it would have to wait."""
    os.set_blocking(descriptor, False)
    with suppress(BlockingIOError):
        while True:
            os.write(descriptor, b"." * 512)
    os.set_blocking(descriptor, True)


def lines(reader: int, last: str) -> list[str]:
    """What comes, but for what `fill` wrote, until there is a line of these words."""
    text = ""
    while f"{last}\n" not in text:
        text += os.read(reader, 65536).decode()
    return text.lstrip(".").splitlines()


Ends = tuple[int, int]


@pytest.fixture(params=["pipe", "stream", "datagrams"])
def ends(request: pytest.FixtureRequest) -> Iterator[Ends]:
    """Where to read and where to write: what a service manager may connect stderr with."""
    if request.param == "pipe":
        pair = os.pipe()
    else:
        kind = socket.SOCK_STREAM if request.param == "stream" else socket.SOCK_DGRAM
        one, other = socket.socketpair(socket.AF_UNIX, kind)
        pair = one.detach(), other.detach()
    yield pair
    for descriptor in pair:
        # A test has closed it where it shows what happens then.
        with suppress(OSError):
            os.close(descriptor)


def test_a_line_is_there_when_it_was_said(ends: Ends) -> None:
    reader, writer = ends
    handler = LogWriter(writer)
    handler.emit(record("one %s", "ü\udcff"))
    os.set_blocking(reader, False)
    assert os.read(reader, 100) == b"one \xc3\xbc\\udcff\n"


def test_nobody_waits_for_a_reader_that_does_not_read_and_the_lines_come_in_order(ends: Ends) -> None:
    reader, writer = ends
    fill(writer)
    handler = LogWriter(writer)
    before = time.monotonic()
    for number in range(1000):
        handler.emit(record("line %d", number))
    # Once it was waited for, and not a thousand times.
    assert time.monotonic() - before < 1000 * PATIENCE / 10
    assert lines(reader, "line 999") == [f"line {number}" for number in range(1000)]
    handler.flush()
    handler.emit(record("it is read again"))
    assert lines(reader, "it is read again") == ["it is read again"]


def test_what_waits_is_bounded_and_what_is_lost_is_counted(ends: Ends) -> None:
    reader, writer = ends
    fill(writer)
    handler = LogWriter(writer)
    text = "x" * 1023
    for _ in range(WAITING_MAX // 1024 + 5):
        handler.emit(record(text))
    said = lines(reader, "pilothouse: 5 lines of the log were lost: nobody took them")
    assert said[:-1] == [text] * (WAITING_MAX // 1024)


def test_a_reader_that_went_raises_nothing_and_one_that_comes_back_is_told(ends: Ends) -> None:
    reader, writer = ends
    os.close(reader)
    handler = LogWriter(writer)
    handler.emit(record("nobody hears this"))
    handler.emit(record("nor this"))
    back, again = os.pipe()
    os.dup2(again, writer)
    handler.emit(record("here"))
    assert lines(back, "pilothouse: 2 lines of the log were lost: nobody took them")[0] == "here"
    os.close(back)
    os.close(again)


def test_a_disk_that_is_full_raises_nothing() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    handler = LogWriter(full)
    handler.emit(record("nowhere to put it"))
    handler.emit(record("nor this"))
    os.close(full)
    handler.emit(record("a descriptor that is none"))
    handler.flush()


def test_a_descriptor_that_does_not_block_loses_nothing(ends: Ends) -> None:
    reader, writer = ends
    fill(writer)
    os.set_blocking(writer, False)
    handler = LogWriter(writer)
    handler.emit(record("when there is room"))
    assert lines(reader, "when there is room") == ["when there is room"]


def test_a_line_that_cannot_be_made_tells_its_place_and_none_of_its_values(ends: Ends) -> None:
    reader, writer = ends
    LogWriter(writer).emit(record("%d", "S3cr3t"))
    place = "pilothouse: a line of the log could not be made: some/file.py:7"
    assert lines(reader, place) == [place]


SAYS_AND_ENDS = """
import logging
from ws_gateway.logs.log import set_up
set_up()
logging.getLogger("x").info("the last word")
"""


def test_a_process_that_ends_has_said_all_or_waits_for_a_moment_only() -> None:
    reader, writer = os.pipe()
    argv = [sys.executable, "-c", SAYS_AND_ENDS]
    assert subprocess.run(argv, stderr=writer, timeout=30).returncode == 0
    assert lines(reader, "pilothouse: the last word") == ["pilothouse: the last word"]
    fill(writer)
    assert subprocess.run(argv, stderr=writer, timeout=LAST_WORDS + 30).returncode == 0
    os.close(reader)
    os.close(writer)
