"""`/LoginMessages` (reference 7.9)."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.internal.login_messages import DESCRIPTOR, read_messages
from bridge.testing import open_wire

WHERE = ("/LoginMessages", "cockpit.LoginMessages")


async def test_without_messages(talk: Callable[..., Any], environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        assert await (await talk(wire)).call(*WHERE, "Get") == {"reply": [["{}"]]}


async def test_messages_until_they_are_dismissed(talk: Callable[..., Any], environ: dict[str, str]) -> None:
    fd = os.memfd_create("messages")
    os.write(fd, b'{"fail-count": 3}')
    async with open_wire({**environ, DESCRIPTOR: str(fd)}) as wire:
        bus = await talk(wire)
        for _ in range(2):
            assert await bus.call(*WHERE, "Get") == {"reply": [['{"fail-count": 3}']]}
        await bus.call(*WHERE, "Dismiss")
        assert await bus.call(*WHERE, "Get") == {"reply": [["{}"]]}
    os.close(fd)


@pytest.mark.parametrize("content", ["", "[]", '{"a":', "\udcff"])
def test_what_is_no_message(tmp_path: Path, content: str) -> None:
    (tmp_path / "file").write_bytes(content.encode(errors="surrogateescape"))
    with (tmp_path / "file").open("rb") as stream:
        assert read_messages({DESCRIPTOR: str(stream.fileno())}) == "{}"


@pytest.mark.parametrize("number", ["", "-1", "x", "1_0", "99999", "999999999999", "0"])
def test_numbers_that_are_none_of_ours(number: str) -> None:
    with Path(os.devnull).open() as stream:
        assert read_messages({DESCRIPTOR: number if number != "0" else str(stream.fileno())}) == "{}"
