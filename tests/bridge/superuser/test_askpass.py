"""The place where programs ask for a password."""

import asyncio
import os
import socket
import stat
from pathlib import Path

import pytest

from bridge.superuser.askpass import QUESTION_MAX, Askpass


async def run(askpass: Askpass, *arguments: str) -> tuple[int | None, bytes]:
    process = await asyncio.create_subprocess_exec(
        askpass.program, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env={}
    )
    output, _ = await process.communicate()
    return process.returncode, output


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("s3cret", (0, b"s3cret\n")), ("ü 'q'", (0, "ü 'q'\n".encode())), ("", (1, b""))],
)
async def test_a_question(tmp_path: Path, answer: str, expected: tuple[int, bytes]) -> None:
    asked: list[str] = []

    async def ask(question: str) -> str:
        asked.append(question)
        return answer

    async with Askpass({"XDG_RUNTIME_DIR": str(tmp_path)}, ask) as askpass:
        folder = askpass.program.parent
        assert folder.parent == tmp_path
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert await run(askpass, "Password for", "ü:") == expected
    assert asked == ["Password for ü:"]
    assert not folder.exists()


async def test_questions_are_asked_one_after_the_other() -> None:
    asking = 0

    async def ask(question: str) -> str:
        nonlocal asking
        asking += 1
        assert asking == 1
        await asyncio.sleep(0.01)
        asking -= 1
        return question

    async with Askpass({}, ask) as askpass:
        assert await asyncio.gather(*(run(askpass, f"{n}") for n in range(3))) == [(0, b"%d\n" % n) for n in range(3)]


async def test_the_end_refuses_who_waits() -> None:
    asked = asyncio.Event()

    async def ask(question: str) -> str:
        asked.set()
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async with Askpass({}, ask) as askpass:
        running = asyncio.get_running_loop().create_task(run(askpass, "?"))
        await asked.wait()
    assert (await running)[0] == 1


async def test_a_question_that_is_too_long() -> None:
    async def ask(question: str) -> str:
        raise AssertionError(question)

    async with Askpass({}, ask) as askpass:
        assert (await run(askpass, "?" * (QUESTION_MAX + 1)))[0] == 1


async def test_another_user_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(question: str) -> str:
        raise AssertionError(question)

    async with Askpass({}, ask) as askpass:
        monkeypatch.setattr("bridge.superuser.askpass._peer_uid", lambda writer: os.getuid() + 1)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(askpass.program.with_name("socket")))
            client.setblocking(False)
            assert await asyncio.get_running_loop().sock_recv(client, 100) == b""
