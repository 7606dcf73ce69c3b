"""Which connection a page gets that asks for none, and by which way: the system's machines, one's own, or the demo.

The demo is for a machine that has no hypervisor. Where libvirt is installed but cannot be reached, the page must say
so: a demo in its place would hide the fault.
"""

import os
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from bridge.protocol import Problem

SYSTEM = "qemu:///system"
SESSION = "qemu:///session"
DEMO = "test://" + quote(str(Path(__file__).resolve().parents[1] / "demo" / "inventory.xml"))
"""libvirt's own test driver, in this process, with an inventory of ours."""

URI_MAX = 1024
"""Characters of the longest URI taken."""

_DAEMONS = ("libvirtd", "virtqemud")
_EMULATORS = ("qemu-system-*", "qemu-kvm")
_SOCKETS = ("libvirt-sock", "virtqemud-sock")
_DEMO_NOTE = "These machines are a demonstration; nothing here is real."
_ADMIN_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/libexec"

Probe = Callable[[str], Awaitable[str]]
"""Tries a URI: an empty string where it answers, else the sentence that says why not."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A URI to connect to; `note` says why it is this one, empty where that needs no saying."""

    uri: str
    demo: bool = False
    note: str = ""
    provider: str = ""
    """The provider that a setting or the page asks for; empty leaves it to what is installed."""


PROVIDERS = ("libvirt-python", "libvirt-dbus", "virsh")
"""The ways to reach libvirt, the richest first."""
PROVIDER_SETTING = "PILOTHOUSE_LIBVIRT_PROVIDER"

DBUS_ROOTS: Mapping[str, tuple[Literal["system", "session"], str]] = {
    SYSTEM: ("system", "QEMU"),
    SESSION: ("session", "QEMU"),
    "lxc:///": ("system", "LXC"),
    "xen:///": ("system", "Xen"),
    "test:///default": ("session", "Test"),
}
"""What libvirt-dbus can reach, its whole list being compiled in: the bus and the name of the object."""

_DBUS_SERVICES = ("dbus-1/system-services", "dbus-1/services")


@dataclass(frozen=True, slots=True)
class Host:
    """What the choice depends on, besides the environment."""

    root: bool
    system_socket: bool
    session_socket: bool
    daemon: bool
    qemu: bool

    @classmethod
    def look(cls, environ: Mapping[str, str]) -> "Host":
        """This machine as it is now."""
        path = f"{environ.get('PATH', os.defpath)}:{_ADMIN_PATH}"
        runtime = environ.get("XDG_RUNTIME_DIR")
        return cls(
            root=os.geteuid() == 0,
            system_socket=_has_socket(Path("/run/libvirt")),
            session_socket=bool(runtime) and _has_socket(Path(runtime or "") / "libvirt"),
            daemon=any(shutil.which(name, path=path) for name in _DAEMONS),
            qemu=any(any(Path(folder).glob(name)) for folder in path.split(":") if folder for name in _EMULATORS),
        )


def installed_providers(environ: Mapping[str, str]) -> list[str]:
    """Those of `PROVIDERS` that this machine has."""
    folders = environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    services = [
        Path(folder) / service / "org.libvirt.service" for folder in folders.split(":") for service in _DBUS_SERVICES
    ]
    found = {
        "libvirt-python": find_spec("libvirt") is not None,
        "libvirt-dbus": any(service.is_file() for service in services) and find_spec("dbus_fast") is not None,
        "virsh": shutil.which("virsh", path=environ.get("PATH")) is not None,
    }
    return [name for name in PROVIDERS if found[name]]


def choose_provider(choice: Choice, installed: Sequence[str], *, root: bool) -> str:
    """The provider for a connection: the one asked for, else the first that is installed and can reach the URI.

    Problem `not-supported` where there is none. libvirt-dbus shows root the system's machines as its own session's, so
    it is not asked for those.
    """
    wanted = [choice.provider] if choice.provider else PROVIDERS
    is_reachable = choice.uri in DBUS_ROOTS and not (root and choice.uri == SESSION)
    for name in wanted:
        if name in installed and (name != "libvirt-dbus" or is_reachable):
            return name
    if choice.provider in installed:
        raise Problem("not-supported", f"{choice.provider} cannot reach {choice.uri}")
    if choice.provider:
        raise Problem("not-supported", f"{choice.provider} is not installed on this computer")
    raise Problem(
        "not-supported", f"None of {', '.join(PROVIDERS)} is installed on this computer that reaches {choice.uri}"
    )


async def choose(uri: str, environ: Mapping[str, str], host: Host, probe: Probe, provider: str = "") -> Choice:
    """The connection for an open that asks for `uri` and `provider`; what is empty is left to us.

    Problem for what is no URI or no provider.
    """
    provider = provider or environ.get(PROVIDER_SETTING, "")
    if provider and provider not in PROVIDERS:
        raise Problem("protocol-error", f"attribute 'provider': must be one of {', '.join(PROVIDERS)}")
    return replace(await _choose_connection(uri, environ, host, probe), provider=provider)


async def _choose_connection(uri: str, environ: Mapping[str, str], host: Host, probe: Probe) -> Choice:
    """Root gets the system's machines, for libvirt has no other for it; everybody else the system's where they answer,
    else their own. `probe` is asked only where there is something to choose between.
    """
    if wanted := uri or environ.get("PILOTHOUSE_LIBVIRT_URI", ""):
        return Choice(_checked(wanted), demo=wanted == DEMO)
    if environ.get("PILOTHOUSE_DEMO") == "1":
        return Choice(DEMO, demo=True, note=_DEMO_NOTE)
    if not (host.system_socket or host.session_socket or host.daemon):
        return Choice(DEMO, demo=True, note=f"This computer has no hypervisor: libvirt is not installed. {_DEMO_NOTE}")
    if host.root:
        return Choice(SYSTEM)
    return await _choose_for_user(host, probe)


async def _choose_for_user(host: Host, probe: Probe) -> Choice:
    refusal = await probe(SYSTEM) if host.system_socket else "its service is not running"
    if not refusal:
        return Choice(SYSTEM)
    if host.qemu and (host.session_socket or host.daemon) and not await probe(SESSION):
        return Choice(SESSION, note=f"These are your own machines; the system's cannot be shown: {refusal}")
    return Choice(SYSTEM)


def _checked(uri: str) -> str:
    if len(uri) > URI_MAX:
        raise Problem("protocol-error", f"attribute 'uri': longer than {URI_MAX} characters")
    if not uri.isprintable() or ":" not in uri:
        raise Problem("protocol-error", "attribute 'uri': must be a libvirt URI such as qemu:///system")
    return uri


def _has_socket(folder: Path) -> bool:
    try:
        return any((folder / name).is_socket() for name in _SOCKETS)
    except OSError:
        return True
