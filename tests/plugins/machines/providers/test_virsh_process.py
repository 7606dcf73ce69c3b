import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.protocol import Problem
from plugins.machines.providers import virsh_process as module
from plugins.machines.providers.virsh_process import TEXT, Answer, VirshProcess, in_c, quoted

TEST = "6695eb01-f6a4-8304-79aa-97f2502e193f"
"""The domain that test:///default begins with."""


@pytest.fixture
async def virsh() -> AsyncIterator[VirshProcess]:
    process = VirshProcess("test:///default", readonly=False, environ=os.environ)
    yield process
    await process.close()


async def test_answers_come_in_the_order_of_the_commands(virsh: VirshProcess) -> None:
    assert await virsh.run(["echo one", f"domname {TEST}", "echo"]) == [
        Answer("one"),
        Answer("test\n"),
        Answer(""),
    ]
    assert await virsh.run([]) == []


async def test_an_error_is_of_its_command_and_the_next_one_runs(virsh: VirshProcess) -> None:
    first, second = await virsh.run([f"start {TEST}", "echo on"])
    assert first.error == "Domain is already active"
    assert second == Answer("on")


@pytest.mark.parametrize("command", ["rubbish", f"start {TEST} --rubbish"])
async def test_what_this_virsh_does_not_know_is_an_answer_too(virsh: VirshProcess, command: str) -> None:
    with pytest.raises(Problem, match="not-supported: "):
        await virsh.run(["echo one", command])
    assert await virsh.run(["echo on"]) == [Answer("on")]


async def test_it_is_one_process_however_many_ask(virsh: VirshProcess) -> None:
    answers = await asyncio.gather(*(virsh.run([f"echo {number}"]) for number in range(20)))
    assert [answer.output for (answer,) in answers] == [str(number) for number in range(20)]
    pid = virsh.pid
    await virsh.run(["echo"])
    assert virsh.pid == pid


async def test_names_are_one_word_whatever_they_are(virsh: VirshProcess) -> None:
    words = [
        "1",
        "-rf",
        "$(id)",
        "a b",
        "ü",
        "🐧",
        "a'b\"<&>;#\\",
        "--err",
        "",
        "x" * 5000,
        "!!",
        "`id`",
        "é\u00a0\u2028",
    ]
    answers = await virsh.run([f"echo --string={quoted(word)}" for word in words])
    assert [answer.output for answer in answers] == words


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(words=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=20, max_size=20))
async def test_any_text_is_one_word(words: list[str], virsh: VirshProcess) -> None:
    answers = await virsh.run([f"echo --string={quoted(word)}" for word in words])
    assert [answer.output for answer in answers] == words


@pytest.mark.parametrize("text", ["a\nquit", "\t", "\x1b[A", "\x7f", "\0", "\x01"])
def test_keys_of_the_line_editor_are_refused(text: str) -> None:
    with pytest.raises(Problem, match="not-supported: virsh cannot be given"):
        quoted(text)


async def test_a_dead_virsh_is_started_again(virsh: VirshProcess) -> None:
    await virsh.run(["echo"])
    first = virsh.pid
    os.kill(first, signal.SIGKILL)
    with suppress(Problem):
        # It may be gone before it is asked or while; one line is lost at most.
        await virsh.run(["echo lost"])
    assert await virsh.run(["echo found"]) == [Answer("found")]
    assert virsh.pid != first


async def test_a_hung_virsh_is_given_up_and_started_again(virsh: VirshProcess) -> None:
    await virsh.run(["echo"])
    os.kill(virsh.pid, signal.SIGSTOP)
    with pytest.raises(Problem, match=r"timeout: libvirt did not answer within 0\.2 seconds"):
        await virsh.run(["echo"], limit=0.2)
    assert await virsh.run(["echo back"]) == [Answer("back")]


async def test_one_that_says_too_much_is_ended(virsh: VirshProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OUTPUT_MAX", 10_000)
    with pytest.raises(Problem, match="too-large"):
        await virsh.run([f"dumpxml {TEST}"] * 50)
    assert await virsh.run(["echo back"]) == [Answer("back")]


async def test_a_connection_that_cannot_be_made_says_why() -> None:
    process = VirshProcess("qemu+unix:///system?socket=/nonexistent/sock", readonly=False, environ=os.environ)
    with pytest.raises(Problem, match=r"disconnected: .*No such file or directory"):
        await process.run(["uri"])
    await process.close()


async def test_without_virsh_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    process = VirshProcess("test:///default", readonly=False, environ={"PATH": str(tmp_path)})
    with pytest.raises(Problem, match="not-supported: virsh cannot be started"):
        await process.run(["uri"])
    await process.close()


async def test_our_files_are_private_and_go_with_it() -> None:
    process = VirshProcess("test:///default", readonly=False, environ=os.environ)
    path = Path(process.path(TEXT))
    await process.run([f"desc {TEST} --title --edit"], files={TEXT: "a title"})
    assert (path.read_text(), path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (
        "a title",
        0o600,
        0o700,
    )
    (answer,) = await process.run([f"desc {TEST} --title"])
    assert answer.output.strip() == "a title"
    await process.close()
    assert not path.parent.exists()
    with pytest.raises(Problem, match="disconnected: The connection to libvirt is closed"):
        await process.run(["uri"])


async def test_it_leaves_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    process = VirshProcess("test:///default", readonly=False, environ=environ)
    await process.run(["echo secret"])
    running = process._running
    assert running is not None
    running._input.close()
    assert await running.process.wait() == 0, "it came to its own end, which is when it would write"
    await process.close()
    assert not any("secret" in path.read_text() for path in tmp_path.rglob("*") if path.is_file())


def test_sentences_are_english_and_names_utf8() -> None:
    environ: dict[str, Any] = {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de", "LANG": "de_DE.UTF-8", "HOME": "/x"}
    assert in_c(environ) == {"HOME": "/x", "LANG": "C", "LC_CTYPE": "C.UTF-8"}
