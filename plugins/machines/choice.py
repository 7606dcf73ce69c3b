"""Which connection a page gets that asks for none: the system's machines, the user's own, or the demo.

The demo is for a machine that has no hypervisor. Where libvirt is installed but cannot be reached, the page must say
so: a demo in its place would hide the fault.
"""

import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bridge.protocol import Problem

SYSTEM = "qemu:///system"
SESSION = "qemu:///session"
DEMO = "test://" + quote(str(Path(__file__).resolve().parent / "demo" / "inventory.xml"))
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


async def choose(uri: str, environ: Mapping[str, str], host: Host, probe: Probe) -> Choice:
    """The connection for an open that asks for `uri`; empty leaves the choice to us. Problem for what is no URI.

    Root gets the system's machines, for libvirt has no other for it; everybody else the system's where they answer,
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
