"""What pages call to have something done to a domain's snapshots."""

from bridge.protocol import JsonObject
from bridge.rpc import method
from plugins.machines.methods import Methods
from plugins.machines.provider import Kind, Method


class SnapshotMethods(Methods):
    """Methods of `libvirt1` on snapshots; `key` is the UUID of their domain."""

    @method
    async def snapshot_create(self, key: str, name: str = "", description: str = "") -> JsonObject:
        """Take an internal snapshot, with the memory of a running domain, which may become a `job`."""
        params = {"name": name, "description": description}
        if self._is_live(key):
            return await self._begin(Method.SNAPSHOT_CREATE, key, **params)
        await self._act(Method.SNAPSHOT_CREATE, key, **params)
        return {}

    @method
    async def snapshot_create_external(
        self, key: str, name: str, description: str = "", memory: bool = False
    ) -> JsonObject:
        """Take an external snapshot of its disks, with `memory` of what a running domain has in it: a `job`."""
        params = {"name": name, "description": description, "memory": memory}
        if memory and self._is_live(key):
            return await self._begin(Method.SNAPSHOT_CREATE_EXTERNAL, key, **params)
        await self._act(Method.SNAPSHOT_CREATE_EXTERNAL, key, **params)
        return {}

    def _is_live(self, key: str) -> bool:
        row = self._watched().inventory.rows(Kind.DOMAIN).get(key, {})
        return row.get("state") not in (None, "shut off")

    @method
    async def snapshot_revert(self, key: str, snapshot: str, force: bool = False) -> None:
        """Go back to a snapshot; what the domain is now is lost."""
        await self._act(Method.SNAPSHOT_REVERT, key, snapshot=snapshot, force=force)

    @method
    async def snapshot_delete(self, key: str, snapshot: str, children: bool = False) -> None:
        """Delete a snapshot, with `children` all that were made from it as well."""
        await self._act(Method.SNAPSHOT_DELETE, key, snapshot=snapshot, children=children)
