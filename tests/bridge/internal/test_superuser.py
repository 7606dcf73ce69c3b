"""`/superuser`, as far as it is D-Bus; what the superuser bridge does is in tests/bridge/superuser."""

from collections.abc import Callable
from typing import Any

from bridge.testing import Wire


async def test_calls_of_a_bridge_that_is_roots(wire: Wire, talk: Callable[..., Any]) -> None:
    bus = await talk(wire)
    assert (await bus.properties("/superuser", "cockpit.Superuser"))["Current"] == "root"
    answer = await bus.call("/superuser", "cockpit.Superuser", "Start", "any")
    assert answer["error"] == ["cockpit.Superuser.Error", ["Superuser bridge already running"]]
    for member, arguments in (("Stop", []), ("Answer", ["nobody asked"])):
        assert await bus.call("/superuser", "cockpit.Superuser", member, *arguments) == {"reply": [[]]}
