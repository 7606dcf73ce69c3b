"""A volume that is made as a copy of another, which takes its time: how far it is, and what a cancellation does."""

import asyncio

from plugins.machines.provider import Kind, Method, Provider
from plugins.machines.providers.long_calls import Report, to_its_end
from plugins.machines.state.libvirt_xml import row


async def copy_volume(
    provider: Provider, pool: str, name: str, xml: str, source: str, size: int, report: Report
) -> None:
    """Make the volume `name`, which `xml` describes, a copy of `source`, of which `size` bytes are on the disk.

    libvirt cannot stop a copy: cancelled, it is let come to its end, and deleted then.
    """
    key = f"{pool}/{name}"

    async def look() -> tuple[float, float] | None:
        described = await provider.describe(Kind.VOLUME, [key])
        return (min(row(Kind.VOLUME, described[key]).get("allocation", 0), size), size) if key in described else None

    if await to_its_end(provider.create_volume(pool, xml, source), report=report, text=name, look=look):
        await provider.act(Method.VOLUME_DELETE, key)
        raise asyncio.CancelledError
