"""What a connection cannot do at all, and the sentence that says why: told before anybody tries."""

from collections.abc import Mapping

from plugins.machines.provider import READ_ONLY, Capabilities, ConnectionInfo, Method

_NO_HARDWARE = "A container has no hardware that could be reset"
_NO_MEMORY = "The memory of a container cannot be saved"
_NO_FIRMWARE = "A container has no firmware, and so no boot menu"
_NO_INPUT = "A container has no keyboard and no interrupts"
_NO_CONTENTS = "Volumes of libvirt's test driver hold nothing"
_NO_CONTAINER_SNAPSHOTS = "libvirt makes no snapshots of containers"

BY_HYPERVISOR: Mapping[str, Mapping[Method, str]] = {
    "LXC": {
        Method.RESET: _NO_HARDWARE,
        Method.SAVE: _NO_MEMORY,
        Method.REMOVE_SAVED: _NO_MEMORY,
        Method.START_PAUSED: "A container cannot be started paused",
        Method.START_BOOT_MENU: _NO_FIRMWARE,
        Method.SEND_NMI: _NO_INPUT,
        Method.SEND_KEYS: _NO_INPUT,
        Method.SCREENSHOT: "A container has no screen",
        Method.RENAME: "libvirt cannot rename containers",
        Method.SNAPSHOT_CREATE: _NO_CONTAINER_SNAPSHOTS,
        Method.SNAPSHOT_CREATE_EXTERNAL: _NO_CONTAINER_SNAPSHOTS,
        Method.SNAPSHOT_REVERT: _NO_CONTAINER_SNAPSHOTS,
        Method.SNAPSHOT_DELETE: _NO_CONTAINER_SNAPSHOTS,
    },
    "TEST": {
        Method.START_PAUSED: "libvirt's test driver cannot start a machine paused",
        Method.SNAPSHOT_CREATE_EXTERNAL: "libvirt's test driver makes no external snapshots",
        Method.POOL_TYPES: "libvirt's test driver does not tell which types of pools it has",
        Method.VOLUME_RESIZE: "libvirt's test driver cannot resize a volume",
        Method.VOLUME_WIPE: _NO_CONTENTS,
        Method.VOLUME_UPLOAD: _NO_CONTENTS,
        Method.VOLUME_DOWNLOAD: _NO_CONTENTS,
        Method.NETWORK_LEASES: "libvirt's test driver has no DHCP, and so no leases",
    },
}
"""By the name that virConnectGetType gives the driver."""


def allowed(info: ConnectionInfo, provider: Mapping[Method, str] | None = None) -> Capabilities:
    """The capabilities of a connection: all methods but what its hypervisor and its `provider` cannot do."""
    limits = {**BY_HYPERVISOR.get(info.hypervisor, {}), **(provider or {})}
    if info.readonly:
        limits = dict.fromkeys(Method, READ_ONLY)
    return {method.value: limits.get(method, True) for method in Method}
