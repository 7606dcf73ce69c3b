"""The routing rules of a bridge, in the order they are asked (reference 3.1)."""

from bridge.protocol import JsonObject, Problem
from bridge.router import Endpoint, Router, Rule


def not_before_init(_message: JsonObject) -> Endpoint | None:
    """The only rule until the client has said `init`."""
    raise Problem("protocol-error", "channels are opened after init")


def standard(router: Router, installed: list[Rule], peers: list[Rule]) -> list[Rule]:
    """Host, superuser, rules of installed plugins, the channels of this process, other programs."""
    return [other_host(router), router.context.superuser, *installed, local_channel(router), *peers]


def other_host(router: Router) -> Rule:
    """Channels of another host than the one that `init` said we are; there is no way to one yet."""

    def rule(message: JsonObject) -> Endpoint | None:
        host = message.get("host")
        if host is None or host == router.host:
            return None
        if type(host) is not str:
            raise Problem("protocol-error", "attribute 'host': must have type str")
        raise Problem("no-host", f"there is no connection to the host {host!r:.80}")

    return rule


def local_channel(router: Router) -> Rule:
    """Channels that this process has a class for."""

    def rule(message: JsonObject) -> Endpoint | None:
        channel = router.context.channels.find(message["payload"])
        return channel(router, message) if channel else None

    return rule
