"""Children: exit status, groups, the way they end."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bridge.processes.grace import Grace
from bridge.processes.process import Process
from bridge.protocol import Problem


def start(*argv: str, grace: float = 5.0, stdout: int = -3) -> Process:
    return Process.start(argv, environ={"PATH": os.environ["PATH"]}, grace=Grace(grace), stdout=stdout)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except OSError:
        return False
    return state != b"Z"


@pytest.mark.parametrize(
    ("command", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", -9), ("kill -SEGV $$", -11)]
)
async def test_the_exit_status(command: str, status: int) -> None:
    async with start("sh", "-c", command) as process:
        assert await process.wait() == status
    assert not process.is_running


async def test_ending_takes_the_whole_group(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    process = start("sh", "-c", f"sleep 100 & echo $! > {file}; wait")
    while not file.exists() or not file.read_text().strip():
        await asyncio.sleep(0.01)
    grandchild = int(file.read_text())
    assert await process.end() == -signal.SIGTERM
    assert not alive(grandchild)


async def test_what_ignores_term_is_killed_after_its_grace() -> None:
    reader, writer = os.pipe()
    process = start("sh", "-c", "trap '' TERM; echo; sleep 100", grace=0.2, stdout=writer)
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    assert await process.end() == -signal.SIGKILL


async def test_a_stopped_process_ends() -> None:
    process = start("sleep", "100")
    os.kill(process.pid, signal.SIGSTOP)
    assert await process.end() == -signal.SIGTERM


async def test_the_grace_can_be_shortened_while_it_runs() -> None:
    reader, writer = os.pipe()
    grace = Grace(60)
    process = Process.start(
        ["sh", "-c", "trap '' TERM; echo; sleep 100"], environ=dict(os.environ), grace=grace, stdout=writer
    )
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    ending = asyncio.get_running_loop().create_task(process.end())
    await asyncio.sleep(0.1)
    grace.seconds = 0
    assert await ending == -signal.SIGKILL


async def test_a_terminal_becomes_the_controlling_one() -> None:
    master, slave = os.openpty()
    process = Process.start(
        ["sh", "-c", "echo ok > /dev/tty"], environ=dict(os.environ), grace=Grace(), stdin=slave, terminal=True
    )
    async with process:
        assert await process.wait() == 0
    assert os.read(master, 10) == b"ok\r\n"
    os.close(master)
    os.close(slave)


async def test_what_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        start("/does/not/exist")
    (tmp_path / "plain").write_text("x")
    with pytest.raises(PermissionError):
        start(str(tmp_path / "plain"))
    for argv in ([], ["a\0b"], ["\ud800"]):
        with pytest.raises(Problem, match="protocol-error"):
            start(*argv)


async def test_many_short_processes_leave_nothing_behind() -> None:
    for _ in range(50):
        async with start("true") as process:
            assert await process.wait() == 0
