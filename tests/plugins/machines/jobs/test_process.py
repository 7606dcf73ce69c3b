import os
import signal
import subprocess
import time

import pytest
from testbed.processes import wait_until

from plugins.machines.jobs import process as job_process
from plugins.machines.jobs.process import birth, boot, held, is_alive, terminate
from plugins.machines.jobs.record import Job


def job(pid: int, **members: object) -> Job:
    known = {"birth": birth(pid), "boot": boot()} | members
    return Job("uri", "domain_clone", "key", "name", time.time(), pid, **known)  # type: ignore[arg-type]


def test_a_process_is_itself_by_its_birth_and_the_boot() -> None:
    me = os.getpid()
    assert is_alive(job(me))
    assert not is_alive(job(me, birth=birth(me) + 1)), "another process had this number"
    assert not is_alive(job(me, birth=0))
    assert not is_alive(job(me, boot="another boot"))
    assert not is_alive(job(2**31 - 1, birth=1))


def test_who_has_ended_and_waits_for_its_parent_is_gone() -> None:
    process = subprocess.Popen(["true"])
    it = job(process.pid, birth=birth(process.pid) or 1)
    wait_until(lambda: not is_alive(it), "it has ended")
    process.wait()


def test_only_the_process_itself_is_signalled() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        terminate(job(process.pid, birth=birth(process.pid) + 1))
        terminate(job(process.pid, boot="another boot"))
        assert process.poll() is None
        terminate(job(process.pid))
        assert process.wait(10) == -signal.SIGTERM
    terminate(job(process.pid, birth=1))


def test_who_takes_over_a_number_in_between_is_not_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        it = job(process.pid)
        monkeypatch.setattr(job_process, "birth", lambda _pid: it.birth + 1)
        with held(it) as pidfd:
            assert pidfd == -1, "it is looked at when it is held, not before"
        process.kill()
