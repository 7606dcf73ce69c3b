import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

from plugins.machines.jobs.process import birth, boot
from plugins.machines.jobs.record import Job
from plugins.machines.jobs.store import JobStore, new_id
from plugins.machines.jobs.watch import Jobs, JobWatch

JOB = Job("uri", "domain_clone", "key", "name", 1.0, os.getpid(), birth(os.getpid()), boot())


async def test_what_others_write_is_told_from_before_the_folder_is_there(tmp_path: Path) -> None:
    store, told = JobStore(tmp_path / "a" / "jobs"), list[Jobs]()
    watch = JobWatch(store)
    async with asyncio.timeout(20), watch.follow(told.append):
        assert told == [{}]
        job = new_id()
        store.write(job, JOB)
        await watch.until(lambda jobs: job in jobs)
        store.write(job, replace(JOB, text="half"))
        await watch.until(lambda jobs: jobs[job].text == "half")
        store.remove(job)
        await watch.until(lambda jobs: not jobs)
    assert told[-1] == {}
    assert [len(jobs) for jobs in told] == [0, 1, 1, 0]


async def test_the_end_of_a_jobs_process_is_an_event(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    watch = JobWatch(store)
    process = await asyncio.create_subprocess_exec("sleep", "60")
    job = new_id()
    store.write(job, replace(JOB, pid=process.pid, birth=birth(process.pid)))
    async with asyncio.timeout(20), watch.follow(lambda _jobs: None):
        assert watch.jobs[job].state == "running"
        process.send_signal(signal.SIGKILL)
        await watch.until(lambda jobs: jobs[job].state == "interrupted")
    await process.wait()


async def test_several_follow_and_the_last_one_ends_it(tmp_path: Path) -> None:
    store, told = JobStore(tmp_path), list[Jobs]()
    watch = JobWatch(store)
    async with watch.follow(told.append):
        async with watch.follow(told.append):
            store.write(new_id(), JOB)
            await watch.look()
        assert [len(jobs) for jobs in told] == [0, 0, 1, 1]
    store.write(new_id(), JOB)
    assert len(await watch.look()) == 2, "who does not follow may look"
    assert len(told) == 4
