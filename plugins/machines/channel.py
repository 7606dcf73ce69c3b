"""`libvirt1`: the virtual machines of one connection as a published state, and what can be done with them."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from bridge.options import arguments
from bridge.protocol import JsonObject, Problem
from bridge.rpc import method
from plugins.machines.domains.methods import DomainMethods
from plugins.machines.domains.snapshot_methods import SnapshotMethods
from plugins.machines.history.history import History, Span
from plugins.machines.history.logs import Log, Logs
from plugins.machines.history.recorder import Recorder
from plugins.machines.jobs.jobs import AllJobs
from plugins.machines.jobs.methods import JobMethods
from plugins.machines.keys import checked_key
from plugins.machines.networks.methods import NetworkMethods
from plugins.machines.provider import Kind, Method
from plugins.machines.providers.choice import Choice, Host, choose
from plugins.machines.providers.connections import Connections, probe
from plugins.machines.state.watcher import Watcher
from plugins.machines.storage.methods import StorageMethods

INTERVAL_MIN, INTERVAL_MAX = 500, 3_600_000
"""Bounds of `interval`, in milliseconds."""
FOLLOWING_MAX = 16
"""Objects that one page follows."""
SHOWN_MAX = 200
"""Domains that a page says it shows; more fit on no screen."""
RECENT_MAX = 120
"""Slots of the history that a page is told of many domains at once: ten minutes."""
_PARTS_MAX = 16

Part = Literal["domains", "jobs", "host", "pools", "volumes", "networks", "node_devices"]
Followable = Literal["domain", "pool", "volume", "network", "node_device"]
Wanted = Literal["", "libvirt-python", "libvirt-dbus", "virsh"]

_METHODS = {method.value: method for method in Method}

_connections = Connections()
recorder = Recorder(_connections)
"""Keeps the histories of this process; ended with it."""
logs = Logs()
jobs = AllJobs()


@asynccontextmanager
async def connected(uri: str, provider: str, environ: Mapping[str, str]) -> AsyncIterator[tuple[Watcher, Log, Choice]]:
    """The connection that a channel's options ask for, kept while it lasts, and the log of what is done on it."""
    choice = await choose(uri, environ, Host.look(environ), probe, provider)
    async with _connections.use(choice) as watcher:
        yield watcher, logs.of(choice.uri, environ), choice


class LibvirtChannel(DomainMethods, JobMethods, SnapshotMethods, StorageMethods, NetworkMethods):
    """`libvirt1`: see the module.

    The state has `connection` (uri, status, message, demo, hypervisor, provider, described, …), `capabilities` (for
    each method true or the sentence that says why not, and such a sentence for each part that cannot be read), the
    parts asked for and `followed`. `host` has facts, `jobs` rows by a job's id; the other parts map keys to rows
    (`plugins.machines.provider` says what a key is). While `interval` is not 0, `sample` brings every so many
    milliseconds for each running domain the figures of `history.sampler.Rows`. The first load is complete when all is
    there, or when the connection said why not.
    """

    payload = "libvirt1"

    @dataclass(frozen=True, slots=True)
    class Options:
        """An empty `uri` leaves the choice of the connection to the back end, an empty `provider` that of the way."""

        uri: str = ""
        parts: list[Part] = field(default_factory=lambda: ["domains"])
        interval: int = 0
        provider: Wanted = ""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._history = History()
        self._following: dict[tuple[str, str], AsyncExitStack] = {}

    async def run(self, options: Options) -> None:
        """See `Channel.run`."""
        _check(options)
        self._parts = frozenset({"connection", "capabilities", *options.parts})
        async with AsyncExitStack() as stack:
            connection = connected(options.uri, options.provider, self.context.environ)
            watcher, log, choice = await stack.enter_async_context(connection)
            self._watcher, self._log = watcher, log
            self._history = recorder.begin(choice)
            self._choice, self._jobs = choice, jobs.of(self.context.environ)
            self.ready()
            stack.push_async_callback(self._unfollow_all)
            others = [part for part in dict.fromkeys(options.parts) if part not in ("domains", "jobs")]
            stack.enter_context(watcher.want(others))
            await stack.enter_async_context(self._jobs.follow(choice.uri, self._on_jobs))
            stack.enter_context(watcher.inventory.follow(self._pass_on))
            for piece in watcher.inventory.pieces():
                self._pass_on(piece)
                await asyncio.sleep(0)
            await watcher.loaded(others)
            self.loaded()
            if options.interval:
                await stack.enter_async_context(watcher.sample(options.interval, self.sample))
            await self.serve()

    async def _unfollow_all(self) -> None:
        while self._following:
            await self._following.popitem()[1].aclose()

    # Looking

    @method
    async def follow(self, key: str, kind: Followable = "domain") -> None:
        """Have the object in the state as `followed[kind][key]` until `unfollow`; it is there when this returns."""
        if (kind, key) in self._following:
            return
        if len(self._following) >= FOLLOWING_MAX:
            raise Problem("too-large", f"A page cannot follow more than {FOLLOWING_MAX} objects")
        stack = AsyncExitStack()
        self._following[kind, key] = stack
        try:
            await stack.enter_async_context(self._watched().follow(Kind(kind), checked_key(kind, key)))
        except BaseException:
            self._following.pop((kind, key), None)
            raise
        if self._following.get((kind, key)) is not stack:
            # It was unfollowed meanwhile.
            await stack.aclose()
            return
        self._pass_on({"followed": self._watched().inventory.state["followed"]})

    @method
    async def unfollow(self, key: str, kind: Followable = "domain") -> None:
        """Undo `follow`."""
        stack = self._following.pop((kind, key), None)
        if stack is not None:
            self._pass_on({"followed": {kind: {key: None}}})
            await stack.aclose()

    @method
    async def log(self, key: str) -> list[JsonObject]:
        """What was done to a domain through this console, the newest first: at, method, params, failure, person."""
        return await self._log.entries(checked_key("domain", key))

    @method
    async def show(self, keys: list[str]) -> None:
        """Say which domains are looked at, first row first: what takes a call for each is read for them first."""
        self._watched().show([checked_key("domain", key) for key in keys[:SHOWN_MAX]])

    @method
    async def history(self, key: str, span: Span = "hour") -> JsonObject:
        """What a domain of this connection did in the last hour (slots of 5 s) or the last day (of a minute).

        `start` is the second since 1970 at which the first slot begins, `step` the seconds of each. The other members
        have one entry for each slot, the last one being the slot that is now, null in a gap: `cpu` (percent of all its
        virtual CPUs), `memory` (bytes), `disk_read`, `disk_written`, `received`, `sent` (bytes a second). A domain that
        nobody knows has gaps only. `sample` goes on from there with the same figures in the same order.
        """
        return self._history.of(checked_key("domain", key), span, time.time())

    @method
    async def recent(self, keys: list[str], count: int) -> JsonObject:
        """By key the last `count` slots of `history`, of domains that are looked at."""
        if not 0 < count <= RECENT_MAX:
            raise Problem("protocol-error", f"attribute 'count': must be 1 to {RECENT_MAX}")
        now = time.time()
        return {checked_key("domain", key): self._history.recent(key, count, now) for key in keys[:SHOWN_MAX]}

    @method
    async def equivalent(self, action: str, params: dict[str, Any]) -> list[list[str]]:
        """The virsh commands that do what the method `action` does with `params`, each as the words of its argv.

        They are for people to read; nothing is done. `plugins.machines.equivalent` says more.
        """
        wanted = Method.SET_TAGS if action == "domain_change_tags" else _METHODS.get(action)
        if wanted is None:
            raise Problem("protocol-error", "attribute 'action': must be a method that changes something")
        values = self._arguments(action, params)
        # What is not there yet has none.
        key = checked_key(wanted.kind, values.pop("key")) if "key" in values else ""
        return await self._watched().equivalent(wanted, key, values)

    def _arguments(self, action: str, params: dict[str, Any]) -> dict[str, Any]:
        """The checked arguments of a method; of what goes through a channel of its own the key."""
        if action not in self.methods:
            return {"key": str(params.get("key"))}
        function, _ = self.methods[action]
        return arguments(function, {**_defaults(function), **params}, 1)

    def _pass_on(self, patch: JsonObject) -> None:
        wanted = {name: value for name, value in patch.items() if name in self._parts}
        if "followed" in patch:
            wanted |= self._followed(patch["followed"])
        if wanted:
            self.publish(wanted)

    def _followed(self, patch: JsonObject) -> JsonObject:
        """Of a patch of `followed` what this page follows."""
        kinds: JsonObject = {}
        for kind, rows in patch.items():
            known = self.state.get("followed", {}).get(kind, {})
            # The last object of a kind takes its map along.
            rows = dict.fromkeys(known) if rows is None else rows
            own = {key: row for key, row in rows.items() if (kind, key) in self._following or key in known}
            if own:
                kinds[kind] = own
        return {"followed": kinds} if kinds else {}


def _defaults(function: Any) -> dict[str, Any]:
    """What the method passes on where the page says nothing."""
    values = function.__defaults__ or ()
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return {name: [] if value is None else value for name, value in zip(names[-len(values) :], values, strict=False)}


def _check(options: LibvirtChannel.Options) -> None:
    if len(options.parts) > _PARTS_MAX:
        raise Problem("protocol-error", f"attribute 'parts': more than {_PARTS_MAX}")
    if options.interval and not INTERVAL_MIN <= options.interval <= INTERVAL_MAX:
        raise Problem("protocol-error", f"attribute 'interval': must be 0 or {INTERVAL_MIN} to {INTERVAL_MAX} ms")
