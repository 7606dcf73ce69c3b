"""libvirt's events through `virsh event` and its likes, each a process of its own, told to a listener."""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping

from bridge.processes.grace import Grace
from bridge.processes.pipe import Pipe
from bridge.processes.process import Process
from bridge.protocol import Problem
from plugins.machines.provider import Kind, Listener
from plugins.machines.providers.virsh_answers import changed_domain
from plugins.machines.providers.virsh_process import in_c

log = logging.getLogger(__name__)

_COMMANDS = {
    Kind.DOMAIN: "uri; event --all --loop",
    Kind.NETWORK: "uri; net-event --event lifecycle --loop",
    Kind.POOL: "uri; pool-event --event lifecycle --loop",
}
"""Node devices are left to the resync: a fourth process for what changes when hardware is plugged in is too much."""
LINE_MAX = 64 * 1024
"""Bytes of one event; virsh prints each on a line."""
_GRACE = 0.5
_LOST = "error: Disconnected from "
_REFUSED = "error: "
_PAUSE = 1.0
"""Seconds before an event process that died is started again."""
_READY_MAX = 5.0
"""Seconds that a process may take to connect before it is not waited for."""
_UNHEARD = 0.5
"""Seconds after which everything is looked at: between connecting and listening something may have happened."""


class VirshEvents:
    """The event processes of one connection; `start` them, and `close` when done.

    `names` are the UUIDs by name that are known now: events come with names. A process that dies is started again, and
    everything of its kind counts as changed; one that says that libvirt ended the connection ends it for the listener.
    """

    def __init__(
        self, uri: str, environ: Mapping[str, str], listener: Listener, names: Callable[[], Mapping[str, str]]
    ) -> None:
        self._argv = ("virsh", "--quiet", f"--connect={uri}")
        self._environ = in_c(environ)
        self._listener: Listener | None = listener
        self._names = names
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = {kind: asyncio.Event() for kind in _COMMANDS}
        self.pids: dict[Kind, int] = {}
        """The processes that run."""

    async def start(self) -> None:
        """Start the processes, and wait until they listen or take too long."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._keep(kind, command)) for kind, command in _COMMANDS.items()]
        ready = [loop.create_task(event.wait()) for event in self._ready.values()]
        try:
            await asyncio.wait(ready, timeout=_READY_MAX)
        finally:
            for task in ready:
                task.cancel()
            await asyncio.wait(ready)

    async def close(self) -> None:
        """End the processes; the listener is not called any more."""
        self._listener = None
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _keep(self, kind: Kind, command: str) -> None:
        try:
            while await self._listen(kind, command):  # noqa: ASYNC110 - it waits for its process
                await asyncio.sleep(_PAUSE)
        except (OSError, Problem) as error:
            log.warning("cannot listen to the events of libvirt: %s", error)
        finally:
            self._ready[kind].set()

    async def _listen(self, kind: Kind, command: str) -> bool:
        """Listen until the process ends; whether to start it again."""
        self._ready[kind].clear()
        ours, theirs = os.pipe()
        pipe = Pipe(ours)
        try:
            try:
                process = Process.start(
                    [*self._argv, command],
                    environ=self._environ,
                    grace=Grace(_GRACE),
                    stdout=theirs,
                    stderr=theirs,
                )
            finally:
                os.close(theirs)
            try:
                self.pids[kind] = process.pid
                return await self._hear(pipe, kind)
            finally:
                self.pids.pop(kind, None)
                await process.end()
        finally:
            pipe.close()

    async def _hear(self, pipe: Pipe, kind: Kind) -> bool:
        waiting = b""
        while chunk := await pipe.read(LINE_MAX):
            *complete, waiting = (waiting + chunk).split(b"\n")
            for line in complete:
                text = line.decode(errors="replace")
                if text.startswith(_LOST):
                    self._end(f"libvirt ended the connection ({text.rpartition(' due to ')[2]})")
                    return False
                if text.startswith(_REFUSED):
                    log.info("no events of kind %s: %s", kind, text)
                    return False
                self._hear_line(kind, text)
            if len(waiting) > LINE_MAX:
                waiting = b""
                self._tell(kind, "")
        return True

    def _hear_line(self, kind: Kind, line: str) -> None:
        if not self._ready[kind].is_set() and not line.startswith("event '"):
            # The answer to `uri`: it is connected, and listens next.
            self._ready[kind].set()
            asyncio.get_running_loop().call_later(_UNHEARD, self._tell, kind, "")
        elif kind is not Kind.DOMAIN:
            if line.startswith("event '"):
                self._tell(kind, "")
        elif (key := changed_domain(line, self._names())) is not None:
            self._tell(kind, key)

    def _tell(self, kind: Kind, key: str) -> None:
        if self._listener is not None:
            self._listener.changed(kind, key)

    def _end(self, reason: str) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.closed(reason)
