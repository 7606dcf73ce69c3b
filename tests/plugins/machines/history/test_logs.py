from pathlib import Path

import pytest

from bridge.protocol import Problem
from plugins.machines.history import logs as module
from plugins.machines.history.done_log import entries, log_path
from plugins.machines.history.logs import Log, Logs

KEY = "00000000-0000-4000-8000-000000000001"


async def test_entries_are_told_as_soon_as_they_were_recorded(tmp_path: Path) -> None:
    logs = Logs()
    log = logs.of("test:///default", {"XDG_STATE_HOME": str(tmp_path), "SUDO_USER": "ann"})
    assert log is logs.of("test:///default", {})
    for method in ("domain_start", "domain_destroy"):
        log.record(KEY, method, {"force": True}, "")
    found = await log.entries(KEY)
    assert [(entry["method"], entry["params"], entry["person"]) for entry in found] == [
        ("domain_destroy", {"force": True}, "ann"),
        ("domain_start", {"force": True}, "ann"),
    ]
    await logs.close()


async def test_a_disk_that_refuses_costs_the_log_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "pilothouse").write_text("no folder")
    logs = Logs()
    log = logs.of("test:///default", {"XDG_STATE_HOME": str(tmp_path)})
    log.record(KEY, "domain_start", {}, "")
    assert await log.entries(KEY) == []
    assert "is not written" in caplog.text
    (tmp_path / "pilothouse").unlink()
    path = log_path("test:///default", {"XDG_STATE_HOME": str(tmp_path)})
    path.parent.mkdir(parents=True)
    path.write_text("no database" * 100)
    with pytest.raises(Problem, match="The log cannot be read"):
        await log.entries(KEY)
    await logs.close()


async def test_a_disk_that_hangs_costs_the_newest_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_MAX", 0)
    logs = Logs()
    log = logs.of("test:///default", {"XDG_STATE_HOME": str(tmp_path)})
    log.record(KEY, "domain_start", {}, "")
    assert await log.entries(KEY) == []
    await logs.close()


async def test_what_waits_is_written_at_the_end_and_nothing_more(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    logs = Logs()
    log = logs.of("test:///default", environ)
    for _ in range(50):
        log.record(KEY, "domain_start", {}, "")
    await logs.close()
    log.record(KEY, "domain_destroy", {}, "It was cancelled")
    written = entries(log_path("test:///default", environ), KEY)
    assert [entry.method for entry in written] == ["domain_start"] * 50


async def test_without_a_path_nothing_is_kept() -> None:
    log = Log(None)
    log.record(KEY, "domain_start", {}, "")
    assert await log.entries(KEY) == []
