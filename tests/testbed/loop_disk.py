"""A disk of a file: a loop device, whose partitions the kernel reads as they are made."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def loop_disk(image: Path, size: int) -> Iterator[str]:
    """The device, empty, while it lasts (root only). RuntimeError with the reason where the kernel gives none."""
    with image.open("wb") as file:
        file.truncate(size)
    done = _losetup("--find", "--show", "--partscan", str(image))
    device = done.stdout.strip()
    if not device:
        raise RuntimeError(f"no loop device can be had: {done.stderr.strip()}")
    try:
        yield device
    finally:
        # One that is mounted still goes when that ends.
        _losetup("--detach", device)


def _losetup(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["losetup", *arguments], capture_output=True, text=True, check=False, timeout=30)
