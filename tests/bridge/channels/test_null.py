"""`null` on the wire."""

from bridge.testing import Wire


async def test_it_takes_anything_and_says_nothing(wire: Wire) -> None:
    wire.open("c", "null")
    await wire.expect("ready", "c")
    wire.send("c", b"whatever")
    wire.control("close", "c")
    assert "problem" not in await wire.expect("close", "c")
    wire.open("c", "null")
    wire.control("done", "c")
    await wire.expect("ready", "c")
    await wire.expect("close", "c")
