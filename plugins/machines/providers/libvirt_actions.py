"""What can be done through libvirt-python: for each method the call on the object it is about."""

from collections.abc import Callable, Mapping
from typing import Any

import libvirt

from plugins.machines.networks.updates import NETWORK_COMMANDS, NETWORK_SECTIONS
from plugins.machines.provider import Method

Params = Mapping[str, Any]
Call = Callable[[Any, Params], object]

_UNDEFINE = libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
_EVERYTHING = libvirt.VIR_DOMAIN_UNDEFINE_NVRAM | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
"""What not every driver takes."""


def _start(domain: Any, params: Params) -> object:
    return domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED if params.get("paused") else 0)


def _send_keys(domain: Any, params: Params) -> object:
    keys = params["keys"]
    return domain.sendKey(libvirt.VIR_KEYCODE_SET_LINUX, params.get("hold", 0), keys, len(keys), 0)


def _delete(domain: Any, params: Params) -> object:
    everything = _EVERYTHING if params.get("everything") else 0
    return domain.undefineFlags(_UNDEFINE | everything if everything or params.get("state") else 0)


def _create_snapshot(domain: Any, params: Params) -> object:
    disk_only = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY if params.get("disk_only") else 0
    return domain.snapshotCreateXML(params["xml"], disk_only)


def _revert_snapshot(domain: Any, params: Params) -> object:
    force = libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_FORCE if params.get("force") else 0
    return domain.revertToSnapshot(domain.snapshotLookupByName(params["snapshot"]), force)


def _delete_snapshot(domain: Any, params: Params) -> object:
    children = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN if params.get("children") else 0
    return domain.snapshotLookupByName(params["snapshot"]).delete(children)


def _build_pool(pool: Any, params: Params) -> object:
    return pool.build(libvirt.VIR_STORAGE_POOL_BUILD_OVERWRITE if params.get("overwrite") else 0)


def _delete_pool(pool: Any, params: Params) -> object:
    return pool.delete(libvirt.VIR_STORAGE_POOL_DELETE_NORMAL) if params.get("contents") else pool.undefine()


def _resize_volume(volume: Any, params: Params) -> object:
    return volume.resize(params["capacity"], libvirt.VIR_STORAGE_VOL_RESIZE_SHRINK if params.get("shrink") else 0)


def _update_network(network: Any, params: Params) -> object:
    command, section = NETWORK_COMMANDS[params["command"]], NETWORK_SECTIONS[params["section"]]
    flags = params["live"] * libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE
    flags |= params["config"] * libvirt.VIR_NETWORK_UPDATE_AFFECT_CONFIG
    return network.update(command, section, params["parent"], params["xml"], flags)


CALLS: Mapping[Method, Call] = {
    Method.START: _start,
    Method.SHUTDOWN: lambda domain, _: domain.shutdown(),
    Method.DESTROY: lambda domain, _: domain.destroy(),
    Method.SUSPEND: lambda domain, _: domain.suspend(),
    Method.RESUME: lambda domain, _: domain.resume(),
    Method.REBOOT: lambda domain, _: domain.reboot(0),
    Method.RESET: lambda domain, _: domain.reset(0),
    Method.SAVE: lambda domain, _: domain.managedSave(),
    Method.REMOVE_SAVED: lambda domain, _: domain.managedSaveRemove(),
    Method.SEND_NMI: lambda domain, _: domain.injectNMI(),
    Method.SEND_KEYS: _send_keys,
    Method.SET_AUTOSTART: lambda domain, params: domain.setAutostart(bool(params["on"])),
    Method.RENAME: lambda domain, params: domain.rename(params["name"], 0),
    Method.DELETE: _delete,
    Method.SNAPSHOT_CREATE: _create_snapshot,
    Method.SNAPSHOT_REVERT: _revert_snapshot,
    Method.SNAPSHOT_DELETE: _delete_snapshot,
    Method.POOL_BUILD: _build_pool,
    Method.POOL_START: lambda pool, _: pool.create(),
    Method.POOL_STOP: lambda pool, _: pool.destroy(),
    Method.POOL_REFRESH: lambda pool, _: pool.refresh(),
    Method.POOL_SET_AUTOSTART: lambda pool, params: pool.setAutostart(bool(params["on"])),
    Method.POOL_DELETE: _delete_pool,
    Method.VOLUME_RESIZE: _resize_volume,
    Method.VOLUME_WIPE: lambda volume, _: volume.wipe(),
    Method.VOLUME_DELETE: lambda volume, _: volume.delete(),
    Method.NETWORK_START: lambda network, _: network.create(),
    Method.NETWORK_STOP: lambda network, _: network.destroy(),
    Method.NETWORK_SET_AUTOSTART: lambda network, params: network.setAutostart(bool(params["on"])),
    Method.NETWORK_DELETE: lambda network, _: network.undefine(),
    Method.NETWORK_UPDATE: _update_network,
}
