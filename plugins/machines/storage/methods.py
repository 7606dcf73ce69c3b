"""What pages call to have something done to storage pools and volumes."""

from bridge.protocol import JsonObject
from bridge.rpc import method
from plugins.machines.keys import checked_key, new_key
from plugins.machines.methods import Methods
from plugins.machines.provider import Method


class StorageMethods(Methods):
    """Methods of `libvirt1` on pools (`key` is the UUID) and volumes (`POOL/NAME`).

    What a volume holds goes through channels of `libvirt-volume1`.
    """

    @method
    async def pool_types(self) -> list[str]:
        """The types of pools that this libvirt has; others cannot be defined here."""
        return await self._watched().permitted(Method.POOL_TYPES).pool_types()

    @method
    async def pool_define(
        self,
        name: str,
        pool_type: str,
        target: str = "",
        hosts: list[str] | None = None,
        directory: str = "",
        devices: list[str] | None = None,
        source_name: str = "",
        source_format: str = "",
        adapter: str = "",
        initiator: str = "",
        user: str = "",
        secret: str = "",
    ) -> str:
        """Define a pool, which does not run yet; its UUID. `storage.pool_xml` says what a type needs."""
        return await self._act(
            Method.POOL_DEFINE,
            new_key(),
            name=name,
            pool_type=pool_type,
            target=target,
            hosts=hosts or [],
            directory=directory,
            devices=devices or [],
            source_name=source_name,
            source_format=source_format,
            adapter=adapter,
            initiator=initiator,
            user=user,
            secret=secret,
        )

    @method
    async def pool_build(self, key: str, overwrite: bool = False) -> None:
        """Make what the volumes will lie in: a folder, a partition table, a volume group.

        A file system is made, and what is on the devices already is destroyed, only with `overwrite`.
        """
        await self._act(Method.POOL_BUILD, key, overwrite=overwrite)

    @method
    async def pool_start(self, key: str) -> None:
        """Make its volumes available."""
        await self._act(Method.POOL_START, key)

    @method
    async def pool_stop(self, key: str) -> None:
        """Make its volumes unavailable; nothing of them is lost."""
        await self._act(Method.POOL_STOP, key)

    @method
    async def pool_refresh(self, key: str) -> None:
        """Look again at what volumes there are."""
        await self._act(Method.POOL_REFRESH, key)

    @method
    async def pool_set_autostart(self, key: str, on: bool) -> None:
        """Start it when the host starts, or not."""
        await self._act(Method.POOL_SET_AUTOSTART, key, on=on)

    @method
    async def pool_delete(self, key: str, contents: bool = False) -> None:
        """Stop and forget it; `contents` deletes its volumes and what they lie in first, unless one is in use."""
        await self._act(Method.POOL_DELETE, key, contents=contents)

    @method
    async def volume_create(
        self,
        key: str,
        name: str,
        capacity: int,
        volume_format: str = "",
        allocation: int | None = None,
        backing: str = "",
    ) -> str:
        """Make a volume in the pool `key`, on the basis of the volume `backing` if one is named; its key."""
        if backing:
            checked_key("volume", backing)
        return await self._act(
            Method.VOLUME_CREATE,
            key,
            name=name,
            capacity=capacity,
            volume_format=volume_format,
            allocation=allocation,
            backing=backing,
        )

    @method
    async def volume_clone(self, key: str, name: str, pool: str = "", volume_format: str = "") -> JsonObject:
        """Copy a volume, into another pool and another format if those are named.

        `made` is the copy's key where that was done at once, `job` the job that does it where not.
        """
        if pool:
            checked_key("pool", pool)
        return await self._begin(Method.VOLUME_CLONE, key, name=name, pool=pool, volume_format=volume_format)

    @method
    async def volume_resize(self, key: str, capacity: int, shrink: bool = False) -> None:
        """Give it another capacity; a smaller one, which cuts off its end, only with `shrink`."""
        await self._act(Method.VOLUME_RESIZE, key, capacity=capacity, shrink=shrink)

    @method
    async def volume_wipe(self, key: str) -> JsonObject:
        """Overwrite all that it holds with zeroes; `job` is the job that does it where that was not done at once."""
        return await self._begin(Method.VOLUME_WIPE, key)

    @method
    async def volume_delete(self, key: str) -> None:
        """Delete a volume with what it holds; refused where a domain or another volume uses it."""
        await self._act(Method.VOLUME_DELETE, key)
        await self._known_jobs().settle(self._choice.uri, key)
