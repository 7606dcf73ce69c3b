"""`libvirt1`: the virtual machines of one connection as a published state, and what can be done with them."""

import asyncio
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from bridge.protocol import JsonObject, Problem
from bridge.rpc import RpcChannel, method
from plugins.machines.choice import Host, choose
from plugins.machines.connections import Connections, probe
from plugins.machines.provider import DomainAction

if TYPE_CHECKING:
    from plugins.machines.watcher import Watcher

INTERVAL_MIN, INTERVAL_MAX = 500, 3_600_000
"""Bounds of `interval`, in milliseconds."""
_PARTS_MAX = 16
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_connections = Connections()


class LibvirtChannel(RpcChannel):
    """`libvirt1`: see the module.

    The state has `connection` (uri, status, message, demo, hypervisor, …), `capabilities` (for each method true or the
    sentence that says why not) and the parts asked for; `domains` maps UUIDs to summaries. While `interval` is not 0,
    `sample` brings every so many milliseconds for each running domain the percentage of its virtual CPUs in use and the
    bytes of its memory in use. The first load is complete when all is there, or when the connection said why not.
    """

    payload = "libvirt1"

    @dataclass(frozen=True, slots=True)
    class Options:
        """An empty `uri` leaves the choice of the connection to the back end."""

        uri: str = ""
        parts: list[Literal["domains"]] = field(default_factory=lambda: ["domains"])
        interval: int = 0

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._watcher: Watcher | None = None
        self._parts: frozenset[str] = frozenset()

    async def run(self, options: Options) -> None:
        """See `Channel.run`."""
        _check(options)
        self._parts = frozenset({"connection", "capabilities", *options.parts})
        environ = self.context.environ
        choice = await choose(options.uri, environ, Host.look(environ), probe)
        async with AsyncExitStack() as stack:
            self._watcher = watcher = await stack.enter_async_context(_connections.use(choice))
            self.ready()
            stack.enter_context(watcher.inventory.follow(self._pass_on))
            for piece in watcher.inventory.pieces():
                self._pass_on(piece)
                await asyncio.sleep(0)
            await watcher.settled.wait()
            self.loaded()
            if options.interval:
                await stack.enter_async_context(watcher.sample(options.interval, self.sample))
            await self.serve()

    @method
    async def domain_start(self, key: str) -> None:
        """Start it; from its managed save where it has one."""
        await self._act(DomainAction.START, key)

    @method
    async def domain_shutdown(self, key: str) -> None:
        """Ask the guest to shut down; it may take its time, or refuse."""
        await self._act(DomainAction.SHUTDOWN, key)

    @method
    async def domain_destroy(self, key: str) -> None:
        """Turn it off at once; what the guest has not written to disk is lost."""
        await self._act(DomainAction.DESTROY, key)

    @method
    async def domain_suspend(self, key: str) -> None:
        """Stop its virtual CPUs; its memory stays."""
        await self._act(DomainAction.SUSPEND, key)

    @method
    async def domain_resume(self, key: str) -> None:
        """Let a paused one go on."""
        await self._act(DomainAction.RESUME, key)

    @method
    async def domain_reboot(self, key: str) -> None:
        """Ask the guest to reboot."""
        await self._act(DomainAction.REBOOT, key)

    @method
    async def domain_reset(self, key: str) -> None:
        """Reset its hardware at once; what the guest has not written to disk is lost."""
        await self._act(DomainAction.RESET, key)

    async def _act(self, action: DomainAction, key: str) -> None:
        if not _UUID.fullmatch(key):
            raise Problem("protocol-error", f"attribute 'key': must be a UUID in lower case, not {key!r:.60}")
        if self._watcher is None:
            raise Problem("disconnected", "The channel is not set up yet")
        await self._watcher.act(action, key)

    def _pass_on(self, patch: JsonObject) -> None:
        wanted = {name: value for name, value in patch.items() if name in self._parts}
        if wanted:
            self.publish(wanted)


def _check(options: LibvirtChannel.Options) -> None:
    if len(options.parts) > _PARTS_MAX:
        raise Problem("protocol-error", f"attribute 'parts': more than {_PARTS_MAX}")
    if options.interval and not INTERVAL_MIN <= options.interval <= INTERVAL_MAX:
        raise Problem("protocol-error", f"attribute 'interval': must be 0 or {INTERVAL_MIN} to {INTERVAL_MAX} ms")
