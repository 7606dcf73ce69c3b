"""Control groups of both versions, in folders made here."""

from pathlib import Path

import pytest

from bridge.metrics import cgroups


def group(root: Path, name: str, **files: str) -> None:
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (folder / file.replace("__", ".")).write_text(content + "\n")


def test_the_unified_hierarchy(tmp_path: Path) -> None:
    group(tmp_path, ".", cgroup__controllers="cpu memory", memory__current="1")
    group(
        tmp_path,
        "system.slice",
        memory__current="1000",
        memory__max="max",
        memory__swap__current="0",
        memory__swap__max="500",
        cpu__weight="100",
        cpu__stat="usage_usec 2500\nuser_usec 1500",
    )
    group(tmp_path, "system.slice/ssh.service", memory__current="10")
    values = cgroups.read_from(tmp_path)
    assert values["cgroup.memory.usage"] == {"system.slice": 1000, "system.slice/ssh.service": 10}
    assert values["cgroup.memory.limit"] == {"system.slice": None, "system.slice/ssh.service": None}
    assert values["cgroup.memory.sw-usage"] == {"system.slice": 0, "system.slice/ssh.service": None}
    assert values["cgroup.memory.sw-limit"] == {"system.slice": 500, "system.slice/ssh.service": None}
    assert values["cgroup.cpu.shares"] == {"system.slice": 100, "system.slice/ssh.service": None}
    assert values["cgroup.cpu.usage"] == {"system.slice": 2.5, "system.slice/ssh.service": None}


def test_a_hierarchy_per_controller(tmp_path: Path) -> None:
    unlimited = str(2**63 - 4096)
    group(tmp_path / "memory", "a", memory__usage_in_bytes="7", memory__limit_in_bytes=unlimited)
    group(tmp_path / "memory", "b", memory__memsw__usage_in_bytes="8", memory__memsw__limit_in_bytes="9")
    group(tmp_path / "cpu", "a/c", cpu__shares="1024")
    group(tmp_path / "cpuacct", "a", cpuacct__usage="3000000")
    values = cgroups.read_from(tmp_path)
    assert values["cgroup.memory.usage"] == {"a": 7, "b": None}
    assert values["cgroup.memory.limit"] == {"a": None, "b": None}
    assert values["cgroup.memory.sw-usage"] == {"a": None, "b": 8}
    assert values["cgroup.memory.sw-limit"] == {"a": None, "b": 9}
    assert values["cgroup.cpu.shares"] == {"a": None, "a/c": 1024}
    assert values["cgroup.cpu.usage"] == {"a": 3.0}


def test_no_control_groups(tmp_path: Path) -> None:
    assert all(value == {} for value in cgroups.read_from(tmp_path / "absent").values())


def test_there_are_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "INSTANCES_MAX", 3)
    monkeypatch.setattr(cgroups, "DEPTH_MAX", 2)
    group(tmp_path, ".", cgroup__controllers="")
    group(tmp_path, "a/b/c/d")
    assert cgroups.read_from(tmp_path)["cgroup.memory.usage"] == {"a": None, "a/b": None}
    for name in "wxyz":
        group(tmp_path, name)
    assert len(cgroups.read_from(tmp_path)["cgroup.memory.usage"]) == 3  # type: ignore[arg-type]


def test_this_machine() -> None:
    assert set(cgroups.read()) == {
        *(f"cgroup.memory.{name}" for name in ("usage", "limit", "sw-usage", "sw-limit")),
        "cgroup.cpu.shares",
        "cgroup.cpu.usage",
    }
