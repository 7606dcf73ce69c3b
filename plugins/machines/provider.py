"""What the machines back end asks of a way to reach libvirt, whichever it is: libvirt-python, libvirt-dbus or virsh.

A provider is one open connection to one URI. It promises nothing about how it talks, only this: every coroutine but
those that make volumes or are `UNHURRIED` is bounded in time, and each fails with a `Problem` alone; objects are
addressed by key, never by name; changes are told to its listener on the event loop that opened it.

A key is the UUID, in lower case with hyphens, of a domain, pool or network; `POOL/NAME` with the pool's UUID of a
volume; the name of a node device. A snapshot is addressed by its domain's key and its name.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from bridge.protocol import JsonObject
from plugins.machines.networks.leases import Lease

Capabilities = Mapping[str, Literal[True] | str]
"""For each method whether it can be called here: True, or the sentence that says why not."""

SCREENSHOT_MAX = 32 * 1024 * 1024
"""Bytes of one screen as libvirt tells it: a PPM of 3840 by 2160 points has 25 million."""
READ_ONLY = "The connection to libvirt is read-only: you may look, not change"


class Kind(StrEnum):
    """The kinds of libvirt's objects."""

    DOMAIN = "domain"
    POOL = "pool"
    VOLUME = "volume"
    NETWORK = "network"
    DEVICE = "node_device"


class Method(StrEnum):
    """What can be done to an object; the value is the name on the wire, of the capability, and says the kind."""

    START = "domain_start"
    START_PAUSED = "domain_start_paused"
    START_BOOT_MENU = "domain_start_boot_menu"
    SHUTDOWN = "domain_shutdown"
    DESTROY = "domain_destroy"
    SUSPEND = "domain_suspend"
    RESUME = "domain_resume"
    REBOOT = "domain_reboot"
    RESET = "domain_reset"
    SAVE = "domain_save"
    REMOVE_SAVED = "domain_remove_saved"
    SEND_NMI = "domain_send_nmi"
    SEND_KEYS = "domain_send_keys"
    SCREENSHOT = "domain_screenshot"
    SET_AUTOSTART = "domain_set_autostart"
    RENAME = "domain_rename"
    DEFINE = "domain_define"
    CLONE = "domain_clone"
    DELETE = "domain_delete"
    SET_TITLE = "domain_set_title"
    SET_DESCRIPTION = "domain_set_description"
    SET_NOTES = "domain_set_notes"
    SET_TAGS = "domain_set_tags"
    SNAPSHOT_CREATE = "snapshot_create"
    SNAPSHOT_CREATE_EXTERNAL = "snapshot_create_external"
    SNAPSHOT_REVERT = "snapshot_revert"
    SNAPSHOT_DELETE = "snapshot_delete"
    POOL_TYPES = "pool_types"
    POOL_DEFINE = "pool_define"
    POOL_BUILD = "pool_build"
    POOL_START = "pool_start"
    POOL_STOP = "pool_stop"
    POOL_REFRESH = "pool_refresh"
    POOL_SET_AUTOSTART = "pool_set_autostart"
    POOL_DELETE = "pool_delete"
    VOLUME_CREATE = "volume_create"
    VOLUME_CLONE = "volume_clone"
    VOLUME_RESIZE = "volume_resize"
    VOLUME_WIPE = "volume_wipe"
    VOLUME_UPLOAD = "volume_upload"
    VOLUME_DOWNLOAD = "volume_download"
    VOLUME_DELETE = "volume_delete"
    NETWORK_DEFINE = "network_define"
    NETWORK_EDIT = "network_edit"
    NETWORK_UPDATE = "network_update"
    NETWORK_START = "network_start"
    NETWORK_STOP = "network_stop"
    NETWORK_SET_AUTOSTART = "network_set_autostart"
    NETWORK_DELETE = "network_delete"
    NETWORK_LEASES = "network_leases"

    @property
    def kind(self) -> Kind:
        """Of the object whose key it takes."""
        if self is Method.VOLUME_CREATE:
            return Kind.POOL
        prefix = self.partition("_")[0]
        return Kind.DOMAIN if prefix == "snapshot" else Kind(prefix)


COMPOSED = frozenset(
    {
        Method.START_PAUSED,
        Method.START_BOOT_MENU,
        Method.DEFINE,
        Method.CLONE,
        Method.SET_TITLE,
        Method.SET_DESCRIPTION,
        Method.SET_NOTES,
        Method.SET_TAGS,
        Method.SNAPSHOT_CREATE_EXTERNAL,
        Method.POOL_DEFINE,
        Method.VOLUME_CREATE,
        Method.VOLUME_CLONE,
        Method.VOLUME_UPLOAD,
        Method.VOLUME_DOWNLOAD,
        Method.NETWORK_DEFINE,
        Method.NETWORK_EDIT,
    }
)
"""Methods that no provider has a call for."""

LONG = frozenset(
    {
        Method.SNAPSHOT_CREATE,
        Method.POOL_BUILD,
        Method.POOL_START,
        Method.POOL_REFRESH,
        Method.VOLUME_RESIZE,
        Method.VOLUME_WIPE,
    }
)
"""Calls that take as long as they take, beside all others."""

UNHURRIED = LONG | {
    Method.START,
    Method.SAVE,
    Method.SNAPSHOT_REVERT,
    Method.SNAPSHOT_DELETE,
    Method.VOLUME_DELETE,
}
"""Calls that nobody gives up on: a guest's memory is read or written, or a disk is, and libvirt tells if it fails."""


class Metadata(StrEnum):
    """The texts that libvirt keeps for a domain; `ELEMENT` is our own XML element among its metadata."""

    TITLE = "title"
    DESCRIPTION = "description"
    ELEMENT = "element"


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """What is at the other end."""

    hypervisor: str
    hostname: str
    version: str
    """libvirt's version there, as `9.0.0`; empty where it tells none."""
    readonly: bool
    note: str = ""
    """A sentence for people where the connection is less than was asked for."""


FIGURES = frozenset({"vcpus", "memory", "max_memory"})
"""The members of a summary that an outline does not have."""


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain's summary. Memory is in bytes; of `FIGURES` 0 is what is not told, or not yet."""

    name: str
    state: str
    """One of `figures.STATES`."""
    reason: str
    """Why it is in this state, one of libvirt's reasons in words; empty where it says none."""
    vcpus: int
    memory: int
    """The most the guest may use now."""
    max_memory: int
    persistent: bool
    autostart: bool
    managed_save: bool

    def as_state(self) -> JsonObject:
        """The members of the published state; what is empty is left out."""
        members: JsonObject = {
            "name": self.name,
            "state": self.state,
            "persistent": self.persistent,
            "autostart": self.autostart,
            "managed_save": self.managed_save,
        }
        told = {"reason": self.reason, "vcpus": self.vcpus, "memory": self.memory, "max_memory": self.max_memory}
        return members | {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters of one running domain at one moment."""

    cpu_time: int
    """Nanoseconds that its virtual CPUs and its emulator ran since it was started."""
    vcpus: int
    memory_used: int
    """Bytes: as the guest sees it where it tells, else what the host gave to it, never more than it may use."""
    traffic: "Traffic | None" = None
    """None where the driver does not tell it."""


class Traffic(NamedTuple):
    """Bytes of all disks and of all interfaces since the domain was started, as the guest sees their direction."""

    disk_read: int
    disk_written: int
    received: int
    sent: int


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list tells of a pool or network besides its key; volumes and node devices have none of it."""

    active: bool = True
    persistent: bool = True
    autostart: bool = False


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The XML of a domain's snapshots by name, and which one is current; empty where none is."""

    xml: Mapping[str, str]
    current: str = ""


class Listener(Protocol):
    """Who is told of changes; both are called on the event loop."""

    def changed(self, kind: Kind, key: str) -> None:
        """The object changed, appeared or went away; an empty `key` says that any of its kind may have."""

    def closed(self, reason: str) -> None:
        """The connection broke; `reason` is a sentence. Nothing is told after that."""


class Provider(ABC):
    """One open connection. Calls on a broken one fail with `disconnected`, unanswered ones with `timeout`."""

    name: ClassVar[str]
    """As a setting names it."""
    info: ConnectionInfo
    capabilities: Capabilities

    @abstractmethod
    async def domains(self, keys: Collection[str] | None = None) -> dict[str, Domain]:
        """All domains by key, from a fixed number of calls where the driver can; with `keys` those that exist."""

    async def outlines(self) -> dict[str, Domain]:
        """All domains without their `FIGURES`, where that takes a small part of the time of `domains`; else none."""
        return {}

    @abstractmethod
    async def readings(self) -> dict[str, Reading]:
        """The counters of all running domains, from one bulk call where the driver can."""

    @abstractmethod
    async def listing(self, kind: Kind) -> dict[str, Listed]:
        """All pools, networks, node devices, or volumes of active pools, from a fixed number of calls (per pool)."""

    @abstractmethod
    async def describe(self, kind: Kind, keys: Collection[str], *, inactive: bool = False) -> dict[str, str]:
        """The XML of those of `keys` that exist, without secrets; `inactive` is what the next start will use."""

    @abstractmethod
    async def snapshots(self, key: str) -> Snapshots:
        """The snapshots of a domain."""

    @abstractmethod
    async def addresses(self, sources: Mapping[str, Literal["lease", "agent"]]) -> dict[str, list[str]]:
        """The IP addresses of these running domains, asked of that source; who cannot be asked has none."""

    @abstractmethod
    async def screenshot(self, key: str) -> bytes:
        """What a running domain's first screen shows: PNG or PPM, at most `SCREENSHOT_MAX` bytes.

        Problem `too-large` beyond that, `not-supported` where `capabilities` says why not.
        """

    @abstractmethod
    async def host(self) -> JsonObject:
        """Facts of the host: `cpus`, `memory` in bytes, `model`; what it does not tell is left out."""

    @abstractmethod
    async def act(self, method: Method, key: str, **params: Any) -> None:
        """Do `method`; Problem `not-found` where no object has this key. libvirt's own refusal is told in its words.

        START takes `paused`; SET_AUTOSTART `on`; RENAME `name`; SEND_KEYS `keys` (codes of Linux) and `hold` (ms);
        DELETE `state` (managed save and known snapshots as well) or `everything` (NVRAM and checkpoints too);
        SNAPSHOT_CREATE `xml` and `disk_only`; SNAPSHOT_REVERT `snapshot` and `force`; SNAPSHOT_DELETE `snapshot` and
        `children`; POOL_BUILD `overwrite` (what is on its devices is lost); POOL_SET_AUTOSTART `on`; POOL_DELETE
        `contents` (what it keeps its volumes in goes, and its definition stays); VOLUME_RESIZE `capacity` and `shrink`;
        NETWORK_UPDATE the members of `networks.updates.Update`. Those of `COMPOSED` are made of others and of what is
        below; SCREENSHOT, POOL_TYPES and NETWORK_LEASES go through `screenshot`, `pool_types` and `leases`.
        """

    @abstractmethod
    async def set_metadata(self, key: str, what: Metadata, text: str, *, live: bool, config: bool) -> None:
        """Set a text of a domain, of what runs and of what the next start will use; an empty one is removed."""

    @abstractmethod
    async def definition(self, key: str, *, live: bool = False) -> str:
        """The XML that the next start of a domain will use with its secrets, as `define` takes it; `live`: of now."""

    @abstractmethod
    async def define(self, xml: str, *, validate: bool, kind: Kind = Kind.DOMAIN) -> None:
        """Define an object, or redefine the one whose UUID the XML has; `validate` a domain by the schema."""

    @abstractmethod
    async def pool_types(self) -> list[str]:
        """The types of storage pools that this libvirt was built with and has the driver of."""

    @abstractmethod
    async def create_volume(self, pool: str, xml: str, source: str = "") -> None:
        """Make a volume in the pool, a copy of the volume `source` where one is named, as long as that takes."""

    @abstractmethod
    async def upload(self, key: str, length: int, content: AsyncIterator[bytes]) -> None:
        """Write the `length` bytes that `content` brings to the beginning of a volume, as fast as they are taken.

        Cancelled, or where `content` fails, what was written stays.
        """

    @abstractmethod
    async def download(self, key: str, offset: int, length: int) -> bytes:
        """At most `length` bytes of a volume from `offset` on; fewer only at its end."""

    @abstractmethod
    async def job_progress(self, key: str) -> tuple[int, int] | None:
        """How many bytes of how many libvirt has written or sent of a domain's memory; None where it does not."""

    @abstractmethod
    async def abort_job(self, key: str) -> None:
        """End what `job_progress` tells of; the call that it belongs to fails then."""

    @abstractmethod
    async def leases(self, key: str) -> list[Lease]:
        """The addresses that a network's DHCP has lent; none of one that has no DHCP or does not run."""

    @abstractmethod
    async def close(self) -> None:
        """Give everything back; never fails, takes five seconds at most. The listener is not called any more."""
