"""What can be done through libvirt-dbus: for each method the call on the object it is about."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from plugins.machines.networks.updates import NETWORK_COMMANDS, NETWORK_SECTIONS
from plugins.machines.provider import Method

Params = Mapping[str, Any]

_MANAGED_SAVE, _SNAPSHOTS_METADATA, _NVRAM, _CHECKPOINTS_METADATA = 1, 2, 4, 16
"""virDomainUndefineFlagsValues."""
_LINUX = 0
"""VIR_KEYCODE_SET_LINUX."""
_PAUSED, _DISK_ONLY, _FORCE, _CHILDREN, _SHRINK, _OVERWRITE = 1, 16, 4, 1, 4, 8
_ZEROES = 0
"""VIR_STORAGE_VOL_WIPE_ALG_ZERO."""
_LIVE, _CONFIG = 1, 2
"""virNetworkUpdateFlags."""

LIMITS: Mapping[Method, str] = {
    Method.SCREENSHOT: "libvirt-dbus passes on no streams, and so no screens",
    Method.VOLUME_UPLOAD: "libvirt-dbus passes on no streams, and so nothing into a volume",
    Method.VOLUME_DOWNLOAD: "libvirt-dbus passes on no streams, and so nothing of what a volume holds",
    Method.DEFINE: "libvirt-dbus cannot have libvirt validate XML, so none is edited through it",
    Method.POOL_TYPES: "libvirt-dbus does not tell which types of pools this libvirt has",
}
"""What libvirt-dbus has no call for."""


class Call(NamedTuple):
    """A method of the interface Domain, or of what `Method` says it is about, its types and arguments."""

    member: str
    types: str = ""
    arguments: tuple[Any, ...] = ()


def _delete(params: Params) -> Call:
    flags = 0
    if params.get("state") or params.get("everything"):
        flags = _MANAGED_SAVE | _SNAPSHOTS_METADATA
    if params.get("everything"):
        flags |= _NVRAM | _CHECKPOINTS_METADATA
    return Call("Undefine", "u", (flags,))


def _create_snapshot(params: Params) -> Call:
    return Call("SnapshotCreateXML", "su", (params["xml"], _DISK_ONLY * bool(params.get("disk_only"))))


def _delete_pool(params: Params) -> Call:
    return Call("Delete", "u", (0,)) if params.get("contents") else Call("Undefine")


def _resize_volume(params: Params) -> Call:
    return Call("Resize", "tu", (params["capacity"], _SHRINK * bool(params.get("shrink"))))


def _update_network(params: Params) -> Call:
    command, section = NETWORK_COMMANDS[params["command"]], NETWORK_SECTIONS[params["section"]]
    flags = _LIVE * params["live"] | _CONFIG * params["config"]
    return Call("Update", "uuisu", (command, section, params["parent"], params["xml"], flags))


CALLS: Mapping[Method, Callable[[Params], Call]] = {
    Method.START: lambda params: Call("Create", "u", (_PAUSED * bool(params.get("paused")),)),
    Method.SHUTDOWN: lambda _: Call("Shutdown", "u", (0,)),
    Method.DESTROY: lambda _: Call("Destroy", "u", (0,)),
    Method.SUSPEND: lambda _: Call("Suspend"),
    Method.RESUME: lambda _: Call("Resume"),
    Method.REBOOT: lambda _: Call("Reboot", "u", (0,)),
    Method.RESET: lambda _: Call("Reset", "u", (0,)),
    Method.SAVE: lambda _: Call("ManagedSave", "u", (0,)),
    Method.REMOVE_SAVED: lambda _: Call("ManagedSaveRemove", "u", (0,)),
    Method.SEND_NMI: lambda _: Call("InjectNMI", "u", (0,)),
    Method.SEND_KEYS: lambda params: Call("SendKey", "uuauu", (_LINUX, params.get("hold", 0), params["keys"], 0)),
    Method.RENAME: lambda params: Call("Rename", "su", (params["name"], 0)),
    Method.DELETE: _delete,
    Method.SNAPSHOT_CREATE: _create_snapshot,
    Method.SNAPSHOT_REVERT: lambda params: Call("Revert", "u", (_FORCE * bool(params.get("force")),)),
    Method.SNAPSHOT_DELETE: lambda params: Call("Delete", "u", (_CHILDREN * bool(params.get("children")),)),
    Method.POOL_BUILD: lambda params: Call("Build", "u", (_OVERWRITE * bool(params.get("overwrite")),)),
    Method.POOL_START: lambda _: Call("Create", "u", (0,)),
    Method.POOL_STOP: lambda _: Call("Destroy"),
    Method.POOL_REFRESH: lambda _: Call("Refresh", "u", (0,)),
    Method.POOL_DELETE: _delete_pool,
    Method.VOLUME_RESIZE: _resize_volume,
    Method.VOLUME_WIPE: lambda _: Call("Wipe", "uu", (_ZEROES, 0)),
    Method.VOLUME_DELETE: lambda _: Call("Delete", "u", (0,)),
    Method.NETWORK_START: lambda _: Call("Create"),
    Method.NETWORK_STOP: lambda _: Call("Destroy"),
    Method.NETWORK_DELETE: lambda _: Call("Undefine"),
    Method.NETWORK_UPDATE: _update_network,
}
"""SET_AUTOSTART and its likes of pools and networks are properties."""
