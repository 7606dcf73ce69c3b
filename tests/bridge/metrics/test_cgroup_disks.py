"""What processes of control groups read and wrote."""

from pathlib import Path

import pytest

from bridge.metrics import cgroup_disks


def process(proc: Path, pid: int, cgroup: str, read: int, written: int) -> None:
    folder = proc / str(pid)
    folder.mkdir()
    (folder / "cgroup").write_text(cgroup)
    (folder / "io").write_text(
        f"rchar: 1\nwchar: 2\nread_bytes: {read}\nwrite_bytes: {written}\ncancelled_write_bytes: 9\n"
    )


def test_processes_of_a_group_are_added(tmp_path: Path) -> None:
    process(tmp_path, 1, "0::/init.scope\n", 1, 2)
    process(tmp_path, 2, "0::/a.slice/b.service\n", 10, 20)
    process(tmp_path, 3, "0::/a.slice/b.service\n", 100, 200)
    process(tmp_path, 4, "9:name=systemd:/old.service\n8:pids:/x\n", 5, 6)
    process(tmp_path, 5, "9:name=systemd:/old\n0::/hybrid\n", 7, 8)
    process(tmp_path, 6, "0::/\n", 50, 60)
    (tmp_path / "7").mkdir()
    (tmp_path / "self").mkdir()
    assert cgroup_disks.read_from(tmp_path) == {
        "disk.cgroup.read": {"init.scope": 1, "a.slice/b.service": 110, "old.service": 5, "hybrid": 7},
        "disk.cgroup.written": {"init.scope": 2, "a.slice/b.service": 220, "old.service": 6, "hybrid": 8},
    }


@pytest.mark.parametrize("io", ["", "read_bytes: x\nwrite_bytes: 1\n", "read_bytes: 1\n"])
def test_what_cannot_be_read_is_left_out(tmp_path: Path, io: str) -> None:
    process(tmp_path, 1, "0::/a\n", 1, 2)
    (tmp_path / "1/io").write_text(io)
    assert cgroup_disks.read_from(tmp_path)["disk.cgroup.read"] == {}


def test_there_is_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroup_disks, "INSTANCES_MAX", 2)
    for pid in range(1, 6):
        process(tmp_path, pid, f"0::/{pid}\n", 1, 1)
    assert len(cgroup_disks.read_from(tmp_path)["disk.cgroup.read"]) == 2  # type: ignore[arg-type]


def test_this_machine() -> None:
    assert set(cgroup_disks.read()) == {"disk.cgroup.read", "disk.cgroup.written"}
