"""virsh's commands, built; no I/O. A UUID stands as it is; any other text is quoted, behind `--option=`."""

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from bridge.protocol import Problem
from plugins.machines.provider import Kind, Metadata, Method
from plugins.machines.providers.virsh_process import quoted
from plugins.machines.state.libvirt_xml import parse

Params = Mapping[str, Any]
Build = Callable[[str, Params], str]


def split_volume(key: str) -> tuple[str, str]:
    """Pool and name of a volume's key; of another key an empty text and itself."""
    pool, slash, name = key.partition("/")
    return (pool, name) if slash else ("", key)


def volume(key: str) -> str:
    """The options that name a volume."""
    pool, name = split_volume(key)
    return f"--pool={pool} --vol={quoted(name)}"


def description(kind: Kind, key: str, *, inactive: bool) -> str:
    """The command that prints the XML of an object."""
    if kind is Kind.VOLUME:
        return f"vol-dumpxml {volume(key)}"
    if kind is Kind.DEVICE:
        return f"nodedev-dumpxml --device={quoted(key)}"
    command = {Kind.DOMAIN: "dumpxml", Kind.POOL: "pool-dumpxml", Kind.NETWORK: "net-dumpxml"}[kind]
    return f"{command} {key}{' --inactive' * inactive}"


def described(kind: Kind, xml: str) -> str:
    """What of its key the object is that `xml` is of: virsh may have taken a key for another's name."""
    return parse(xml).findtext("uuid" if kind in (Kind.DOMAIN, Kind.POOL, Kind.NETWORK) else "name") or ""


def desc(key: str, what: Metadata, reach: str) -> str:
    """The command that sets title or description to what is in the file that the editor copies."""
    return f"desc {key}{' --title' * (what is Metadata.TITLE)} --edit{reach}"


def upload(key: str, file: str, length: int) -> str:
    """The command that writes a file to the beginning of a volume."""
    return f"vol-upload {volume(key)} --file={quoted(file)} --length={length}"


def download(key: str, file: str, offset: int, length: int) -> str:
    """The command that copies a part of a volume into a file."""
    return f"vol-download {volume(key)} --file={quoted(file)} --offset={offset} --length={length}"


def _send_keys(key: str, params: Params) -> str:
    hold = f" --holdtime {int(params['hold'])}" if params.get("hold") else ""
    return f"send-key {key} --codeset linux{hold} " + " ".join(str(int(code)) for code in params["keys"])


def _delete(key: str, params: Params) -> str:
    everything = " --checkpoints-metadata --nvram" * bool(params.get("everything"))
    state = " --managed-save --snapshots-metadata" * bool(everything or params.get("state"))
    return f"undefine {key}{state}{everything}"


def _create_snapshot(key: str, params: Params) -> str:
    return f"snapshot-create {key} --xmlfile={params['xmlfile']}{' --disk-only' * bool(params.get('disk_only'))}"


def _revert_snapshot(key: str, params: Params) -> str:
    force = " --force" * bool(params.get("force"))
    return f"snapshot-revert {key} --snapshotname={quoted(params['snapshot'])}{force}"


def _delete_snapshot(key: str, params: Params) -> str:
    children = " --children" * bool(params.get("children"))
    return f"snapshot-delete {key} --snapshotname={quoted(params['snapshot'])}{children}"


def _resize_volume(key: str, params: Params) -> str:
    return f"vol-resize {volume(key)} --capacity={int(params['capacity'])}B{' --shrink' * bool(params.get('shrink'))}"


_NETWORK_SECTIONS = {"range": "ip-dhcp-range", "host": "ip-dhcp-host", "dns_host": "dns-host"}


def _update_network(key: str, params: Params) -> str:
    """`xmlfile` is a file's name or, for people, the XML itself."""
    parent = "" if params["parent"] < 0 else f" --parent-index={int(params['parent'])}"
    reach = " --live" * params["live"] + " --config" * params["config"]
    command = "add-last" if params["command"] == "add" else "delete"
    return f"net-update {key} {command} {_NETWORK_SECTIONS[params['section']]} --xml={params['xmlfile']}{parent}{reach}"


COMMANDS: Mapping[Method, Build] = {
    Method.START: lambda key, params: f"start {key}{' --paused' * bool(params.get('paused'))}",
    Method.SHUTDOWN: lambda key, _: f"shutdown {key}",
    Method.DESTROY: lambda key, _: f"destroy {key}",
    Method.SUSPEND: lambda key, _: f"suspend {key}",
    Method.RESUME: lambda key, _: f"resume {key}",
    Method.REBOOT: lambda key, _: f"reboot {key}",
    Method.RESET: lambda key, _: f"reset {key}",
    Method.SAVE: lambda key, _: f"managedsave {key}",
    Method.REMOVE_SAVED: lambda key, _: f"managedsave-remove {key}",
    Method.SEND_NMI: lambda key, _: f"inject-nmi {key}",
    Method.SEND_KEYS: _send_keys,
    Method.SCREENSHOT: lambda key, _: f"screenshot {key}",
    Method.SET_AUTOSTART: lambda key, params: f"autostart {key}{'' if params['on'] else ' --disable'}",
    Method.RENAME: lambda key, params: f"domrename --domain={key} --new-name={quoted(params['name'])}",
    Method.DELETE: _delete,
    Method.SNAPSHOT_CREATE: _create_snapshot,
    Method.SNAPSHOT_REVERT: _revert_snapshot,
    Method.SNAPSHOT_DELETE: _delete_snapshot,
    Method.POOL_TYPES: lambda _key, _: "pool-capabilities",
    Method.POOL_BUILD: lambda key, params: f"pool-build {key}{' --overwrite' * bool(params.get('overwrite'))}",
    Method.POOL_START: lambda key, _: f"pool-start {key}",
    Method.POOL_STOP: lambda key, _: f"pool-destroy {key}",
    Method.POOL_REFRESH: lambda key, _: f"pool-refresh {key}",
    Method.POOL_SET_AUTOSTART: lambda key, params: f"pool-autostart {key}{'' if params['on'] else ' --disable'}",
    Method.POOL_DELETE: lambda key, params: f"{'pool-delete' if params.get('contents') else 'pool-undefine'} {key}",
    Method.VOLUME_RESIZE: _resize_volume,
    Method.VOLUME_WIPE: lambda key, _: f"vol-wipe {volume(key)}",
    Method.VOLUME_DELETE: lambda key, _: f"vol-delete {volume(key)}",
    Method.NETWORK_START: lambda key, _: f"net-start {key}",
    Method.NETWORK_STOP: lambda key, _: f"net-destroy {key}",
    Method.NETWORK_SET_AUTOSTART: lambda key, params: f"net-autostart {key}{'' if params['on'] else ' --disable'}",
    Method.NETWORK_DELETE: lambda key, _: f"net-undefine {key}",
    Method.NETWORK_UPDATE: _update_network,
    Method.NETWORK_LEASES: lambda key, _: f"net-dhcp-leases {key}",
}


def built(method: Method, key: str, params: Params) -> list[str]:
    """The words of the command that does `method`; Problem `not-supported` where none can."""
    # virsh's own language quotes as a shell does.
    try:
        return shlex.split(COMMANDS[method](key, params))
    except ValueError:
        raise Problem("not-supported", "virsh has no command for this") from None
