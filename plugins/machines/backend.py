"""The back end of the machines, storage and networks pages: the channels `libvirt1` and `libvirt-volume1`."""

from collections.abc import Iterable

from bridge import hookimpl
from bridge.channel import Channel
from plugins.machines.channel import LibvirtChannel, jobs, logs, recorder
from plugins.machines.storage.volume_channel import VolumeChannel


@hookimpl
def channels() -> Iterable[type[Channel]]:
    """See `bridge.hookspecs`."""
    return [LibvirtChannel, VolumeChannel]


@hookimpl
async def shutdown() -> None:
    """See `bridge.hookspecs`."""
    await jobs.close()
    await recorder.close()
    await logs.close()
