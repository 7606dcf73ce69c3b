"""/proc/diskstats, sample text and this machine's."""

import pytest

from bridge.metrics import disks


def line(name: str, major: int = 8, read: int = 0, written: int = 0) -> str:
    return f"   {major}       0 {name} 1 2 {read} 3 4 5 {written} 6 0 7 8"


def test_what_lies_on_disks_is_not_counted_twice() -> None:
    values = disks.parse(
        [
            line("sda", read=10, written=20),
            line("sda1", read=10, written=20),
            line("nvme0n1", 259, 1, 2),
            line("nvme0n1p1", 259, 1, 2),
            line("dm-0", 253, 10, 20),
            line("md0", 9, 10, 20),
            line("loop3", 7, 4, 0),
        ]
    )
    assert values["disk.dev.read"] == {"sda": 5120, "nvme0n1": 512, "loop3": 2048}
    assert values["disk.all.read"] == 15 * 512
    assert values["disk.all.written"] == 22 * 512
    assert list(values["block.device.written"]) == ["sda", "sda1", "nvme0n1", "nvme0n1p1", "dm-0", "md0", "loop3"]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["sda", "sdaa", "vda", "xvdb", "nvme0n1", "nvme10n12", "mmcblk0", "sr0", "zram0"])
def test_disks(name: str) -> None:
    assert disks.parse([line(name)])["disk.dev.read"] == {name: 0}


@pytest.mark.parametrize("name", ["sda1", "sdaa12", "hda3", "vdb2", "xvda1", "nvme0n1p3", "mmcblk0p1", "dm-12"])
def test_no_disks(name: str) -> None:
    assert disks.parse([line(name)])["disk.dev.read"] == {}


def test_a_line_that_is_cut() -> None:
    assert disks.parse(["8 0 sda 1 2 3", ""])["block.device.read"] == {}


def test_this_machine() -> None:
    values = disks.read()
    assert isinstance(by_name := values["disk.dev.read"], dict)
    assert sum(by_name.values()) == values["disk.all.read"]
