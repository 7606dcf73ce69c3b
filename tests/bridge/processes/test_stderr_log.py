"""A log that nobody reads."""

import logging
import os

from bridge.processes.stderr_log import LINE_MAX, StderrHandler


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("bridge", logging.WARNING, __file__, 1, text, None, None)


def test_what_there_is_no_room_for_is_left_out_and_counted() -> None:
    reader, writer = os.pipe()
    handler = StderrHandler(writer)
    for i in range(1000):
        handler.emit(record(f"{i} " + "x" * 500))
    read = os.read(reader, 1 << 20)
    assert read.startswith(b"0 xxx")
    assert len(read) <= 65536
    handler.emit(record("room again \ud800"))
    line = os.read(reader, 1 << 20)
    assert line.startswith(b"(")
    assert line.endswith(b"records are left out) room again \\ud800\n")
    handler.emit(record("y" * 10_000))
    assert len(os.read(reader, 1 << 20)) == LINE_MAX
    os.close(reader)
    handler.emit(record("nobody is there"))
    os.close(writer)
