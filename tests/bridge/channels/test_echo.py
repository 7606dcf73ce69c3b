"""`echo` on the wire."""

from bridge.testing import Wire


async def test_frames_come_back_and_done_ends_it(wire: Wire) -> None:
    wire.open("c", "echo")
    await wire.expect("ready", "c")
    for payload in (b"hello", b"x" * 60_000, "ünï".encode()):
        wire.send("c", payload)
        assert await wire.data("c") == payload
    wire.control("ping", "c", sequence=5, more="x")
    await wire.expect("pong", "c", sequence=5, more="x")
    wire.control("done", "c")
    await wire.expect("done", "c")
    assert "problem" not in await wire.expect("close", "c")


async def test_a_text_channel_does_not_take_bytes(wire: Wire) -> None:
    wire.open("c", "echo")
    wire.open("b", "echo", binary="raw")
    wire.send("c", b"\xff")
    wire.send("b", b"\xff")
    await wire.expect("ready", "c")
    await wire.expect("close", "c", problem="protocol-error")
    await wire.expect("ready", "b")
    assert await wire.data("b") == b"\xff"
