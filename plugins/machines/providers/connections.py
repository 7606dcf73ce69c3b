"""The watchers of this process: one per URI and provider, shared by all channels on it, ended with the last of them."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from bridge.protocol import Problem
from plugins.machines.provider import Kind, Listener, Provider
from plugins.machines.providers.choice import PROVIDER_SETTING, Choice, choose_provider, installed_providers
from plugins.machines.providers.further_providers import further_provider
from plugins.machines.state.watcher import Watcher

PROBE_TIME = 5.0
"""Seconds for a connection to say whether it can be made."""


@dataclass(slots=True)
class _Shared:
    watcher: Watcher
    task: asyncio.Task[None]
    users: int = 0
    ending: bool = False


class Connections:
    """Whom to ask for the watcher of a connection."""

    def __init__(self) -> None:
        self._shared: dict[tuple[str, str], _Shared] = {}

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
                await self._ended(_key(choice), shared)

    async def _started(self, choice: Choice) -> _Shared:
        # libvirt takes each kind of event callback once for a connection, and the demo's connection outlives its
        # watchers: so a new watcher waits for the end of the old one.
        while (shared := self._shared.get(_key(choice))) is not None and shared.ending:
            await self._ended(_key(choice), shared)
        if shared is None:
            watcher = Watcher(choice, open_provider)
            task = asyncio.get_running_loop().create_task(watcher.run(), name=f"watch {choice.uri}")
            shared = self._shared[_key(choice)] = _Shared(watcher, task)
        return shared

    async def _ended(self, key: tuple[str, str], shared: _Shared) -> None:
        await asyncio.wait({shared.task})
        if self._shared.get(key) is shared:
            del self._shared[key]


def _key(choice: Choice) -> tuple[str, str]:
    return choice.uri, choice.provider


def warm_up(environ: Mapping[str, str]) -> None:
    """Import what the first connection will need, as far as that is known before somebody asks for one."""
    wanted = environ.get(PROVIDER_SETTING) or next(iter(installed_providers(environ)), "")
    if wanted == "libvirt-python":
        # Who opens a connection hears of it.
        with suppress(ImportError):
            import plugins.machines.providers.libvirt_python  # noqa: F401


async def open_provider(choice: Choice, listener: Listener) -> Provider:
    """A provider for a connection, of the kind that was asked for or is installed."""
    if not choice.provider and (opening := further_provider(choice.uri)):
        return await opening(choice.uri, listener)
    name = choose_provider(choice, installed_providers(os.environ), root=os.geteuid() == 0)
    if name == "libvirt-python":
        from plugins.machines.providers.libvirt_python import LibvirtPython

        return await _opened_or_looked_at(LibvirtPython.open, choice.uri, listener)
    if name == "libvirt-dbus":
        from plugins.machines.providers.dbus_provider import LibvirtDbus

        return await LibvirtDbus.open(choice.uri, listener)
    from plugins.machines.providers.virsh_provider import Virsh

    return await _opened_or_looked_at(Virsh.open, choice.uri, listener)


class _Open(Protocol):
    """How a provider that can be read-only is opened."""

    def __call__(self, uri: str, listener: Listener, *, readonly: bool = False) -> Awaitable[Provider]: ...


async def _opened_or_looked_at(opening: _Open, uri: str, listener: Listener) -> Provider:
    """An open provider, read-only where libvirt does not let this user do more."""
    try:
        return await opening(uri, listener)
    except Problem as problem:
        if problem.code != "access-denied":
            raise
        denied = problem
    with suppress(Problem):
        return await opening(uri, listener, readonly=True)
    raise denied


async def probe(uri: str) -> str:
    """Whether `uri` answers: an empty string, else the sentence that says why not."""
    try:
        async with asyncio.timeout(PROBE_TIME):
            provider = await open_provider(Choice(uri), Deaf())
    except TimeoutError:
        return f"libvirt did not answer within {PROBE_TIME:g} seconds"
    except Problem as problem:
        return problem.message
    await provider.close()
    return ""


class Deaf(Listener):
    """A listener that nothing interests."""

    def changed(self, kind: Kind, key: str) -> None: ...

    def closed(self, reason: str) -> None: ...
