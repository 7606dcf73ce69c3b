"""Reading the kernel's files."""

import os
import threading
import time
from pathlib import Path

import pytest

from bridge.metrics import patience
from bridge.metrics.sample import Sample, Values, lines, number_in, sample_of, text_in


def test_lines() -> None:
    assert next(lines("/proc/meminfo")).startswith("MemTotal:")
    assert list(lines("/does/not/exist")) == []


def test_files_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("12\n")
    (tmp_path / "max").write_text("max\n")
    (tmp_path / "folder").mkdir()
    directory = os.open(tmp_path, os.O_RDONLY)
    try:
        assert number_in(directory, "number") == 12
        assert number_in(directory, "max") is None
        assert number_in(directory, "absent") is None
        assert text_in(directory, "max") == "max"
        assert text_in(directory, "folder") is None
    finally:
        os.close(directory)


async def test_a_sample_says_when_it_was_taken() -> None:
    before = time.monotonic()
    sample = await sample_of(lambda: {"a": 1})
    assert sample is not None
    assert sample.values == {"a": 1}
    assert before <= sample.taken <= time.monotonic()


@pytest.mark.parametrize("failure", [PermissionError, ValueError])
async def test_what_cannot_be_read_has_no_values(failure: type[Exception]) -> None:
    def read() -> Values:
        raise failure

    sample = await sample_of(read)
    assert isinstance(sample, Sample)
    assert sample.values == {}


async def test_what_is_busy_has_no_sample_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.05)
    gate = threading.Event()

    def read() -> Values:
        gate.wait(30)
        return {"a": 1}

    try:
        assert await sample_of(read) is None
        assert await sample_of(read) is None
    finally:
        gate.set()
    while (sample := await sample_of(read)) is None:
        pass
    assert sample.values == {"a": 1}
