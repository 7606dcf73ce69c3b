"""Notes of what a back end does itself, for the case that it is killed over that: an upload into a volume.

A note is a job's record that nobody is shown while its process lives, and that is taken away at every other end; what a
killed back end leaves behind is told as an interrupted job then.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from plugins.machines.jobs.record import Job
from plugins.machines.jobs.request import Request
from plugins.machines.jobs.store import JobStore, in_thread, new_id
from plugins.machines.provider import Method

log = logging.getLogger(__name__)

NOTE_TIME = 5.0
"""Seconds that the disk has for a note: one that hangs holds up no upload."""


def is_note(job: Job) -> bool:
    """Whether it is one of something that its process is at."""
    return job.state == "running" and job.method == Method.VOLUME_UPLOAD


@asynccontextmanager
async def noted(store: JobStore, uri: str, key: str) -> AsyncIterator[None]:
    """While this lasts it is on record that the volume `key` is written into. A note that cannot be made keeps nobody.

    Where it ends well, what was left behind of the volume earlier is forgotten as well.
    """
    if uri.startswith("test:"):
        # The volume is in this process, and ends with it.
        yield
        return
    id_ = new_id()
    request = Request(id_, uri, "", Method.VOLUME_UPLOAD, key, key.partition("/")[2], {})
    try:
        async with asyncio.timeout(NOTE_TIME):
            await in_thread(store.write, id_, request.as_job())
    except (OSError, TimeoutError) as error:
        log.warning("nobody will hear of %s where its upload is interrupted: %s", key, str(error) or "the disk hangs")
    try:
        yield
    finally:
        await _tidy(store.remove, id_)
    await _tidy(settle, store, uri, key)


async def _tidy(what: Callable[..., None], *args: Any) -> None:
    try:
        async with asyncio.timeout(NOTE_TIME):
            await in_thread(what, *args)
    except TimeoutError:
        log.warning("the records of jobs cannot be tidied: the disk hangs")


def settle(store: JobStore, uri: str, key: str) -> None:
    """Forget what was left behind of the volume `key`: it is whole by now, or gone. Blocks."""
    for id_, job in store.read_all().items():
        if (job.uri, job.key, job.method, job.state) == (uri, key, Method.VOLUME_UPLOAD, "interrupted"):
            store.remove(id_)
