"""What volumes hold, through libvirt-python's streams.

It goes up in one stream, which takes no more than libvirt does. It comes down in portions, a stream for each: libvirt's
client keeps whatever a stream brings, and so would keep a volume in memory for a reader that is slow.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from bridge.protocol import Problem
from plugins.machines.provider import Kind
from plugins.machines.providers.libvirt_objects import find

_CHUNK = 256 * 1024

Call = Callable[[Callable[[Any], Any]], Awaitable[Any]]
"""Has a function of the connection run in a thread, one at a time."""


async def send(call: Call, key: str, length: int, content: AsyncIterator[bytes]) -> None:
    """See `Provider.upload`."""
    stream = await call(lambda connection: _opened(connection, key, length))
    try:
        async for chunk in content:
            await call(lambda _, data=chunk: _send_all(stream, data))  # type: ignore[misc]
        await call(lambda _: stream.finish())
    except BaseException:
        with suppress(Problem):
            await call(lambda _: stream.abort())
        raise


def _opened(connection: Any, key: str, length: int) -> Any:
    stream = connection.newStream()
    find(connection, Kind.VOLUME, key).upload(stream, 0, length)
    return stream


def _send_all(stream: Any, data: bytes) -> None:
    while data:
        data = data[stream.send(data) :]


def read_volume(connection: Any, key: str, offset: int, length: int) -> bytes:
    """See `Provider.download`."""
    stream = connection.newStream()
    find(connection, Kind.VOLUME, key).download(stream, offset, length)
    content = bytearray()
    try:
        while chunk := stream.recv(_CHUNK):
            content += chunk
    except BaseException:
        with suppress(Exception):
            stream.abort()
        raise
    stream.finish()
    return bytes(content)
