import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.protocol import Problem
from plugins.machines.providers.virsh_process import VirshProcess, quoted
from plugins.machines.providers.virsh_upload import feed


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def broken() -> AsyncIterator[bytes]:
    yield b"x"
    raise Problem("terminated", "it broke")


@pytest.fixture
async def process() -> AsyncIterator[VirshProcess]:
    made = VirshProcess("test:///default", readonly=False, environ=os.environ)
    yield made
    await made.close()


async def test_the_command_reads_what_comes_and_its_end(process: VirshProcess) -> None:
    answer = await feed(
        process, lambda file: f"define --file={quoted(file)}", pieces(b"<domain type='test'>", b"</domain>")
    )
    assert "missing" in answer.error, "libvirt has read the document"


async def test_nothing_at_all_ends_as_well(process: VirshProcess) -> None:
    answer = await feed(process, lambda file: f"define --file={quoted(file)}", pieces())
    assert answer.error


async def test_a_command_that_reads_nothing_is_not_waited_for(process: VirshProcess) -> None:
    answer = await feed(process, lambda _: "domname --domain=none", pieces(b"x" * 1_000_000))
    assert "failed to get domain" in answer.error


async def test_what_breaks_ends_virsh(process: VirshProcess) -> None:
    with pytest.raises(Problem, match="it broke"):
        await feed(process, lambda file: f"define --file={quoted(file)}", broken())
    assert process.pid == 0
    assert Path(process.path("data")).exists()
