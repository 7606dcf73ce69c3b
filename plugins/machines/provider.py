"""What the machines back end asks of a way to reach libvirt, whichever it is: libvirt-python, libvirt-dbus or virsh.

A provider is one open connection to one URI. It promises nothing about how it talks, only this: every coroutine is
bounded in time and fails with a `Problem` alone; objects are addressed by key, never by name; changes are told to its
listener on the event loop that opened it.

A domain's key is its UUID, in lower case with hyphens. Pools, networks, secrets and filters have UUIDs as keys as well;
volumes and snapshots the UUID of what holds them and their name; node devices their name.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from bridge.protocol import JsonObject

Capabilities = Mapping[str, Literal[True] | str]
"""For each method whether it can be called here: True, or the sentence that says why not."""


class DomainAction(StrEnum):
    """The lifecycle actions; the value is the method's name on the wire and the name of its capability."""

    START = "domain_start"
    SHUTDOWN = "domain_shutdown"
    DESTROY = "domain_destroy"
    SUSPEND = "domain_suspend"
    RESUME = "domain_resume"
    REBOOT = "domain_reboot"
    RESET = "domain_reset"


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


@dataclass(frozen=True, slots=True)
class Domain:
    """The summary of one domain. Memory is in bytes."""

    name: str
    state: str
    """One of `STATES`."""
    reason: str
    """Why it is in this state, one of libvirt's reasons in words; empty where it says none."""
    vcpus: int
    memory: int
    """The most the guest may use now."""
    max_memory: int
    persistent: bool
    autostart: bool
    managed_save: bool
    title: str | None = None
    """None where it was not read: bulk reads leave it out, because libvirt tells it one domain at a time."""

    def as_state(self) -> JsonObject:
        """The members of the published state; what is empty is left out."""
        members: JsonObject = {
            "name": self.name,
            "state": self.state,
            "vcpus": self.vcpus,
            "memory": self.memory,
            "max_memory": self.max_memory,
            "persistent": self.persistent,
            "autostart": self.autostart,
            "managed_save": self.managed_save,
        }
        if self.reason:
            members["reason"] = self.reason
        if self.title:
            members["title"] = self.title
        return members


STATES = ("no state", "running", "blocked", "paused", "shutting down", "shut off", "crashed", "suspended")
"""The words for virDomainState, in its order."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters of one running domain at one moment."""

    cpu_time: int
    """Nanoseconds that its virtual CPUs and its emulator ran since it was started."""
    vcpus: int
    memory_used: int
    """Bytes: as the guest sees it where it tells, else what the host gave to it, never more than it may use."""


class Listener(Protocol):
    """Who is told of changes; both are called on the event loop."""

    def changed(self, key: str) -> None:
        """The domain `key` changed, appeared or went away."""

    def closed(self, reason: str) -> None:
        """The connection broke; `reason` is a sentence. Nothing is told after that."""


class Provider(ABC):
    """One open connection. Calls on a broken one fail with `disconnected`, unanswered ones with `timeout`."""

    info: ConnectionInfo
    capabilities: Capabilities

    @abstractmethod
    async def domains(self, keys: Collection[str] | None = None) -> dict[str, Domain]:
        """All domains by key, without titles, from a fixed number of calls where the driver can.

        With `keys` those of them that exist, titles included.
        """

    @abstractmethod
    async def titles(self, keys: Collection[str]) -> dict[str, str]:
        """The titles of those domains that exist; an empty string where one has none. One call per domain."""

    @abstractmethod
    async def readings(self) -> dict[str, Reading]:
        """The counters of all running domains, from one bulk call where the driver can."""

    @abstractmethod
    async def act(self, action: DomainAction, key: str) -> None:
        """Do `action`; Problem `not-found` where no domain has this key. libvirt's own refusal is told in its words."""

    @abstractmethod
    async def close(self) -> None:
        """Give everything back; never fails, takes five seconds at most. The listener is not called any more."""
