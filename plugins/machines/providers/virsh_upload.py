"""A file that is being written, given to a command of virsh: through a named pipe in our own folder."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from bridge.processes.pipe import Pipe
from plugins.machines.providers.virsh_process import DATA, Answer, VirshProcess

_POLL = 0.01
"""Seconds between two looks whether virsh has opened its end: nothing tells."""


async def feed(process: VirshProcess, command: Callable[[str], str], content: AsyncIterator[bytes]) -> Answer:
    """The answer to the `command` that reads the file it is told, which holds what `content` brings.

    Where `content` fails, or this is cancelled, virsh is ended.
    """
    path = process.path(DATA)
    os.mkfifo(path, 0o600)
    try:
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(_write(path, content))
            (answer,) = await process.run([command(path)], limit=None)
            writing.cancel()
        return answer
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def _write(path: str, content: AsyncIterator[bytes]) -> None:
    pipe = Pipe(await _opened(path))
    try:
        # Who reads says itself why it does not any more.
        with suppress(BrokenPipeError):
            async for chunk in content:
                await pipe.write(chunk)
    finally:
        pipe.close()


async def _opened(path: str) -> int:
    """The end to write to, once somebody reads: an end that was closed before would keep virsh waiting for ever."""
    while True:
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        await asyncio.sleep(_POLL)
