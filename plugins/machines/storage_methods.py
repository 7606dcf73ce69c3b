"""What pages call to have something done to storage pools and volumes."""

from bridge.rpc import method
from plugins.machines.methods import Methods
from plugins.machines.provider import Method


class StorageMethods(Methods):
    """Methods of `libvirt1` on pools (`key` is the UUID) and volumes (`POOL/NAME`)."""

    @method
    async def volume_delete(self, key: str) -> None:
        """Delete a volume (`POOL/NAME`) with what it holds."""
        await self._act(Method.VOLUME_DELETE, key)
