"""What a source reads at one moment, and how it reads it."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bridge.metrics.patience import ask
from manifests.bounded_file import read_bounded

FILE_MAX = 4 * 1024 * 1024
"""Bytes of the longest file of /proc or /sys that is read."""
INSTANCES_MAX = 4096
"""Instances of one metric."""

Number = int | float
Instances = Mapping[str, Number | None]
Values = Mapping[str, Number | Instances | None]
"""Metric to value; of an instanced metric to the values by instance. None is "there is none", like no limit."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Values, and when they were taken (seconds of the monotonic clock)."""

    values: Values
    taken: float = field(default_factory=time.monotonic)


async def sample_of(read: Callable[[], Values]) -> Sample | None:
    """What `read` returns, run in a thread, nothing where it fails or reads nonsense; None while it is busy."""
    return await ask(_sample, read)


def _sample(read: Callable[[], Values]) -> Sample:
    try:
        return Sample(read())
    except (OSError, ValueError):
        return Sample({})


def lines(file: str) -> Iterator[str]:
    """The lines of a file of the kernel; none where it cannot be read."""
    try:
        return iter(read_bounded(Path(file), FILE_MAX).decode(errors="replace").splitlines())
    except OSError:
        return iter(())


def number_in(directory: int, name: str) -> int | None:
    """The number a file below the open `directory` consists of; None where there is none."""
    text = text_in(directory, name)
    return int(text) if text is not None and text.isdecimal() else None


def text_in(directory: int, name: str) -> str | None:
    """The first kilobytes of a file below the open `directory`; None where it cannot be read."""
    try:
        fd = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=directory)
    except OSError:
        return None
    try:
        return os.read(fd, 8192).decode(errors="replace").strip()
    except OSError:
        return None
    finally:
        os.close(fd)
