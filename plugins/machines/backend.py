"""The back end of the machines, storage and networks pages: the channel `libvirt1`."""

from collections.abc import Iterable

from bridge import hookimpl
from bridge.channel import Channel
from plugins.machines.channel import LibvirtChannel, jobs, logs, recorder


@hookimpl
def channels() -> Iterable[type[Channel]]:
    """See `bridge.hookspecs`."""
    return [LibvirtChannel]


@hookimpl
async def shutdown() -> None:
    """See `bridge.hookspecs`."""
    await jobs.close()
    await recorder.close()
    await logs.close()
