"""Reports of watched paths."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bridge.files.reports import PENDING_MAX, Reports
from bridge.files.tags import tag_of
from bridge.protocol import JsonObject

if TYPE_CHECKING:
    from bridge.channel import Channel


class Client:
    """What a channel is to reports: takes messages, and is done some time."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[JsonObject] = asyncio.Queue()
        self.times: list[float] = []
        self.done = asyncio.Event()

    async def write(self, payload: bytes) -> None:
        self.times.append(asyncio.get_running_loop().time())
        self.messages.put_nowait(json.loads(payload))

    async def wait_done(self) -> None:
        await self.done.wait()

    async def next(self) -> JsonObject:
        async with asyncio.timeout(10):
            return await self.messages.get()

    async def until(self, **members: str) -> list[JsonObject]:
        got = [await self.next()]
        while got[-1] | members != got[-1]:
            got.append(await self.next())
        return got


@asynccontextmanager
async def reports_of(path: Path) -> AsyncIterator[Client]:
    client = Client()
    with Reports(str(path)) as reports:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(reports.send_to(cast("Channel", client)))
            yield client
            client.done.set()


async def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    async with reports_of(file) as client:
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY))
        created = await client.next()
        assert created == {"event": "created", "path": str(file), "tag": tag_of(file.stat()), "type": "file"}
        file.write_text("x")
        assert (await client.until(event="done-hint"))[-1] == {
            "event": "done-hint",
            "path": str(file),
            "tag": tag_of(file.stat()),
        }
        file.chmod(0o600)
        await client.until(event="attribute-changed")
        file.unlink()
        assert await client.next() == {"event": "deleted", "path": str(file), "tag": "-"}
        assert client.messages.empty()


async def test_entries_of_a_directory(tmp_path: Path) -> None:
    async with reports_of(tmp_path) as client:
        (tmp_path / "dir").mkdir()
        created = await client.next()
        assert (created["event"], created["path"], created["type"]) == ("created", str(tmp_path / "dir"), "directory")
        (tmp_path / "dir").rename(tmp_path / "other")
        assert (await client.next())["event"] == "deleted"
        assert (await client.next())["path"] == str(tmp_path / "other")


async def test_a_flood_is_merged(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    loop = asyncio.get_running_loop()
    async with reports_of(file) as client:
        began = loop.time()
        with file.open("w") as stream:
            while loop.time() < began + 1.5:
                stream.write("x")
                stream.flush()
                await asyncio.sleep(0)
        await client.until(event="done-hint", tag=tag_of(file.stat()))
    assert len(client.times) > 5
    for i, time in enumerate(client.times):
        assert sum(time <= other < time + 1 for other in client.times[i:]) <= 10


async def test_too_many_entries_become_one_change_of_the_directory(tmp_path: Path) -> None:
    async with reports_of(tmp_path) as client:
        for i in range(PENDING_MAX * 2):
            (tmp_path / str(i)).mkdir()
        got = await client.until(event="changed", path=str(tmp_path))
    assert len(got) < PENDING_MAX
