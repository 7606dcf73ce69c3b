"""A reverse proxy with TLS before a console, as right or as wrong as administrators set them up."""

import asyncio
import re
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Self

HEAD_MAX = 64 * 1024


class ReverseProxy:
    """`async with ReverseProxy(port, ...)`: one request per connection, on a free port of loopback, at `url`.

    `add` are headers that requests get, in place of those that they have; `drop` are headers that go neither way.
    """

    def __init__(
        self,
        port: int,
        context: ssl.SSLContext | None = None,
        add: Mapping[str, str] | None = None,
        drop: Sequence[str] = (),
    ) -> None:
        self._port = port
        self._context = context
        self._add = dict(add or {})
        self._dropped = {name.lower() for name in (*drop, *self._add, "connection")}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context, limit=HEAD_MAX)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(OSError, asyncio.IncompleteReadError):
            behind, to_behind = await asyncio.open_connection("127.0.0.1", self._port, limit=HEAD_MAX)
            try:
                await self._pass_head(reader, to_behind, self._add)
                await self._pass_head(behind, writer, {})
                await asyncio.gather(_pipe(reader, to_behind), _pipe(behind, writer))
            finally:
                to_behind.transport.abort()
                writer.transport.abort()

    async def _pass_head(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, add: Mapping[str, str]
    ) -> None:
        start, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip("\r\n").split("\r\n")
        is_upgrade = (
            any(re.match("upgrade:", field, re.IGNORECASE) for field in fields) and "upgrade" not in self._dropped
        )
        kept = [field for field in fields if field.partition(":")[0].lower() not in self._dropped]
        added = [f"{name}: {value}" for name, value in add.items()]
        connection = f"Connection: {'Upgrade' if is_upgrade else 'close'}"
        writer.write("\r\n".join([start, *kept, *added, connection, "", ""]).encode("latin-1"))
        await writer.drain()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof() if writer.can_write_eof() else writer.close()
