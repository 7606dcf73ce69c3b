"""`reload1` on the wire; what it tells is in tests/bridge/test_live_reload.py."""

import os

from bridge.testing import Wire, open_wire


async def test_where_it_is_not_switched_on_it_is_not_there(wire: Wire) -> None:
    wire.open("c", "reload1")
    await wire.expect("close", "c", problem="not-supported")


async def test_where_it_is_it_stays_until_it_is_closed() -> None:
    async with open_wire({**os.environ, "PILOTHOUSE_RELOAD": "1"}) as wire:
        wire.open("c", "reload1")
        await wire.expect("ready", "c")
        wire.control("close", "c")
        assert "problem" not in await wire.expect("close", "c")
