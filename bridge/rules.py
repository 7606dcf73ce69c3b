"""The routing rules of a bridge, in the order they are asked (reference 3.1)."""

from collections.abc import Callable

from bridge.protocol import JsonObject, Problem
from bridge.router import Endpoint, Router, Rule

LOCAL_HOST = "localhost"


def standard(router: Router, installed: list[Rule], peers: list[Rule]) -> list[Rule]:
    """Host, superuser, rules of installed plugins, the channels of this process, other programs."""
    return [other_host, router.context.superuser, *installed, local_channel(router), *peers]


def other_host(message: JsonObject) -> Endpoint | None:
    """Channels of another host; there is no way to one yet."""
    host = message.get("host")
    if host is None or host == LOCAL_HOST:
        return None
    if type(host) is not str:
        raise Problem("protocol-error", "attribute 'host': must have type str")
    raise Problem("no-host", f"there is no connection to the host {host!r:.80}")


def local_channel(router: Router) -> Callable[[JsonObject], Endpoint | None]:
    """Channels that this process has a class for."""

    def rule(message: JsonObject) -> Endpoint | None:
        channel = router.context.channels.find(message["payload"])
        return channel(router, message) if channel else None

    return rule
