"""What pages call to have something done to a domain."""

from typing import Literal

from bridge.protocol import JsonObject, Problem
from bridge.rpc import method
from plugins.machines.domains.domain_xml import vnc_password
from plugins.machines.keys import checked_key
from plugins.machines.methods import Methods
from plugins.machines.provider import Method

KEYS_MAX, HOLD_MAX = 16, 10_000
"""Keys pressed together (libvirt's own bound), and milliseconds they are held."""

CloneStorage = Literal["full", "linked"]


class DomainMethods(Methods):
    """Methods of `libvirt1` on domains; `key` is the UUID of one."""

    @method
    async def domain_screenshot(self, key: str) -> JsonObject:
        """What its first screen shows: `type` (a media type) and `data` (base64); at most once in two seconds."""
        return await self._watched().screenshot(checked_key("domain", key))

    @method
    async def domain_start(self, key: str) -> None:
        """Start it, from its managed save where it has one."""
        await self._act(Method.START, key)

    @method
    async def domain_start_paused(self, key: str) -> None:
        """Start it with its virtual CPUs stopped."""
        await self._act(Method.START_PAUSED, key)

    @method
    async def domain_start_boot_menu(self, key: str) -> None:
        """Start it with its firmware's boot menu, this once."""
        await self._act(Method.START_BOOT_MENU, key)

    @method
    async def domain_shutdown(self, key: str) -> None:
        """Ask the guest to shut down; it may take its time, or refuse."""
        await self._act(Method.SHUTDOWN, key)

    @method
    async def domain_destroy(self, key: str) -> None:
        """Turn it off at once; what the guest has not written to disk is lost."""
        await self._act(Method.DESTROY, key)

    @method
    async def domain_suspend(self, key: str) -> None:
        """Stop its virtual CPUs; its memory stays."""
        await self._act(Method.SUSPEND, key)

    @method
    async def domain_resume(self, key: str) -> None:
        """Let a paused one go on."""
        await self._act(Method.RESUME, key)

    @method
    async def domain_reboot(self, key: str) -> None:
        """Ask the guest to reboot."""
        await self._act(Method.REBOOT, key)

    @method
    async def domain_reset(self, key: str) -> None:
        """Reset its hardware at once; what the guest has not written to disk is lost."""
        await self._act(Method.RESET, key)

    @method
    async def domain_save(self, key: str) -> None:
        """Save its memory to disk and stop it; the next start goes on from there."""
        await self._act(Method.SAVE, key)

    @method
    async def domain_remove_saved(self, key: str) -> None:
        """Throw the saved memory away; the next start boots."""
        await self._act(Method.REMOVE_SAVED, key)

    @method
    async def domain_send_nmi(self, key: str) -> None:
        """Send a non-maskable interrupt, which makes a guest dump itself."""
        await self._act(Method.SEND_NMI, key)

    @method
    async def domain_send_keys(self, key: str, keys: list[int], hold: int = 0) -> None:
        """Press those keys (codes of Linux) together, for `hold` milliseconds."""
        if not 0 < len(keys) <= KEYS_MAX or not all(0 < code <= 0xFFFF for code in keys):
            raise Problem("protocol-error", f"attribute 'keys': must be 1 to {KEYS_MAX} key codes")
        if not 0 <= hold <= HOLD_MAX:
            raise Problem("protocol-error", f"attribute 'hold': must be 0 to {HOLD_MAX} ms")
        await self._act(Method.SEND_KEYS, key, keys=keys, hold=hold)

    @method
    async def domain_set_autostart(self, key: str, on: bool) -> None:
        """Start it when the host starts, or not."""
        await self._act(Method.SET_AUTOSTART, key, on=on)

    @method
    async def domain_rename(self, key: str, name: str) -> None:
        """Rename one that is shut off."""
        await self._act(Method.RENAME, key, name=name)

    @method
    async def domain_definition(self, key: str) -> str:
        """Its stored definition with its secrets, for `domain_define`; refused where that is."""
        return await self._watched().definition(checked_key("domain", key))

    @method
    async def domain_screen_password(self, key: str) -> str:
        """The VNC password of one that runs, for who may use its keyboard; empty where it has none."""
        provider = self._watched().permitted(Method.SEND_KEYS)
        return vnc_password(await provider.definition(checked_key("domain", key), live=True))

    @method
    async def domain_define(self, key: str, xml: str) -> None:
        """Store this definition, once libvirt has validated it; what runs is not touched."""
        await self._act(Method.DEFINE, key, xml=xml)

    @method
    async def domain_clone(self, key: str, name: str, storage: CloneStorage = "full") -> JsonObject:
        """Clone one that is shut off, with copies of its volumes or (`linked`) volumes based on them.

        `made` is its UUID where that was done at once, `job` the job that does it where not.
        """
        return await self._begin(Method.CLONE, key, name=name, storage=storage)

    @method
    async def domain_delete(self, key: str, storage: list[str] | None = None) -> None:
        """Force it off and remove it with its saved memory and its snapshots' records.

        `storage` names the disks (`vda`) whose volumes are deleted with it. Where one of them is no volume, or is of
        use to another domain or volume, nothing at all is done.
        """
        await self._act(Method.DELETE, key, storage=storage or [])

    @method
    async def domain_set_title(self, key: str, text: str) -> None:
        """One line; empty removes it."""
        await self._act(Method.SET_TITLE, key, text=text)

    @method
    async def domain_set_description(self, key: str, text: str) -> None:
        """Any text; empty removes it."""
        await self._act(Method.SET_DESCRIPTION, key, text=text)

    @method
    async def domain_set_notes(self, key: str, text: str) -> None:
        """Any text, kept beside the tags in metadata of ours."""
        await self._act(Method.SET_NOTES, key, text=text)

    @method
    async def domain_set_tags(self, key: str, tags: list[str]) -> None:
        """These tags instead of those it has."""
        await self._act(Method.SET_TAGS, key, tags=tags)

    @method
    async def domain_change_tags(self, key: str, add: list[str], remove: list[str]) -> None:
        """Add some tags and take others away; those that it has besides stay, whoever sets them meanwhile."""
        await self._act(Method.SET_TAGS, key, add=add, remove=remove)
