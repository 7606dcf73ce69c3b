"""Descriptors that wait to be opened."""

import os
from collections.abc import Iterator

import pytest

from bridge.internal_streams import WAITING_MAX, InternalStreams
from bridge.protocol import Problem


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    yield reader, writer
    os.close(reader)


def is_open(reader: int) -> bool:
    """Whether somebody holds the other end of the pipe."""
    try:
        return os.read(reader, 1) != b""
    except BlockingIOError:
        return True


def test_what_was_added_is_taken_once(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    streams = InternalStreams()
    (first, second) = streams.add([writer, writer], self := object())
    os.close(writer)
    assert first["payload"] == "stream"
    assert first["internal"] != second["internal"]
    os.close(streams.take(first["internal"]))
    with pytest.raises(Problem, match="not-found"):
        streams.take(first["internal"])
    assert is_open(reader)
    streams.drop(object())
    assert is_open(reader)
    streams.drop(self)
    assert not is_open(reader)
    with pytest.raises(Problem, match="not-found"):
        streams.take(second["internal"])


def test_the_oldest_goes_when_there_are_too_many(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    streams = InternalStreams()
    (oldest,) = streams.add([writer], self := object())
    os.close(writer)
    assert is_open(reader)
    other, end = os.pipe()
    streams.add([end] * WAITING_MAX, self)
    os.close(end)
    os.close(other)
    assert not is_open(reader)
    with pytest.raises(Problem, match="not-found"):
        streams.take(oldest["internal"])
    streams.drop(self)


def test_a_descriptor_that_is_none_is_a_problem() -> None:
    with pytest.raises(Problem, match="LimitsExceeded"):
        InternalStreams().add([-1], object())
