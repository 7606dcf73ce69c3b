"""`/packages` (reference 5.8)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.testing import open_wire

WHERE = ("/packages", "cockpit.Packages")


def add(folder: Path, name: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "manifest.json").write_text('{"version": 1}')


async def test_reloading(talk: Callable[..., Any], environ: dict[str, str], tmp_path: Path) -> None:
    add(tmp_path / "plugins", "one")
    async with open_wire({**environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins")}) as wire:
        bus = await talk(wire)
        assert "one" in json.loads((await bus.watch("/packages"))["Manifests"])
        add(tmp_path / "plugins", "two")
        # The page that sends the first hint was loaded just now.
        assert await bus.call(*WHERE, "ReloadHint") == {"reply": [[]]}
        bus.send(call=[*WHERE, "ReloadHint", []], id="hint")
        assert {"one", "two"} <= set(json.loads((await bus.changes("/packages"))["Manifests"]))
        assert await bus.next() == {"reply": [[]], "id": "hint"}
        add(tmp_path / "plugins", "three")
        bus.send(call=[*WHERE, "Reload", []], id="reload")
        assert "three" in json.loads((await bus.changes("/packages"))["Manifests"])
        assert await bus.next() == {"reply": [[]], "id": "reload"}
