"""Back ends of plugins: which payload belongs to which plugin, and the peer process that answers it."""

import asyncio
from typing import TYPE_CHECKING

from bridge.peers.bridge_configs import OUR_COMMAND
from bridge.protocol import JsonObject, Problem
from bridge.router import Endpoint, Router
from bridge.superuser.superuser import NONE, ROOT

if TYPE_CHECKING:
    from bridge.peers.peer import Peer
    from manifests.search import Package


UNUSED_MAX = 10.0
"""Seconds that a back end which was started for a page may be without a channel; then it ends."""


def backend_command(name: str, *, privileged: bool = False) -> tuple[str, ...]:
    """The command that runs the back end of the plugin `name` and speaks frames on its stdio.

    `privileged`: it is the superuser bridge's, and looks for the plugin where that does.
    """
    return (*OUR_COMMAND, "--backend", name, *(["--privileged"] if privileged else []))


class Backends:
    """The rule for channels of back ends: one peer per plugin, started at its first channel or for a page."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._peers: dict[tuple[str, str], Peer] = {}
        self._unused: dict[tuple[str, str], asyncio.TimerHandle] = {}
        """Those that were started for a page and have had no channel yet."""

    def __call__(self, message: JsonObject) -> Endpoint | None:
        """The rule; the manifests declare the payloads, so no process is needed to know."""
        package = self._router.context.packages.backend_of(message["payload"])
        if package is None:
            return None
        endpoint = self._peer_of(package).channel(message)
        self._used(package)
        return endpoint

    def prestart(self, name: str) -> None:
        """A page of the package `name` was asked for: start what its manifest says the page will open channels of.

        Where a superuser bridge runs, or starts, nothing is: what would be started here is wanted there.
        """
        context = self._router.context
        page = context.packages.packages.get(name)
        if page is None or context.superuser.current not in (NONE, ROOT):
            return
        for owner in filter(None, map(context.packages.backend_of, page.manifest.prestart)):
            peer = self._peer_of(owner)
            if peer.prestart():
                self._used(owner)
                loop = asyncio.get_running_loop()
                self._unused[_key(owner)] = loop.call_later(UNUSED_MAX, self._end_unused, _key(owner), peer)

    def _used(self, package: "Package") -> None:
        if unused := self._unused.pop(_key(package), None):
            unused.cancel()

    def _end_unused(self, key: tuple[str, str], peer: "Peer") -> None:
        self._unused.pop(key)
        if self._peers.get(key) is peer:
            # Not only stopped: a channel of this very moment gets another one.
            del self._peers[key]
            peer.stop(Problem("terminated"))

    def _peer_of(self, package: "Package") -> "Peer":
        key = _key(package)
        if key not in self._peers:
            self._peers[key] = self._peer(package)
        return self._peers[key]

    def _peer(self, package: "Package") -> "Peer":
        from bridge.peers.peer import Peer, PeerConfig

        command = backend_command(package.name, privileged=self._router.context.privileged)
        return Peer(self._router, PeerConfig(f"the back end of {package.name}", command))

    def reload(self) -> None:
        """The manifests were read anew: back ends of packages that are gone end, and their channels with them.

        Those that were given up get another chance.
        """
        packages = self._router.context.packages.packages.values()
        present = {(package.name, package.directory) for package in packages if package.manifest.backend}
        for key, peer in list(self._peers.items()):
            if key in present:
                peer.forgive()
            else:
                del self._peers[key]
                peer.stop(Problem("terminated"))

    def restart(self, names: frozenset[str]) -> None:
        """End the back ends of these packages; each starts again, without a pause, at its next channel."""
        for key in [key for key in self._peers if key[0] in names]:
            self._peers.pop(key).stop(Problem("terminated", f"the back end of {key[0]} was edited"))

    def stop(self) -> None:
        """End every back end."""
        for unused in self._unused.values():
            unused.cancel()
        for peer in self._peers.values():
            peer.stop(Problem("terminated"))


def _key(package: "Package") -> tuple[str, str]:
    return package.name, package.directory
