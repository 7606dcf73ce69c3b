"""One connection watched for all who look at it: its inventory kept true by events, resyncs and reconnects."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Protocol

from bridge.protocol import JsonObject, Problem
from plugins.machines.domains.addresses import keep_addresses
from plugins.machines.domains.screens import Screens
from plugins.machines.history.sampler import SampleListener, Sampler
from plugins.machines.provider import Kind, Listener, Method, Provider, Reading
from plugins.machines.providers.choice import Choice
from plugins.machines.providers.long_calls import Report, ignored
from plugins.machines.state.domain_rows import DomainRows
from plugins.machines.state.followed import Followed
from plugins.machines.state.inventory import Inventory, batches
from plugins.machines.state.parts import Parts
from plugins.machines.touched import touched

log = logging.getLogger(__name__)

RESYNC_INTERVAL = 30.0
"""Seconds between two looks at everything, for what libvirt has no event for (autostart is one)."""
REFRESH_INTERVAL = 0.2
"""Seconds between two refreshes; after quiet the first happens at once."""
REFRESH_MAX = 20
"""Changed domains up to which a look at each is cheaper than one look at everything."""
DESCRIBED = 100
"""Domains whose XML is read in one go."""
RETRY_FIRST, RETRY_LAST = 1.0, 5.0
"""Seconds before the first and, doubling, before later attempts to connect: a daemon is found 5 s after its return."""
SLOW_OPEN, HUNG_OPEN = 1.5, 30.0
"""Seconds after which an attempt to connect is worth a word, and after which it counts as failed."""

_NOUNS = {Kind.DOMAIN: "The virtual machine", Kind.VOLUME: "The volume", Kind.POOL: "The storage pool"}
_NOUNS |= {Kind.NETWORK: "The network"}

Changed = set[tuple[Kind, str]]


class OpenProvider(Protocol):
    """How a watcher connects: a provider for a URI, or a Problem."""

    def __call__(self, choice: Choice, listener: Listener) -> Awaitable[Provider]: ...


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
        self._parts = Parts(self.inventory)
        self._followed = Followed(self.inventory)
        self._screens = Screens()
        self._rows = DomainRows(self.inventory)
        self._shown: list[str] = []
        self._dirty: Changed = set()
        self._lost: str | None = None
        self._wake = asyncio.Event()
        self._reading = asyncio.Lock()
        self._was_connected = False
        self._say("connecting", choice.note)

    async def act(self, method: Method, key: str, report: Report = ignored, **params: Any) -> str:
        """Do `method` to the object `key`; its parameters are those of the wire. The key of what was made, if any.

        Problem `disconnected` while the connection is away, `not-supported` for what this connection cannot do,
        `not-found` for an unknown key, otherwise what libvirt says.
        """
        # Nobody acts before the list is there, and it would wait for all that acting takes.
        from plugins.machines.actions import perform

        provider = self.permitted(method)
        kind = method.kind
        try:
            made = await perform(provider, method, key, params, report)
        except Problem as problem:
            # The row may be wrong: the object may have been removed or changed its state behind our back.
            self.changed(kind, key)
            known = self.inventory.rows(kind).get(key)
            if problem.code != "not-found" or known is None or problem.extra.get("key") != key:
                raise
            message = f"{_NOUNS[kind]} “{known['name']}” ({key}) does not exist any more"
            raise Problem("not-found", message, **problem.extra) from None
        await self.look_at(touched(method, key, made))
        return made

    async def look_at(self, changed: Changed) -> None:
        """Read what changed, before this returns or soon."""
        try:
            await self._refresh(self._connected(), changed)
        except Problem:
            self._wake_up(changed)

    async def definition(self, key: str) -> str:
        """The stored definition of a domain with its secrets: for who may change it."""
        return await self.permitted(Method.DEFINE).definition(key)

    def permitted(self, method: Method) -> Provider:
        """The provider; Problem where it cannot do that."""
        provider = self._connected()
        refusal = provider.capabilities[method]
        if refusal is not True:
            raise Problem("not-supported", refusal)
        return provider

    async def screenshot(self, key: str) -> JsonObject:
        """A picture of what a running domain shows; see `plugins.machines.domains.screens`."""
        return await self._screens.look(key, self.permitted(Method.SCREENSHOT).screenshot)

    async def equivalent(self, method: Method, key: str, params: Mapping[str, Any]) -> list[list[str]]:
        """The virsh commands for `method`; see `plugins.machines.equivalent`."""
        # Few ask, and all would wait for it at the start.
        from plugins.machines.equivalent import equivalent

        return await equivalent(self._connected(), self._choice.uri, method, key, params)

    @contextmanager
    def want(self, parts: Collection[str]) -> Iterator[None]:
        """Keep these parts in the inventory while it lasts."""
        with self._parts.want(parts):
            self._wake.set()
            yield

    async def loaded(self, parts: Collection[str]) -> None:
        """Wait until the domains and these parts are there, or the connection said why not."""
        await self.settled.wait()
        if self._provider is not None:
            await self._parts.settled(parts)

    @asynccontextmanager
    async def follow(self, kind: Kind, key: str) -> AsyncIterator[None]:
        """Keep this object in the inventory's `followed` while it lasts, and there when it begins."""
        with self._followed.follow(kind, key):
            provider = self._connected()
            async with self._reading:
                await self._followed.read(provider, {(kind, key)})
            yield

    def show(self, keys: list[str]) -> None:
        """These domains are looked at: what takes a call for each is read for them first."""
        self._shown = keys

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

    def changed(self, kind: Kind, key: str) -> None:
        """See `Listener`."""
        self._wake_up({(kind, key)})

    def closed(self, reason: str) -> None:
        """See `Listener`."""
        log.warning("%s: %s", self._choice.uri, reason)
        self._lost = reason
        self._provider = None
        self._say("disconnected", reason)
        self._wake.set()

    def _wake_up(self, changed: Changed) -> None:
        self._dirty |= changed
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
        self._rows.forget()
        self._tell_described(False)
        provider = await self._open()
        loop = asyncio.get_running_loop()
        addresses = loop.create_task(keep_addresses(provider, self.inventory, self._rows.address_sources))
        try:
            yield provider
        finally:
            self._provider = None
            addresses.cancel()
            await asyncio.wait({addresses})
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
        return await self._open_provider(self._choice, self)

    async def _load(self, provider: Provider) -> None:
        async with self._reading:
            outlines = await provider.outlines()
            domains = None if outlines else await provider.domains()
            self._provider = provider
            self._say("connected", self._choice.note or provider.info.note)
            self._tell_capabilities(provider)
            await self._rows.outline(outlines)
            await self._rows.replace(await provider.domains() if domains is None else domains)
        self._was_connected = True
        self.settled.set()
        log.info("%s: connected", self._choice.uri)
        await self._read_others(provider, None)
        await self._read_texts(provider)
        self._tell_described(True)

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
            changed, self._dirty = self._dirty, set()
            if clock() < resync_at:
                await self._try_refresh(provider, changed)
            else:
                await self._try_refresh(provider, None)
                await self._try_to_read_oldest_texts(provider)
                resync_at = clock() + RESYNC_INTERVAL
            await asyncio.sleep(REFRESH_INTERVAL)

    async def _try_refresh(self, provider: Provider, changed: Changed | None) -> None:
        try:
            await self._refresh(provider, changed)
        except Problem as problem:
            if problem.code == "disconnected":
                raise
            log.warning("%s: cannot read what changed: %s", self._choice.uri, problem)

    async def _try_to_read_oldest_texts(self, provider: Provider) -> None:
        """For what had no event: a part of the domains at each resync, because each takes a call."""
        try:
            await self._read_texts(provider, also=self._rows.described_longest_ago(DESCRIBED))
        except Problem as problem:
            if problem.code == "disconnected":
                raise
            log.warning("%s: cannot read descriptions: %s", self._choice.uri, problem)

    async def _refresh(self, provider: Provider, changed: Changed | None) -> None:
        """Read what changed, or everything, and publish it."""
        keys = None if changed is None else {key for kind, key in changed if kind is Kind.DOMAIN}
        if keys is None or keys:
            await self._refresh_domains(provider, None if keys and "" in keys else keys)
        await self._read_others(provider, changed)

    async def _refresh_domains(self, provider: Provider, keys: Collection[str] | None) -> None:
        """One read at a time: no answer overtakes a later one."""
        if keys is None or len(keys) > REFRESH_MAX:
            async with self._reading:
                await self._rows.replace(await provider.domains())
            await self._read_texts(provider, also=keys or ())
            return
        async with self._reading:
            found = await provider.domains(keys)
            self._rows.set(found, gone=[key for key in keys if key not in found])
            await self._rows.describe(provider, found)

    async def _read_others(self, provider: Provider, changed: Changed | None) -> None:
        async with self._reading:
            await self._parts.read(provider, None if changed is None else {kind for kind, _ in changed})
            await self._followed.read(provider, changed)
        self._tell_capabilities(provider)

    async def _read_texts(self, provider: Provider, also: Collection[str] = ()) -> None:
        """Read the XML of new domains and of those in `also`, shown ones first; after the rows: each takes a call."""
        for keys in batches(self._rows.to_describe(self._shown, also), DESCRIBED):
            async with self._reading:
                await self._rows.describe(provider, keys)

    # What it says of itself

    def _failed(self, problem: Problem, status: str = "failed") -> None:
        message = problem.message or problem.code
        if self.inventory.state["connection"].get("message") != message:
            log.warning("%s: %s", self._choice.uri, message)
        self._say("disconnected" if self._was_connected else status, message)
        self.settled.set()
        self._parts.settle()

    def _say(self, status: str, message: str) -> None:
        connection: JsonObject = {"readonly": False} | self.inventory.state["connection"]
        connection |= {"uri": self._choice.uri, "demo": self._choice.demo, "status": status, "message": message}
        if self._provider:
            info = self._provider.info
            connection |= {
                "hypervisor": "demo" if self._choice.demo else info.hypervisor,
                "provider": self._provider.name,
                "readonly": info.readonly,
                "hostname": info.hostname,
                "version": info.version,
            }
        self.inventory.set_member("connection", {name: value for name, value in connection.items() if value != ""})

    def _tell_described(self, described: bool) -> None:
        """Whether every row has what its XML tells."""
        self.inventory.set_member("connection", {**self.inventory.state["connection"], "described": described})

    def _tell_capabilities(self, provider: Provider) -> None:
        if self._provider is provider:
            self.inventory.set_member("capabilities", {**provider.capabilities, **self._parts.refusals})

    # For the actions, the sampler and the addresses

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
        # Figures wait for the first descriptions: virsh does one thing at a time.
        described = self.inventory.state["connection"].get("described", False)
        return self._provider is not None and described and bool(self._rows.running())
