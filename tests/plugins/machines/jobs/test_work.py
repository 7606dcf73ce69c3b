import asyncio
import os
from pathlib import Path

import pytest

from bridge.protocol import Problem
from plugins.machines.history.done_log import entries
from plugins.machines.jobs.process import birth, boot
from plugins.machines.jobs.record import Job
from plugins.machines.jobs.store import JobStore, new_id
from plugins.machines.jobs.work import JobWork, log_done
from plugins.machines.providers.long_calls import Report

JOB = Job("uri", "domain_clone", "key", "name", 1.0, os.getpid(), birth(os.getpid()), boot())


class Bench:
    """A job at work in a folder."""

    def __init__(self, folder: Path) -> None:
        self.store, self.id = JobStore(folder / "jobs"), new_id()
        self.store.write(self.id, JOB)
        self.work = JobWork(self.store, self.id, JOB)
        self.begun = asyncio.Event()

    @property
    def written(self) -> Job:
        job = self.store.read(self.id)
        assert job is not None
        return job

    async def until_written(self, text: str) -> None:
        async with asyncio.timeout(10):
            while self.written.text != text:
                await asyncio.sleep(0.01)


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_how_far_it_is_and_how_it_ended_is_written_down(bench: Bench) -> None:
    async def act(report: Report) -> str:
        report(3, 10, "half")
        await bench.until_written("half")
        return "made"

    ended = await bench.work.run(act)
    assert bench.written == ended
    assert (ended.state, ended.done, ended.total, ended.made, ended.message) == ("done", 10, 10, "made", "")
    assert ended.ended > 1


@pytest.mark.parametrize(
    ("error", "problem", "message"),
    [
        (Problem("not-found", "It is gone", libvirt={"code": 42}), "not-found", "It is gone"),
        (ZeroDivisionError("secret"), "internal-error", "It failed for a reason that nobody thought of"),
    ],
)
async def test_a_failure_is_told_in_libvirts_words(bench: Bench, error: Exception, problem: str, message: str) -> None:
    async def act(_report: Report) -> str:
        raise error

    ended = await bench.work.run(act)
    assert (bench.written.state, ended.problem, ended.message) == ("failed", problem, message)
    assert ended.libvirt == ({"code": 42} if isinstance(error, Problem) else {})


async def test_a_cancellation_is_told_while_it_takes_its_time(bench: Bench) -> None:
    go_on = asyncio.Event()

    async def act(report: Report) -> str:
        bench.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            report(1, 2, "cleaning")
            await bench.until_written("cleaning")
            assert bench.written.cancelling
            go_on.set()
        return ""

    running = asyncio.get_running_loop().create_task(bench.work.run(act))
    await bench.begun.wait()
    bench.work.cancel()
    await go_on.wait()
    ended = await running
    assert (bench.written.state, ended.cancelling) == ("cancelled", False)


async def test_who_was_done_before_it_could_be_cancelled_says_so(bench: Bench) -> None:
    async def act(_report: Report) -> str:
        bench.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "made"
        return ""

    running = asyncio.get_running_loop().create_task(bench.work.run(act))
    await bench.begun.wait()
    bench.work.cancel()
    ended = await running
    assert (ended.state, ended.made) == ("done", "made")
    assert ended.message == "It was done before it could be cancelled."


async def test_progress_that_cannot_be_written_costs_itself_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, failed = bench.store.write, asyncio.Event()
    loop = asyncio.get_running_loop()

    def full(id_: str, job: Job) -> None:
        if job.state == "running":
            loop.call_soon_threadsafe(failed.set)
            raise OSError(28, "No space left on device")
        write(id_, job)

    monkeypatch.setattr(bench.store, "write", full)

    async def act(report: Report) -> str:
        report(1, 2, "half")
        await failed.wait()
        return ""

    assert (await bench.work.run(act)).state == "done"
    assert bench.written.state == "done"


async def test_its_end_is_in_the_log_of_what_was_done(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    await log_done(path, "admin", JOB.failed(Problem("not-found", "It is gone"), 2.0), {"name": "copy", "xml": "<a/>"})
    (entry,) = entries(path, "key")
    assert (entry.method, entry.failure, entry.person) == ("domain_clone", "It is gone", "admin")
    assert entry.params == {"name": "copy"}
    await log_done(tmp_path, "admin", JOB, {})
