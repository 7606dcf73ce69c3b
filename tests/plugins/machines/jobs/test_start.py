import asyncio
import os
from pathlib import Path

import pytest

from bridge.protocol import Problem
from plugins.machines.jobs import start as job_start
from plugins.machines.jobs.request import Request
from plugins.machines.jobs.start import scope, start
from plugins.machines.jobs.store import JobStore, new_id
from plugins.machines.jobs.watch import JobWatch

REQUEST = Request(
    new_id(), "qemu+unix:///system?socket=/nowhere", "libvirt-python", "domain_clone", "key", "name", {"secret": "s3"}
)


def test_a_scope_is_asked_for_where_there_is_systemd(tmp_path: Path) -> None:
    program = tmp_path / "systemd-run"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    environ = {"PATH": str(tmp_path)}
    rest = ["--scope", "--quiet", "--collect", "--"]
    assert scope(environ, root=True, systemd=tmp_path) == [str(program), *rest]
    session = environ | {"XDG_RUNTIME_DIR": "/run/user/1000"}
    assert scope(session, root=False, systemd=tmp_path) == [str(program), "--user", *rest]
    assert scope(environ, root=False, systemd=tmp_path) == [], "there is no manager of this user's to ask"
    assert scope(environ, root=True, systemd=tmp_path / "none") == []
    assert scope({"PATH": "/nowhere"}, root=True, systemd=tmp_path) == []


async def _ended(id_: str) -> str:
    watch = JobWatch(JobStore.of(os.environ))
    async with asyncio.timeout(20), watch.follow(lambda _jobs: None):
        job = (await watch.until(lambda jobs: jobs[id_].state != "running"))[id_]
    return f"{job.state}: {job.message}"


@pytest.mark.parametrize("prefix", [(), ("env", "IN_A_SCOPE=1"), ("false",), ("/no/such/systemd-run",)])
async def test_a_job_is_written_down_when_it_has_started_whatever_systemd_says(prefix: tuple[str, ...]) -> None:
    await start(REQUEST, os.environ, prefix)
    job = JobStore.of(os.environ).read(REQUEST.id)
    assert job is not None
    assert (job.uri, job.key, job.name) == (REQUEST.uri, "key", "name")
    assert await _ended(REQUEST.id) == "failed: Failed to connect socket to '/nowhere': No such file or directory"


async def test_what_does_not_start_says_why(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    environ = {**os.environ, "XDG_STATE_HOME": str(file)}
    with pytest.raises(Problem, match="The job could not be started: The job cannot be written down"):
        await start(REQUEST, environ, [])


async def test_what_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_start, "START_TIME", 0.2)
    monkeypatch.setattr(job_start, "_RUNNER", ("sleep", "60"))
    with pytest.raises(Problem, match=r"The job did not start within 0\.2 seconds"):
        await start(REQUEST, os.environ, [])
