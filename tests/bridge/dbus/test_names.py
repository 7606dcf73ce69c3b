"""Following names: one question and one rule, however many listen."""

import asyncio
from functools import partial
from typing import Any

from bridge.dbus.bus import Bus
from bridge.dbus.connection import Connection

NAME = "com.example.A"


class Listener:
    """Notes the owners it is told of."""

    def __init__(self) -> None:
        self.owners: asyncio.Queue[str | None] = asyncio.Queue()

    def owner_changed(self, name: str, owner: str | None) -> None:
        assert name == NAME
        self.owners.put_nowait(owner)


async def test_owners_come_and_go(daemon: Any, service: Any) -> None:
    connection = Connection(partial(Bus, daemon.address))
    await connection.open()
    names = connection.names
    one, two = Listener(), Listener()
    followed = names.follow(NAME, one)
    assert names.is_followed(NAME)
    await followed.known
    assert names.owner(NAME) == followed.owner == service.bus.unique_name == await one.owners.get()
    assert names.follow(NAME, two) is followed
    await service.disown(NAME)
    assert [await each.owners.get() for each in (one, two)] == [None, None]
    names.forget(NAME, two)
    await service.own(NAME)
    assert await one.owners.get() == service.bus.unique_name
    assert two.owners.empty()
    names.forget(NAME, one)
    assert not names.is_followed(NAME)
    assert names.owner(NAME) is None
    connection.close()


async def test_nobody_waits_on_a_lost_connection(daemon: Any) -> None:
    connection = Connection(partial(Bus, daemon.address))
    await connection.open()
    followed = connection.names.follow("com.example.Nobody", Listener())
    daemon.kill()
    await followed.known
    assert followed.owner is None
    await connection.names.follow("com.example.Later", Listener()).known
