"""What a process says on stderr."""

import os

import pytest

from bridge.processes.last_words import LINE_MAX, LINES_KEPT, LOGGED_MAX, LastWords
from bridge.processes.pipe import Pipe


async def hear(*said: bytes) -> LastWords:
    reader, writer = os.pipe()
    words = LastWords("the program")
    for each in said:
        os.write(writer, each)
    os.close(writer)
    pipe = Pipe(reader)
    await words.listen(pipe)
    pipe.close()
    return words


async def test_lines_go_to_the_log_with_the_name(caplog: pytest.LogCaptureFixture) -> None:
    words = await hear(b"one\ntw", b"o\n\xff")
    assert words.lines == ["one", "two", "\ufffd"]
    assert [record.message for record in caplog.records] == [f"the program: {line}" for line in words.lines]
    words.clear()
    assert words.lines == []


async def test_only_the_last_are_kept_and_of_a_flood_the_number_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    words = await hear(b"".join(b"%d\n" % number for number in range(LOGGED_MAX + 7)))
    assert words.lines[-1] == str(LOGGED_MAX + 6)
    assert len(words.lines) == LINES_KEPT
    assert len(caplog.records) == LOGGED_MAX + 1
    assert caplog.records[-1].message == "the program: 7 lines are left out"


async def test_a_line_without_end_is_bounded() -> None:
    words = await hear(b"x" * 60_000)
    assert [len(line) for line in words.lines] == [LINE_MAX]
