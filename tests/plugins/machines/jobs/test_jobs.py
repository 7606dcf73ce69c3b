"""Jobs on a real libvirtd, asked for through a back end that may be killed, and seen by the next one."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import SubElement, tostring

import pytest
from testbed.back_end import BackEnd, back_end
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd
from testbed.processes import wait_until

from plugins.machines.jobs.store import JobStore
from plugins.machines.state.libvirt_xml import parse

MIB = 1 << 20
QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"


@pytest.fixture
def original(libvirtd: Libvirtd, tmp_path: Path) -> str:
    """A machine that is off, with a qcow2 disk of 3 MiB in a pool; its UUID."""
    folder = tmp_path / "pool"
    folder.mkdir()
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", folder / "disk.qcow2", "8M"], check=True, timeout=30)
    fill = ["qemu-io", "-f", "qcow2", "-c", "write -P 7 0 3M", folder / "disk.qcow2"]
    subprocess.run(fill, check=True, stdout=subprocess.DEVNULL, timeout=30)
    libvirtd.virsh("pool-create-as", "pool", "dir", f"--target={folder}")
    return libvirtd.define(domain_xml("-rf $(id) ü", disk=f"{folder}/disk.qcow2", disk_format="qcow2"))


def volumes(libvirtd: Libvirtd) -> set[str]:
    libvirtd.virsh("pool-refresh", "pool")
    return {line.split()[0] for line in libvirtd.virsh("vol-list", "pool").splitlines()[2:]}


async def jobs_page(back: BackEnd, libvirtd: Libvirtd, channel: str = "a") -> None:
    back.open(channel, uri=libvirtd.uri, parts=["domains", "jobs"])
    await back.loaded(channel)


def rows(back: BackEnd, channel: str = "a") -> dict[str, Any]:
    return back.states[channel].get("jobs", {})  # type: ignore[no-any-return]


async def begun(back: BackEnd, libvirtd: Libvirtd, original: str, channel: str = "a") -> str:
    """Begin to clone; the job, once it is known how far it is."""
    await jobs_page(back, libvirtd, channel)
    back.call(channel, 1, "domain_clone", key=original, name="copy")
    (job,) = (await back.reply(1))["result"].values()
    await back.until(lambda: rows(back, channel)[job].get("total"))
    return str(job)


async def test_a_clone_survives_the_bridge_and_the_next_one_sees_it(libvirtd: Libvirtd, original: str) -> None:
    with libvirtd.copies_held() as let_go:
        async with back_end() as back:
            job = await begun(back, libvirtd, original)
            back.kill()
        async with back_end() as back:
            await jobs_page(back, libvirtd)
            await back.until(lambda: rows(back)[job].get("done"))
            row = rows(back)[job]
            assert row.items() >= {"state": "running", "method": "domain_clone", "key": original}.items()
            assert row["name"] == "-rf $(id) ü"
            assert row["text"] == "copy-vda.qcow2"
            assert 0 < row["done"] <= MIB < row["total"], "libvirt tells what of the copy is on the disk"
            let_go()
            await back.until(lambda: rows(back)[job]["state"] == "done")
            made = rows(back)[job]["made"]
            await back.until(lambda: made in back.states["a"]["domains"])
            back.call("a", 2, "job_dismiss", id=job)
            await back.reply(2)
            assert rows(back) == {}
            back.call("a", 3, "log", key=original)
            (entry,) = (await back.reply(3))["result"]
            assert (entry["method"], entry["params"]["made"], entry["failure"]) == ("domain_clone", made, "")
    assert libvirtd.virsh("domname", made) == "copy"
    assert volumes(libvirtd) == {"disk.qcow2", "copy-vda.qcow2"}


async def test_a_cancelled_clone_leaves_nothing(libvirtd: Libvirtd, original: str) -> None:
    with libvirtd.copies_held() as let_go:
        async with back_end() as back:
            job = await begun(back, libvirtd, original)
            await jobs_page(back, libvirtd, "b")
            back.call("b", 2, "job_cancel", id=job)
            assert (await back.reply(2))["result"] is None
            await back.until(lambda: rows(back)[job].get("cancelling"))
            assert rows(back)[job]["state"] == "running", "libvirt cannot stop a copy: its end is waited for"
            back.call("b", 3, "job_dismiss", id=job)
            assert (await back.reply(3))["error"]["message"] == "This job still runs"
            let_go()
            await back.until(lambda: rows(back)[job]["state"] == "cancelled")
            assert "cancelling" not in rows(back)[job]
            back.call("b", 4, "job_cancel", id=job)
            assert (await back.reply(4))["error"]["message"] == "This job does not run any more"
    assert volumes(libvirtd) == {"disk.qcow2"}
    assert libvirtd.domains() == [original]


async def test_a_job_that_was_killed_is_told_as_interrupted(libvirtd: Libvirtd, original: str) -> None:
    with libvirtd.copies_held():
        async with back_end() as back:
            job = await begun(back, libvirtd, original)
            worker = JobStore.of(os.environ).read(job)
            assert worker is not None
            os.kill(worker.pid, signal.SIGKILL)
            await back.until(lambda: rows(back)[job]["state"] == "interrupted")
        async with back_end() as back:
            await jobs_page(back, libvirtd)
            row = rows(back)[job]
            assert (row["state"], row["text"]) == ("interrupted", "copy-vda.qcow2"), "what it was at when it ended"
            assert row["ended"] >= row["started"]


async def test_what_a_job_is_about_stands_in_no_list_of_processes(libvirtd: Libvirtd, original: str) -> None:
    with libvirtd.copies_held():
        async with back_end() as back:
            job = await begun(back, libvirtd, original)
            worker = JobStore.of(os.environ).read(job)
            assert worker is not None
            command = Path(f"/proc/{worker.pid}/cmdline").read_bytes().split(b"\0")
            assert command[1:] == [b"-I", b"-m", b"plugins.machines.jobs.runner", b""]
            assert os.getsid(worker.pid) == worker.pid, "a session of its own"
            back.call("a", 2, "job_cancel", id=job)
            await back.reply(2)
    wait_until(lambda: not Path(f"/proc/{worker.pid}").exists(), "the job ends")


async def test_what_is_over_at_once_is_answered_at_once(libvirtd: Libvirtd, original: str) -> None:
    async with back_end() as back:
        await jobs_page(back, libvirtd)
        back.call("a", 1, "domain_clone", key=original, name="-rf $(id) ü")
        error = (await back.reply(1))["error"]
        assert "already exists with uuid" in error["message"]
        assert error["data"]["libvirt"]["code"] == 9
        assert rows(back) == {}, "who asked was told: there is nothing to keep"
    assert volumes(libvirtd) == {"disk.qcow2"}


@contextmanager
def drained(pipe: int, size: int, interval: float) -> Iterator[None]:
    """Take as much out of a pipe every so many seconds."""
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle | None = None

    def take() -> None:
        nonlocal timer
        with suppress(BlockingIOError):
            os.read(pipe, size)
        timer = loop.call_later(interval, take)

    take()
    try:
        yield
    finally:
        assert timer is not None
        timer.cancel()


def with_arguments(xml: str, *arguments: str) -> str:
    """The domain with further arguments for QEMU: here for a memory that is not empty."""
    root = parse(xml)
    command = SubElement(root, f"{{{QEMU}}}commandline")
    for argument in arguments:
        SubElement(command, f"{{{QEMU}}}arg", value=argument)
    return tostring(root, encoding="unicode")


async def test_a_memory_that_is_written_is_told_of_and_can_be_aborted(
    libvirtd: Libvirtd, original: str, tmp_path: Path
) -> None:
    blob = tmp_path / "blob"
    blob.write_bytes(os.urandom(16 * MIB))
    loader = f"loader,file={blob},addr=0x1000000,force-raw=on"
    libvirtd.define(with_arguments(libvirtd.virsh("dumpxml", original), "-device", loader))
    libvirtd.virsh("start", original)
    # Nobody takes what is written into this pipe: to a file it would all go in a moment.
    place = tmp_path / "pool" / f"{original}-one.mem"
    os.mkfifo(place)
    pipe = os.open(place, os.O_RDWR | os.O_NONBLOCK)
    async with back_end() as back:
        await jobs_page(back, libvirtd)
        back.call("a", 1, "snapshot_create_external", key=original, name="one", memory=True)
        answer = (await back.reply(1))["result"]
        assert answer.keys() == {"job"}, answer
        job = answer["job"]
        await back.until(lambda: rows(back)[job].get("total"))
        assert rows(back)[job]["text"] == "one"
        back.call("a", 2, "job_cancel", id=job)
        await back.reply(2)
        await back.until(lambda: rows(back)[job].get("cancelling"))
        # QEMU hears of it when it gets on with its writing: a minute's worth at this pace.
        with drained(pipe, 64 * 1024, 0.05):
            await back.until(lambda: rows(back)[job]["state"] == "cancelled")
    os.close(pipe)
    assert libvirtd.virsh("snapshot-list", original, "--name") == ""
    assert libvirtd.virsh("domstate", original) == "running"


async def test_a_demo_has_jobs_in_its_own_process(world: str, uuid: Callable[[int], str]) -> None:
    async with back_end() as back:
        back.open("a", uri=world, parts=["domains", "jobs"])
        await back.loaded("a")
        back.call("a", 1, "domain_clone", key=uuid(2), name="copy")
        made = (await back.reply(1))["result"]["made"]
        assert back.states["a"]["domains"][made]["name"] == "copy"
        back.call("a", 2, "job_cancel", id="../../etc/passwd")
        assert (await back.reply(2))["error"]["message"] == "attribute 'id': must be a job's id"
