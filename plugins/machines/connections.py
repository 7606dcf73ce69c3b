"""The watchers of this process: one per URI, shared by every channel that looks at it, ended with the last of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bridge.protocol import Problem
from plugins.machines.choice import Choice
from plugins.machines.provider import Listener, Provider
from plugins.machines.watcher import Watcher


@dataclass(slots=True)
class _Shared:
    watcher: Watcher
    task: asyncio.Task[None]
    users: int = 0
    ending: bool = False


class Connections:
    """Whom to ask for the watcher of a connection."""

    def __init__(self) -> None:
        self._shared: dict[str, _Shared] = {}

    @asynccontextmanager
    async def use(self, choice: Choice) -> AsyncIterator[Watcher]:
        """The watcher of `choice`, running; the first user starts it and the last one ends it."""
        shared = await self._started(choice)
        shared.users += 1
        try:
            yield shared.watcher
        finally:
            shared.users -= 1
            if not shared.users:
                shared.ending = True
                shared.task.cancel()
                await self._ended(choice.uri, shared)

    async def _started(self, choice: Choice) -> _Shared:
        # libvirt takes each kind of event callback once for a connection, and the demo's connection outlives its
        # watchers: so a new watcher waits for the end of the old one.
        while (shared := self._shared.get(choice.uri)) is not None and shared.ending:
            await self._ended(choice.uri, shared)
        if shared is None:
            watcher = Watcher(choice, open_provider)
            task = asyncio.get_running_loop().create_task(watcher.run(), name=f"watch {choice.uri}")
            shared = self._shared[choice.uri] = _Shared(watcher, task)
        return shared

    async def _ended(self, uri: str, shared: _Shared) -> None:
        await asyncio.wait({shared.task})
        if self._shared.get(uri) is shared:
            del self._shared[uri]


async def open_provider(uri: str, listener: Listener) -> Provider:
    """A provider for `uri`, of the kind that is installed."""
    try:
        from plugins.machines.libvirt_python import LibvirtPython
    except ImportError:
        raise Problem("not-supported", _NO_BINDING) from None
    return await LibvirtPython.open_or_look(uri, listener)


async def probe(uri: str) -> str:
    """Whether `uri` answers: an empty string, else the sentence that says why not."""
    try:
        from plugins.machines import libvirt_python
    except ImportError:
        return _NO_BINDING
    return await libvirt_python.probe(uri)


_NO_BINDING = "The Python module libvirt (libvirt-python) is not installed on this computer"
