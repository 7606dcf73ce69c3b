"""What pages call to have something done to a network."""

from typing import Any

from bridge.protocol import JsonObject
from bridge.rpc import method
from plugins.machines.keys import checked_key, new_key
from plugins.machines.methods import Methods
from plugins.machines.networks.leases import told
from plugins.machines.networks.updates import Section
from plugins.machines.provider import Kind, Method


class NetworkMethods(Methods):
    """Methods of `libvirt1` on networks; `key` is the UUID of one, `settings` are `settings.Settings`."""

    @method
    async def network_define(self, name: str, settings: dict[str, Any]) -> str:
        """Define a network; its UUID. It does not run yet."""
        key = new_key()
        await self._act(Method.NETWORK_DEFINE, key, name=name, settings=settings)
        return key

    @method
    async def network_edit(self, key: str, settings: dict[str, Any]) -> None:
        """Store other settings, all of them; one that runs keeps what it has until it is started again."""
        await self._act(Method.NETWORK_EDIT, key, settings=settings)

    @method
    async def network_update(self, key: str, section: Section, remove: dict[str, Any], add: dict[str, Any]) -> None:
        """Take away the entry `remove` and bring `add` (`updates.Entry`; {} is none), at once and for good."""
        await self._act(Method.NETWORK_UPDATE, key, section=section, remove=remove, add=add)

    @method
    async def network_start(self, key: str) -> None:
        """Make its bridge, and serve addresses and names on it."""
        await self._act(Method.NETWORK_START, key)

    @method
    async def network_stop(self, key: str) -> None:
        """Take its bridge away; machines on it lose their network."""
        await self._act(Method.NETWORK_STOP, key)

    @method
    async def network_set_autostart(self, key: str, on: bool) -> None:
        """Whether it starts with the host."""
        await self._act(Method.NETWORK_SET_AUTOSTART, key, on=on)

    @method
    async def network_delete(self, key: str) -> None:
        """Stop it and forget its definition; machines keep an interface that leads nowhere."""
        await self._act(Method.NETWORK_DELETE, key)

    @method
    async def network_leases(self, key: str) -> list[JsonObject]:
        """The addresses that its DHCP has lent: address, mac, name, client, expiry (seconds since 1970)."""
        key = checked_key(Kind.NETWORK, key)
        return told(await self._watched().permitted(Method.NETWORK_LEASES).leases(key))
