import pytest

from plugins.machines.storage.partitions import next_partition


@pytest.mark.parametrize(
    ("device", "taken", "name"),
    [
        ("/dev/sdb", [], "sdb1"),
        ("/dev/sdb", ["sdb1", "sdb3", "sdb", "sdb01", "other2"], "sdb2"),
        ("/dev/nvme0n1", ["nvme0n1p1"], "nvme0n1p2"),
        ("/dev/disk/by-id/ata-x", [], ""),
        ("/", [], ""),
    ],
)
def test_the_next_one_has_the_lowest_free_number(device: str, taken: list[str], name: str) -> None:
    assert next_partition(device, taken) == name
