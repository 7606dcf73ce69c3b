"""`/config`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.testing import open_wire

WHERE = ("/config", "cockpit.Config")


async def test_values(talk: Callable[..., Any], environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "cockpit/cockpit.conf"
    file.parent.mkdir()
    file.write_text("[Session]\nBanner = /etc/issue\nIdleTimeout = 15\nOdd = x\n")
    async with open_wire(environ) as wire:
        bus = await talk(wire)
        assert await bus.call(*WHERE, "GetString", "Session", "Banner") == {"reply": [["/etc/issue"]]}
        assert (await bus.call(*WHERE, "GetString", "Session", "Nope"))["error"] == [
            "cockpit.Config.KeyError",
            ["key Nope in section Session does not exist"],
        ]
        for key, limits, value in (
            ("IdleTimeout", (5, 240, 0), 15),
            ("IdleTimeout", (5, 10, 0), 10),
            ("IdleTimeout", (5, 240, 20), 20),
            ("Odd", (5, 240, 0), 5),
            ("Nope", (5, 240, 0), 5),
        ):
            assert await bus.call(*WHERE, "GetUInt", "Session", key, *limits) == {"reply": [[value]]}
        file.write_text("[Session]\nBanner = /etc/motd\n")
        assert await bus.call(*WHERE, "GetString", "Session", "Banner") == {"reply": [["/etc/issue"]]}
        assert await bus.call(*WHERE, "Reload") == {"reply": [[]]}
        assert await bus.call(*WHERE, "GetString", "Session", "Banner") == {"reply": [["/etc/motd"]]}
