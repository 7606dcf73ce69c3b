"""`/plugins`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.testing import open_wire


async def test_the_report_is_that_of_the_packages(
    talk: Callable[..., Any], environ: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "plugins/mine"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"version": 1, "backend": {"module": "b", "payloads": ["echo", "mine1"]}}')
    async with open_wire({**environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins")}) as wire:
        bus = await talk(wire)
        told = json.loads((await bus.properties("/plugins", "pilothouse.Plugins"))["Report"])
    assert [(plugin["name"], plugin["origin"]) for plugin in told["plugins"]] == [("mine", "named")]
    assert told["warnings"] == [f"{folder}: the payload 'echo' is built in"]
