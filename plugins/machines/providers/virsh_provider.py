"""The provider that talks to libvirt through virsh: for hosts that have nothing else.

What it cannot do: a domain's events come with its name; the versions of libvirt and of its
driver are not told; names and texts with control characters cannot be given. Objects are addressed by UUID, or by
`--option='name'` where they have none. virsh takes a UUID that no object has for a name: so it is asked first by what
takes no name (`domname`), or what it describes is looked at.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from bridge.protocol import JsonObject, Problem
from plugins.machines.domains.metadata import NAMESPACE, PREFIX
from plugins.machines.history import figures
from plugins.machines.networks.leases import Lease, of_output
from plugins.machines.provider import (
    READ_ONLY,
    SCREENSHOT_MAX,
    UNHURRIED,
    ConnectionInfo,
    Domain,
    Kind,
    Listed,
    Listener,
    Metadata,
    Method,
    Provider,
    Reading,
    Snapshots,
)
from plugins.machines.providers.libvirt_errors import NOT_FOUND, UNSUPPORTED, from_sentence, gone
from plugins.machines.providers.limits import allowed
from plugins.machines.providers.virsh_answers import (
    addresses,
    host,
    info_stats,
    lines,
    names,
    pairs,
    stats,
    uuids,
    volume_names,
)
from plugins.machines.providers.virsh_commands import (
    COMMANDS,
    desc,
    described,
    description,
    download,
    split_volume,
    upload,
)
from plugins.machines.providers.virsh_events import VirshEvents
from plugins.machines.providers.virsh_process import DATA, IMAGE, TEXT, XML, Answer, VirshProcess, quoted
from plugins.machines.providers.virsh_upload import feed
from plugins.machines.state.inventory import batches
from plugins.machines.storage.pool_xml import supported_types

_BATCH = 50
"""Commands in one line: few enough that an action comes between, and enough that the lines cost nothing."""
_STATS = "domstats --state --balloon --vcpu --nowait"
_COUNTERS = f"{_STATS} --cpu-total --interface --block --list-running"
_ATTEMPTS = 3
"""Lists taken until two around the statistics agree on the names; after that, those that do are taken."""
_LISTS = {Kind.POOL: "pool-list", Kind.NETWORK: "net-list"}


class Virsh(Provider):
    """A connection through virsh; `open` makes one."""

    name = "virsh"

    def __init__(self, process: VirshProcess, info: ConnectionInfo) -> None:
        self.info = info
        self.capabilities = allowed(info)
        self._process = process
        self._events: VirshEvents | None = None
        self._names: dict[str, str] = {}
        self._screen = asyncio.Lock()

    @classmethod
    async def open(cls, uri: str, listener: Listener, *, readonly: bool = False) -> Self:
        """Connect to `uri`; Problem where libvirt refuses."""
        process = VirshProcess(uri, readonly=readonly, environ=os.environ)
        try:
            canonical, hostname = await process.run(["uri", "hostname"], limit=None)
            if canonical.error:
                raise from_sentence(canonical.error)
            provider = cls(process, _info(canonical.output.strip(), hostname, readonly))
        except BaseException as error:
            await process.close()
            if isinstance(error, Problem) and error.code == "disconnected":
                raise from_sentence(error.message, opening=True) from None
            raise
        try:
            await provider._listen(uri, listener)
        except BaseException:
            await provider.close()
            raise
        return provider

    async def _listen(self, uri: str, listener: Listener) -> None:
        # The test driver's world is of one process: another one would hear of nothing.
        if not uri.startswith("test:"):
            self._events = VirshEvents(uri, os.environ, listener, lambda: self._names)
            await self._events.start()

    async def domains(self, keys: Collection[str] | None = None) -> dict[str, Domain]:
        if keys is not None:
            return await self._some_domains(keys)
        found = await self._all_stats(_STATS, "--all")
        return self._summaries(await self._completed(found, figures.SUMMARY), await self._ask(_FLAG_LISTS))

    async def readings(self) -> dict[str, Reading]:
        found = await self._completed(await self._all_stats(_COUNTERS, "--state-running"), figures.COUNTERS)
        return {key: figures.reading(told) for key, (_, told) in found.items()}

    async def listing(self, kind: Kind) -> dict[str, Listed]:
        if kind is Kind.DEVICE:
            (answer,) = await self._ask(["nodedev-list"])
            return {name.strip(): Listed() for name in lines(_checked(answer))}
        if kind is Kind.VOLUME:
            return await self._volumes()
        flags = ("--all", "", "--all --persistent", "--all --autostart")
        answers = await self._ask(f"{_LISTS[kind]} --uuid {flag}" for flag in flags)
        everything, active, persistent, autostart = (uuids(_checked(answer)) for answer in answers)
        return {key: Listed(key in active, key in persistent, key in autostart) for key in everything}

    async def describe(self, kind: Kind, keys: Collection[str], *, inactive: bool = False) -> dict[str, str]:
        answers = await self._ask(description(kind, key, inactive=inactive) for key in keys)
        found: dict[str, str] = {}
        for key, answer in zip(keys, answers, strict=True):
            xml = _or_none(answer)
            if xml is not None and described(kind, xml) == split_volume(key)[-1]:
                found[key] = xml
        return found

    async def snapshots(self, key: str) -> Snapshots:
        await self._check(Kind.DOMAIN, key)
        listed, current = await self._ask([f"snapshot-list {key} --name", f"snapshot-current {key} --name"])
        found = [name for name in lines(_checked(listed)) if name.isprintable()]
        answers = await self._ask(f"snapshot-dumpxml {key} --snapshotname={quoted(name)}" for name in found)
        xml = {name: answer.output.strip() for name, answer in zip(found, answers, strict=True) if not answer.error}
        return Snapshots(xml, "" if current.error else current.output.strip("\n"))

    async def addresses(self, sources: Mapping[str, Literal["lease", "agent"]]) -> dict[str, list[str]]:
        answers = await self._ask(f"domifaddr {key} --source {source}" for key, source in sources.items())
        return {key: addresses(answer.output) for key, answer in zip(sources, answers, strict=True) if not answer.error}

    async def screenshot(self, key: str) -> bytes:
        await self._check(Kind.DOMAIN, key)
        command = f"screenshot {key} --file={quoted(self._process.path(IMAGE))}"
        async with self._screen:
            await self._do(command, {IMAGE: ""})
            return self._process.take(IMAGE, SCREENSHOT_MAX)

    async def host(self) -> JsonObject:
        (answer,) = await self._ask(["nodeinfo"])
        return host(pairs(_checked(answer)))

    async def act(self, method: Method, key: str, **params: Any) -> None:
        await self._check(method.kind, key)
        files = {XML: params["xml"]} if "xml" in params else {}
        if method in UNHURRIED:
            await self._do_apart(lambda path: COMMANDS[method](key, params | {"xmlfile": path}), files)
            return
        command = COMMANDS[method](key, params | {"xmlfile": quoted(self._process.path(XML))})
        await self._do(command, files)

    async def set_metadata(self, key: str, what: Metadata, text: str, *, live: bool, config: bool) -> None:
        await self._check(Kind.DOMAIN, key)
        reach = " --live" * live + " --config" * config
        if what is Metadata.ELEMENT:
            change = f"--key={PREFIX} --set={quoted(text)}" if text else "--remove"
            await self._do(f"metadata {key} --uri={NAMESPACE} {change}{reach}", {})
        else:
            await self._do(desc(key, what, reach), {TEXT: text})

    async def definition(self, key: str, *, live: bool = False) -> str:
        await self._check(Kind.DOMAIN, key)
        (answer,) = await self._ask([f"dumpxml {key}{' --inactive' * (not live)} --security-info"])
        return _checked(answer).strip()

    async def define(self, xml: str, *, validate: bool, kind: Kind = Kind.DOMAIN) -> None:
        command = {Kind.DOMAIN: "define", Kind.POOL: "pool-define", Kind.NETWORK: "net-define"}[kind]
        await self._do(f"{command} --file={quoted(self._process.path(XML))}{' --validate' * validate}", {XML: xml})

    async def pool_types(self) -> list[str]:
        (answer,) = await self._ask([COMMANDS[Method.POOL_TYPES]("", {})])
        return supported_types(_checked(answer))

    async def create_volume(self, pool: str, xml: str, source: str = "") -> None:
        await self._check(Kind.POOL, pool)
        origin = ""
        if source:
            source_pool, name = split_volume(source)
            origin = f" --vol={quoted(name)} --inputpool={source_pool}"
        command = "vol-create-from" if source else "vol-create"
        await self._do_apart(lambda path: f"{command} --pool={pool} --file={path}{origin}", {XML: xml})

    async def job_progress(self, key: str) -> tuple[int, int] | None:
        (answer,) = await self._ask([f"domjobinfo {key} --rawstats"])
        told = pairs(_checked(answer))
        total = int(told.get("data_total", 0))
        return (int(told.get("data_processed", 0)), total) if total else None

    async def abort_job(self, key: str) -> None:
        await self._check(Kind.DOMAIN, key)
        await self._do(f"domjobabort {key}", {})

    async def upload(self, key: str, length: int, content: AsyncIterator[bytes]) -> None:
        await self._check(Kind.VOLUME, key)
        async with self._aside() as process:
            _checked(await feed(process, lambda file: upload(key, file, length), content))

    async def download(self, key: str, offset: int, length: int) -> bytes:
        await self._check(Kind.VOLUME, key)
        async with self._aside() as process:
            (answer,) = await process.run([download(key, process.path(DATA), offset, length)], limit=None)
            _checked(answer)
            return process.take(DATA, length)

    async def leases(self, key: str) -> list[Lease]:
        await self._check(Kind.NETWORK, key)
        (answer,) = await self._ask([COMMANDS[Method.NETWORK_LEASES](key, {})])
        return of_output(_checked(answer))

    async def close(self) -> None:
        if self._events is not None:
            await self._events.close()
        await self._process.close()

    # How it talks

    @asynccontextmanager
    async def _aside(self) -> AsyncIterator[VirshProcess]:
        """A virsh for one command that takes long, so that nothing else waits for it."""
        # The test driver's world is of one process.
        process = self._process if self.info.hypervisor == "TEST" else self._process.another()
        try:
            yield process
        finally:
            if process is not self._process:
                await process.close()

    async def _ask(self, commands: Iterable[str]) -> list[Answer]:
        """The answers to all `commands`, some lines' worth."""
        return [answer for line in batches(commands, _BATCH) for answer in await self._process.run(line)]

    async def _do(self, command: str, files: Mapping[str, str]) -> None:
        (answer,) = await self._process.run([command], files=files)
        _checked(answer)

    async def _do_apart(self, command: Callable[[str], str], files: Mapping[str, str]) -> None:
        """Do what takes long; `command` is given the path of the file `XML`."""
        async with self._aside() as process:
            (answer,) = await process.run([command(quoted(process.path(XML)))], files=files, limit=None)
            _checked(answer)

    async def _check(self, kind: Kind, key: str) -> None:
        """Problem `not-found` unless virsh takes `key` for the object that has it, and not for another's name."""
        if kind is Kind.DOMAIN:
            (answer,) = await self._ask([f"domname {key}"])
            if _or_none(answer) is None:
                raise gone(kind, key)
        elif key not in await self.describe(kind, [key]):
            raise gone(kind, key)

    async def _all_stats(self, command: str, which: str) -> dict[str, tuple[str, dict[str, int]]]:
        """Name and statistics by key of the domains in the list `which`.

        `domstats` prints names, so a list before and one after must agree on them.
        """
        listed = f"list {which} --uuid --name"
        for attempt in range(_ATTEMPTS):
            answers = await self._ask([listed, command, listed])
            before, after = _checked(answers[0]), _checked(answers[2])
            known = names(after)
            if before == after or attempt == _ATTEMPTS - 1:
                break
        if which == "--all":
            self._names = known
        said = _or_refused(answers[1])
        if said is None:
            return {key: (name, {}) for name, key in known.items()}
        earlier = names(before)
        return {known[name]: (name, found) for name, found in stats(said) if known.get(name, "") == earlier.get(name)}

    async def _completed(
        self, found: dict[str, tuple[str, dict[str, int]]], needed: tuple[str, ...]
    ) -> dict[str, tuple[str, dict[str, int]]]:
        """`found`, with what its driver does not tell in bulk asked one by one; who is gone by then is left out."""
        lacking = [key for key, (_, told) in found.items() if figures.lacks(told, needed)]
        for key, answer in zip(lacking, await self._ask(f"dominfo {key}" for key in lacking), strict=True):
            name, told = found.pop(key)
            # The last that it tells is the security label, which a container that has just begun does not have yet.
            info = pairs(answer.output)
            if "State" in info or _or_none(answer) is not None:
                found[key] = name, info_stats(info) | told
        return found

    async def _some_domains(self, keys: Collection[str]) -> dict[str, Domain]:
        commands = [command for key in keys for command in (f"domname {key}", f"{_STATS} {key}")]
        answers = await self._ask([*commands, *_FLAG_LISTS])
        found: dict[str, tuple[str, dict[str, int]]] = {}
        for number, key in enumerate(keys):
            by_uuid, told = _or_none(answers[2 * number]), _or_refused(answers[2 * number + 1])
            if by_uuid is not None:
                found[key] = next(stats(told or ""), (answers[2 * number].output.strip("\n"), {}))
        self._names |= {name: key for key, (name, _) in found.items()}
        return self._summaries(await self._completed(found, figures.SUMMARY), answers[len(commands) :])

    def _summaries(self, found: Mapping[str, tuple[str, dict[str, int]]], listed: list[Answer]) -> dict[str, Domain]:
        persistent, autostart, saved = (uuids(_checked(answer)) for answer in listed)
        return {
            key: figures.summary(
                name, told, persistent=key in persistent, autostart=key in autostart, managed_save=key in saved
            )
            for key, (name, told) in found.items()
        }

    async def _volumes(self) -> dict[str, Listed]:
        (answer,) = await self._ask(["pool-list --uuid"])
        pools = sorted(uuids(_checked(answer)))
        found: dict[str, Listed] = {}
        for pool, listed in zip(pools, await self._ask(f"vol-list {pool}" for pool in pools), strict=True):
            if not listed.error:
                found |= {f"{pool}/{name}": Listed() for name in volume_names(listed.output)}
        return found


_FLAG_LISTS = [f"list --all --uuid {flag}" for flag in ("--persistent", "--autostart", "--with-managed-save")]
"""Not `dominfo`, which has QEMU's capabilities probed for its security model: that takes seconds."""


def _info(canonical: str, hostname: Answer, readonly: bool) -> ConnectionInfo:
    scheme = urlsplit(canonical).scheme.partition("+")[0]
    return ConnectionInfo(
        hypervisor="Xen" if scheme == "xen" else scheme.upper(),
        hostname="" if hostname.error else hostname.output.strip(),
        version="",
        readonly=readonly,
        note=READ_ONLY if readonly else "",
    )


def _checked(answer: Answer) -> str:
    if answer.error:
        raise from_sentence(answer.error)
    return answer.output


def _or_refused(answer: Answer) -> str | None:
    """The answer, empty where the object is not there; None where the driver has no such call."""
    if not answer.error:
        return answer.output
    problem = from_sentence(answer.error)
    code = problem.extra["libvirt"]["code"]
    if code not in UNSUPPORTED | NOT_FOUND:
        raise problem
    return None if code in UNSUPPORTED else ""


def _or_none(answer: Answer) -> str | None:
    """The answer, or None where the object is not there."""
    if not answer.error:
        return answer.output.strip()
    problem = from_sentence(answer.error)
    if problem.extra["libvirt"]["code"] in NOT_FOUND:
        return None
    raise problem
