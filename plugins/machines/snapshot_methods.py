"""What pages call to have something done to a domain's snapshots."""

from bridge.rpc import method
from plugins.machines.methods import Methods
from plugins.machines.provider import Method


class SnapshotMethods(Methods):
    """Methods of `libvirt1` on snapshots; `key` is the UUID of their domain."""

    @method
    async def snapshot_create(self, key: str, name: str = "", description: str = "") -> None:
        """Take an internal snapshot, with the memory of a running domain."""
        await self._act(Method.SNAPSHOT_CREATE, key, name=name, description=description)

    @method
    async def snapshot_create_external(self, key: str, name: str, description: str = "", memory: bool = False) -> None:
        """Take an external snapshot of its disks, with `memory` of what a running domain has in it as well."""
        await self._act(Method.SNAPSHOT_CREATE_EXTERNAL, key, name=name, description=description, memory=memory)

    @method
    async def snapshot_revert(self, key: str, snapshot: str, force: bool = False) -> None:
        """Go back to a snapshot; what the domain is now is lost."""
        await self._act(Method.SNAPSHOT_REVERT, key, snapshot=snapshot, force=force)

    @method
    async def snapshot_delete(self, key: str, snapshot: str, children: bool = False) -> None:
        """Delete a snapshot, with `children` all that were made from it as well."""
        await self._act(Method.SNAPSHOT_DELETE, key, snapshot=snapshot, children=children)
