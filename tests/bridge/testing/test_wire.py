"""The wire that tests drive bridges by."""

import pytest

from bridge.testing import Wire


async def test_what_is_not_expected_fails(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.testing.wire.PATIENCE", 0.05)
    wire.open("c", "echo")
    with pytest.raises(AssertionError, match="expected close"):
        await wire.expect("close", "c")
    wire.send("c", b"x")
    with pytest.raises(AssertionError, match="expected done"):
        await wire.expect("done", "c")
    with pytest.raises(AssertionError, match="nothing came"):
        await wire.data("c")
    wire.control("done", "c")
    with pytest.raises(AssertionError, match="expected data"):
        await wire.data("c")
