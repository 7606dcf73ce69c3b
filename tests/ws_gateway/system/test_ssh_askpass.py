"""The executable is run as ssh runs it."""

import select
import socket
import subprocess

import pytest

from ws_gateway.system.ssh_askpass import QUESTION_MAX, SshAskpass


def ask(askpass: SshAskpass, *words: str) -> tuple[int, bytes]:
    process = subprocess.Popen([askpass.program, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert select.select([askpass], [], [], 20)[0]
    askpass.answer()
    said, _ = process.communicate(timeout=20)
    return process.returncode, said


def test_a_question_is_answered_or_not_and_nothing_stays() -> None:
    asked: list[str] = []
    given = bytearray("päss".encode())

    def answer(question: str) -> bytearray | None:
        asked.append(question)
        return given if len(asked) == 1 else None

    with SshAskpass(answer) as askpass:
        folder = askpass.program.parent
        assert folder.stat().st_mode & 0o077 == 0
        assert ask(askpass, "Password", "for", "anna:") == (0, "päss\n".encode())
        assert given == bytes(5)
        assert ask(askpass, "And now?") == (1, b"")
    assert asked == ["Password for anna:", "And now?"]
    assert not folder.exists()


def test_who_says_too_much_or_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_gateway.system.ssh_askpass.QUESTION_TIME", 0.1)
    with SshAskpass(lambda _question: pytest.fail("it was asked")) as askpass:
        for said in (b"x" * (QUESTION_MAX + 1), b""):
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(str(askpass.program.with_name("socket")))
                one.sendall(said)
                askpass.answer()
                assert one.recv(10) == b""
