"""Mounted file systems, and servers of them that are gone."""

import os
import threading

import pytest

from bridge.metrics import mounts, patience
from bridge.metrics.sample import Sample

MOUNTS = r"""
/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/export /net nfs4 rw 0 0
/dev/sdb1 /with\040space\134 xfs rw 0 0
/dev/loop0 /snap/x squashfs ro,nodev 0 0
/dev/loop1 /image ext4 rw 0 0
revokefs-fuse /var/lib/flatpak fuse rw 0 0
/dev/short
"""


def test_devices_have_space_of_their_own() -> None:
    assert list(mounts.parse(MOUNTS.splitlines())) == ["/", "/with space\\", "/image"]


async def test_this_machine() -> None:
    sample = await mounts.sample()
    assert sample is not None
    total, used = sample.values["mount.total"], sample.values["mount.used"]
    assert isinstance(total, dict)
    assert isinstance(used, dict)
    assert total.keys() == used.keys()
    assert all(0 <= used[point] <= total[point] for point in total)


async def test_a_server_that_is_gone_is_left_out_and_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    asked: list[str] = []
    real = os.statvfs

    def statvfs(point: str) -> os.statvfs_result:
        asked.append(point)
        if point == "/gone":
            gate.wait(30)
        return real("/")

    monkeypatch.setattr(mounts, "lines", lambda _: iter(["/dev/a / x rw", "/dev/b /gone x rw", "/dev/c /absent x rw"]))
    monkeypatch.setattr(os, "statvfs", statvfs)
    monkeypatch.setattr(patience, "PATIENCE", 0.2)
    try:
        for _ in range(5):
            assert points(await mounts.sample()) == {"/", "/absent"}
        assert asked.count("/gone") == 1
        assert asked.count("/") == 5
    finally:
        gate.set()
    while points(await mounts.sample()) != {"/", "/gone", "/absent"}:
        pass


async def test_what_may_not_be_looked_at_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "lines", lambda _: iter(["/dev/a / x rw", "/dev/b /does/not/exist x rw"]))
    assert points(await mounts.sample()) == {"/"}


def points(sample: Sample | None) -> set[str]:
    assert sample is not None
    total = sample.values["mount.total"]
    assert isinstance(total, dict)
    return set(total)
