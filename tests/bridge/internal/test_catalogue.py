"""Which objects there are, and what each promises to give."""

import os
from collections.abc import Callable
from typing import Any

from bridge.testing import Wire

PATHS = {
    "/LoginMessages",
    "/bridge",
    "/config",
    "/environment",
    "/machines",
    "/packages",
    "/plugins",
    "/superuser",
    "/user",
}


async def test_every_object_has_all_its_properties(wire: Wire, talk: Callable[..., Any]) -> None:
    objects = {each.path: each for each in wire_objects()}
    assert set(objects) == PATHS
    bus = await talk(wire)
    for path, each in objects.items():
        assert set(await bus.properties(path, each.interface)) == set(each.properties)


def wire_objects() -> list[Any]:
    from bridge.context import Context
    from bridge.internal.catalogue import objects_of
    from bridge.plugins import ChannelTable
    from bridge.router import Router
    from bridge.superuser.superuser import Superuser

    context = Context(os.environ, ChannelTable({}))
    context.superuser = Superuser(Router(context), privileged=False)
    return list(objects_of(context))
