"""The back end of the machines, storage and networks pages: the channels `libvirt1` and `libvirt-volume1`."""

import os
from collections.abc import Iterable

from bridge import hookimpl
from bridge.channel import Channel
from plugins.machines.channel import LibvirtChannel, jobs, logs, recorder
from plugins.machines.providers.connections import warm_up
from plugins.machines.storage.volume_channel import VolumeChannel


@hookimpl
def channels() -> Iterable[type[Channel]]:
    """See `bridge.hookspecs`."""
    return [LibvirtChannel, VolumeChannel]


@hookimpl
def startup() -> None:
    """See `bridge.hookspecs`. Started for a page, this process waits for the first channel, and not that for this."""
    warm_up(os.environ)


@hookimpl
async def shutdown() -> None:
    """See `bridge.hookspecs`."""
    await jobs.close()
    await recorder.close()
    await logs.close()
