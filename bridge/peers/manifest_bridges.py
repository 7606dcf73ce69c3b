"""Other programs that take channels, named in manifests (`bridges`, reference 3.5)."""

from functools import partial
from typing import TYPE_CHECKING

from bridge.peers import bridge_configs
from bridge.protocol import JsonObject, Problem
from bridge.router import Endpoint, Router
from manifests.model import BridgeConfig

if TYPE_CHECKING:
    from bridge.peers.bridge_configs import Command
    from bridge.peers.peer import Peer

PEERS_MAX = 100
"""Programs that may run at a time; where an entry refers to members of `open` there can be many of one entry."""


class ManifestBridges:
    """The rule for their channels: the first entry that matches has it. One process for all channels of one command."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._peers: dict[Command, tuple[BridgeConfig, Peer]] = {}

    def __call__(self, message: JsonObject) -> Endpoint | None:
        """The rule. An entry without a program, or whose program is missing, closes with its `problem`."""
        for config in self._configs():
            if bridge_configs.matches(config, message):
                return self._peer(config, message).channel(message)
        return None

    def reload(self) -> None:
        """The manifests were read anew: programs that none names any more end, and their channels with them."""
        configs = self._configs()
        for command, (config, peer) in list(self._peers.items()):
            if config not in configs:
                del self._peers[command]
                peer.stop(Problem("terminated"))

    def stop(self) -> None:
        """End every program."""
        for _, peer in self._peers.values():
            peer.stop(Problem("terminated"))

    def _configs(self) -> list[BridgeConfig]:
        packages = self._router.context.packages.packages.values()
        return [
            config
            for _, config in bridge_configs.in_order(packages)
            if not config.privileged and "host" not in config.match and (config.spawn or config.problem)
        ]

    def _peer(self, config: BridgeConfig, message: JsonObject) -> "Peer":
        from bridge.peers.peer import Peer, PeerConfig

        if not config.spawn:
            raise Problem(config.problem or "not-supported")
        command = bridge_configs.command(config, message)
        if command not in self._peers:
            self._make_room()
            name = f"the bridge {config.label or config.spawn[0]}"
            problem = config.problem or "terminated"
            started = PeerConfig(name, command.argv, dict(command.environ), problem, idle_max=config.timeout)
            self._peers[command] = config, Peer(self._router, started, when_idle=partial(self._end_idle, command))
        return self._peers[command][1]

    def _end_idle(self, command: "Command", peer: "Peer") -> None:
        """A program had no channel for its `timeout`."""
        if command in self._peers and self._peers[command][1] is peer:
            # The next channel starts another one: this one takes its time to end.
            del self._peers[command]
        peer.stop(Problem("terminated"))

    def _make_room(self) -> None:
        if len(self._peers) < PEERS_MAX:
            return
        idle = next((command for command, (_, peer) in self._peers.items() if peer.is_idle), None)
        if idle is None:
            raise Problem("too-many-channels", f"more than {PEERS_MAX} programs of manifests run")
        self._peers.pop(idle)[1].stop(Problem("terminated"))
