"""`fsread1` on the wire."""

import os
from pathlib import Path

import pytest

from bridge.blocks import BLOCK_SIZE, WIDE_BLOCK
from bridge.channel import SEND_WINDOW
from bridge.channels.fsread1 import MAX_READ_SIZE
from bridge.files.tags import tag_of
from bridge.protocol import Data
from bridge.testing import Wire


async def test_a_file_and_its_tag(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 100_000)
    wire.open("c", "fsread1", path=str(file), binary="raw")
    await wire.expect("ready", "c", **{"size-hint": 100_000})
    data, close = await wire.until("close", "c")
    assert data == b"x" * 100_000
    assert close["tag"] == tag_of(file.stat())


async def test_what_comes_after_the_first_window_is_in_wide_blocks(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * (SEND_WINDOW + 10 * WIDE_BLOCK))
    wire.open("c", "fsread1", path=str(tmp_path / "file"), binary="raw")
    await wire.expect("ready", "c")
    sizes = []
    while isinstance(event := await wire.next("c"), Data):
        sizes.append(len(event.payload))
    assert sizes == [BLOCK_SIZE] * (SEND_WINDOW // BLOCK_SIZE) + [WIDE_BLOCK] * 10


async def test_a_file_that_is_not_there(wire: Wire) -> None:
    wire.open("c", "fsread1", path="/does/not/exist")
    await wire.expect("done", "c")
    assert (await wire.expect("close", "c", tag="-")).get("problem") is None


async def test_text_leaves_out_what_is_no_text(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes("a\0ü".encode() + b"\xff" + b"b")
    wire.open("c", "fsread1", path=str(file))
    assert "size-hint" not in await wire.expect("ready", "c")
    assert (await wire.until("close", "c"))[0] == "aüb".encode()


async def test_a_character_across_blocks_is_whole(wire: Wire, tmp_path: Path) -> None:
    text = "x" + "ü" * 20_000
    (tmp_path / "file").write_text(text)
    wire.open("c", "fsread1", path=str(tmp_path / "file"))
    data, _ = await wire.until("close", "c")
    assert data.decode() == text


@pytest.mark.parametrize(
    ("options", "members"),
    [
        ({"path": "/etc"}, {"problem": "internal-error", "message": "[Errno 21] Is a directory: '/etc'"}),
        ({"path": "relative"}, {"problem": "protocol-error"}),
        ({"path": "/a\0b"}, {"problem": "protocol-error"}),
        ({"path": ""}, {"problem": "protocol-error"}),
        ({"path": "/etc/../etc/passwd"}, {"problem": "protocol-error"}),
        ({}, {"problem": "protocol-error", "message": "attribute 'path' required"}),
        (
            {"path": "/etc/passwd", "max_read_size": "x"},
            {"problem": "protocol-error", "message": "attribute 'max_read_size': must have type int"},
        ),
        ({"path": "/etc/passwd", "max_read_size": 3}, {"problem": "too-large"}),
    ],
)
async def test_faults(wire: Wire, options: dict[str, object], members: dict[str, str]) -> None:
    wire.open("c", "fsread1", **options)
    await wire.expect("close", "c", **members)


async def test_an_endless_file_ends_at_the_limit(wire: Wire) -> None:
    wire.open("c", "fsread1", path="/dev/zero", binary="raw")
    await wire.expect("ready", "c")
    data, close = await wire.until("close", "c")
    assert close["problem"] == "too-large"
    assert len(data) <= MAX_READ_SIZE


async def test_a_fifo_without_a_writer_freezes_nothing(wire: Wire, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    wire.open("c", "fsread1", path=str(tmp_path / "fifo"))
    wire.open("e", "echo")
    await wire.expect("ready", "e")
    await wire.until("close", "c")


@pytest.mark.parametrize("size", [1, BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1])
@pytest.mark.parametrize("options", [{"binary": "raw"}, {}])
async def test_a_file_of_about_a_block(wire: Wire, tmp_path: Path, size: int, options: dict[str, str]) -> None:
    """Up to a block it is sent at once, past it by a task: on the wire that is the same."""
    file = tmp_path / "file"
    file.write_bytes(b"x" * size)
    wire.open("c", "fsread1", path=str(file), **options)
    assert await wire.expect("ready", "c") == {"command": "ready", "channel": "c"} | (
        {"size-hint": size} if options else {}
    )
    data, close = await wire.until("close", "c")
    assert data == b"x" * size
    assert close == {"command": "close", "channel": "c", "tag": tag_of(file.stat())}
