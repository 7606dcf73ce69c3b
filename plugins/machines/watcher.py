"""One connection watched for all who look at it: its inventory kept true by events, resyncs and reconnects."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from bridge.protocol import JsonObject, Problem
from plugins.machines.choice import Choice
from plugins.machines.inventory import PIECE, Inventory, batches
from plugins.machines.provider import Domain, DomainAction, Listener, Provider, Reading
from plugins.machines.sampler import SampleListener, Sampler

log = logging.getLogger(__name__)

RESYNC_INTERVAL = 30.0
"""Seconds between two looks at everything, for what libvirt has no event for (autostart is one)."""
REFRESH_INTERVAL = 0.2
"""Seconds between two refreshes; after quiet the first happens at once."""
REFRESH_MAX = 20
"""Changed domains up to which a look at each is cheaper than one look at everything."""
TITLES = 100
"""Domains whose titles are read in one go."""
RETRY_FIRST, RETRY_LAST = 1.0, 5.0
"""Seconds before the first and, doubling, before later attempts to connect: a daemon is found 5 s after its return."""
SLOW_OPEN, HUNG_OPEN = 1.5, 30.0
"""Seconds after which an attempt to connect is worth a word, and after which it counts as failed."""


class OpenProvider(Protocol):
    """How a watcher connects: a provider for a URI, or a Problem."""

    def __call__(self, uri: str, listener: Listener) -> Awaitable[Provider]: ...


class Watcher(Listener):
    """See the module. `run` is its life; everything else works while that runs."""

    def __init__(self, choice: Choice, open_provider: OpenProvider) -> None:
        self.inventory = Inventory()
        """What to publish; a method's effect is in it before the method returns."""
        self.settled = asyncio.Event()
        """Set once there is something to say: all domains, or why there are none."""
        self._choice = choice
        self._open_provider = open_provider
        self._provider: Provider | None = None
        self._samplers: dict[int, Sampler] = {}
        self._dirty: set[str] = set()
        self._lost: str | None = None
        self._wake = asyncio.Event()
        self._reading = asyncio.Lock()
        self._was_connected = False
        self._say("connecting", choice.note)

    async def act(self, action: DomainAction, key: str) -> None:
        """Do `action` to the domain `key`.

        Problem `disconnected` while the connection is away, `not-supported` for what this connection cannot do,
        `not-found` for an unknown key, otherwise what libvirt says.
        """
        provider = self._connected()
        refusal = provider.capabilities[action]
        if refusal is not True:
            raise Problem("not-supported", refusal)
        try:
            await provider.act(action, key)
        except Problem as problem:
            # The row may be wrong: the machine may have been removed or changed its state behind our back.
            self.changed(key)
            known = self.inventory.domains.get(key)
            if problem.code != "not-found" or known is None:
                raise
            message = f"The virtual machine “{known.name}” ({key}) does not exist any more"
            raise Problem("not-found", message, **problem.extra) from None
        try:
            await self._refresh(provider, {key})
        except Problem:
            self.changed(key)

    @asynccontextmanager
    async def sample(self, interval: int, listener: SampleListener) -> AsyncIterator[None]:
        """Call `listener` with the figures of the running domains every `interval` ms; listeners of one pace share."""
        sampler = self._samplers.get(interval)
        if sampler is None:
            sampler = self._samplers[interval] = Sampler(interval / 1000, self._readings, self._is_any_running)
        try:
            async with sampler.listen(listener):
                yield
        finally:
            if sampler.is_idle and self._samplers.get(interval) is sampler:
                del self._samplers[interval]

    # What the provider tells

    def changed(self, key: str) -> None:
        """See `Listener`."""
        self._dirty.add(key)
        self._wake.set()

    def closed(self, reason: str) -> None:
        """See `Listener`."""
        log.warning("%s: %s", self._choice.uri, reason)
        self._lost = reason
        self._provider = None
        self._say("disconnected", reason)
        self._wake.set()

    # Its life

    async def run(self) -> None:
        """Connect, follow, and connect again, until cancelled."""
        delay = RETRY_FIRST
        while True:
            try:
                async with self._connection() as provider:
                    await self._load(provider)
                    delay = RETRY_FIRST
                    await self._follow(provider)
            except Problem as problem:
                self._failed(problem)
            except Exception:
                log.exception("%s: watching failed", self._choice.uri)
                self._failed(Problem("internal-error", "Watching the virtual machines failed"))
            await asyncio.sleep(delay)
            delay = min(2 * delay, RETRY_LAST)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Provider]:
        self._lost = None
        self._dirty.clear()
        provider = await self._open()
        try:
            yield provider
        finally:
            self._provider = None
            await provider.close()

    async def _open(self) -> Provider:
        opening = asyncio.get_running_loop().create_task(self._opened())
        try:
            for limit, status in ((SLOW_OPEN, "connecting"), (HUNG_OPEN - SLOW_OPEN, "failed")):
                done, _ = await asyncio.wait({opening}, timeout=limit)
                if done:
                    break
                self._failed(Problem("timeout", "libvirt has not answered yet"), status)
            return await opening
        finally:
            if not opening.done():
                opening.cancel()
                await asyncio.wait({opening})

    async def _opened(self) -> Provider:
        return await self._open_provider(self._choice.uri, self)

    async def _load(self, provider: Provider) -> None:
        async with self._reading:
            domains = await provider.domains()
            self._provider = provider
            self.inventory.set_member("capabilities", dict(provider.capabilities))
            self._say("connected", self._choice.note or provider.info.note)
            await self._replace(domains)
        self._was_connected = True
        self.settled.set()
        log.info("%s: connected", self._choice.uri)
        await self._read_titles(provider)

    async def _follow(self, provider: Provider) -> None:
        clock = asyncio.get_running_loop().time
        resync_at = clock() + RESYNC_INTERVAL
        while True:
            # Not wait_for: until Python 3.12 that swallows a cancellation that comes together with the event.
            with suppress(TimeoutError):
                async with asyncio.timeout_at(resync_at):
                    await self._wake.wait()
            self._wake.clear()
            if self._lost is not None:
                raise Problem("disconnected", self._lost)
            keys, self._dirty = self._dirty, set()
            if clock() < resync_at:
                await self._try_refresh(provider, keys)
            else:
                await self._try_refresh(provider, None)
                resync_at = clock() + RESYNC_INTERVAL
            await asyncio.sleep(REFRESH_INTERVAL)

    async def _try_refresh(self, provider: Provider, keys: Collection[str] | None) -> None:
        try:
            await self._refresh(provider, keys)
        except Problem as problem:
            if problem.code == "disconnected":
                raise
            log.warning("%s: cannot read the domains: %s", self._choice.uri, problem)

    async def _refresh(self, provider: Provider, keys: Collection[str] | None) -> None:
        """Read the domains `keys`, or all, and publish what changed. One at a time: no answer overtakes a later one."""
        if keys is None or len(keys) > REFRESH_MAX:
            async with self._reading:
                await self._replace(await provider.domains())
            await self._read_titles(provider, also=keys or ())
            return
        async with self._reading:
            found = await provider.domains(keys)
            self.inventory.set_domains(found, gone=[key for key in keys if key not in found])

    async def _replace(self, domains: Mapping[str, Domain]) -> None:
        self.inventory.set_domains({}, gone=[key for key in self.inventory.domains if key not in domains])
        for keys in batches(domains, PIECE):
            self.inventory.set_domains({key: domains[key] for key in keys})
            await asyncio.sleep(0)

    async def _read_titles(self, provider: Provider, also: Collection[str] = ()) -> None:
        """Read the titles of new domains and of those in `also`; after the rows, because each takes a call."""
        wanted = [key for key, domain in self.inventory.domains.items() if domain.title is None or key in also]
        for keys in batches(wanted, TITLES):
            async with self._reading:
                self.inventory.set_titles(await provider.titles(keys))

    # What it says of itself

    def _failed(self, problem: Problem, status: str = "failed") -> None:
        message = problem.message or problem.code
        if self.inventory.state["connection"].get("message") != message:
            log.warning("%s: %s", self._choice.uri, message)
        self._say("disconnected" if self._was_connected else status, message)
        self.settled.set()

    def _say(self, status: str, message: str) -> None:
        connection: JsonObject = {"readonly": False} | self.inventory.state["connection"]
        connection |= {"uri": self._choice.uri, "demo": self._choice.demo, "status": status, "message": message}
        if self._provider:
            info = self._provider.info
            connection |= {
                "hypervisor": "demo" if self._choice.demo else info.hypervisor,
                "readonly": info.readonly,
                "hostname": info.hostname,
                "version": info.version,
            }
        self.inventory.set_member("connection", {name: value for name, value in connection.items() if value != ""})

    # For the actions and the sampler

    def _connected(self) -> Provider:
        if self._provider is None:
            connection = self.inventory.state["connection"]
            if connection["status"] == "connecting":
                raise Problem("disconnected", "The connection to libvirt is still being made")
            raise Problem("disconnected", f"There is no connection to libvirt: {connection['message']}")
        return self._provider

    async def _readings(self) -> Mapping[str, Reading]:
        return await self._connected().readings()

    def _is_any_running(self) -> bool:
        return self._provider is not None and any(
            domain.state == "running" for domain in self.inventory.domains.values()
        )
