"""`/machines`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.testing import open_wire

WHERE = ("/machines", "cockpit.Machines")


def attributes(**values: Any) -> dict[str, Any]:
    types = {str: "s", bool: "b", int: "i"}
    return {name: {"t": types[type(value)], "v": value} for name, value in values.items()}


async def test_what_one_bridge_changes_another_one_sees(
    talk: Callable[..., Any], environ: dict[str, str], tmp_path: Path
) -> None:
    cockpits = tmp_path / "cockpit/machines.d/99-webui.json"
    cockpits.parent.mkdir(parents=True)
    cockpits.write_text('{"a": {"color": "red", "visible": true}}')
    async with open_wire(environ) as changing, open_wire(environ) as watching:
        seen = await talk(watching)
        assert (await seen.watch("/machines"))["Machines"] == {"a": attributes(color="red", visible=True)}
        bus = await talk(changing)
        new = attributes(address="b.example", port=2222)
        assert await bus.call(*WHERE, "Update", "99-webui.json", "b", new) == {"reply": [[]]}
        assert (await seen.changes("/machines"))["Machines"]["b"] == new
        assert await bus.call(*WHERE, "Update", "99-webui.json", "a", attributes(color="blue")) == {"reply": [[]]}
        assert (await seen.changes("/machines"))["Machines"]["a"] == attributes(color="blue", visible=True)
        cockpits.write_text('{"c": {"user": "admin"}}')
        while "c" not in (changed := await seen.changes("/machines"))["Machines"]:
            pass
        assert changed["Machines"]["c"] == attributes(user="admin")
    ours = json.loads((tmp_path / "pilothouse/machines.d/99-webui.json").read_text())
    assert ours == {"b": {"address": "b.example", "port": 2222}, "a": {"color": "blue"}}


@pytest.mark.parametrize("file", ["../x.json", "/etc/x.json", ".x.json", "x", "", "x/y.json", "-" * 70 + ".json"])
async def test_files_that_are_refused(
    talk: Callable[..., Any], environ: dict[str, str], tmp_path: Path, file: str
) -> None:
    async with open_wire(environ) as wire:
        answer = await (await talk(wire)).call(*WHERE, "Update", file, "h", {})
    assert answer["error"][0] == "cockpit.Machines.Error"
    assert list(tmp_path.rglob("*.json")) == []


async def test_attributes_that_are_refused(talk: Callable[..., Any], environ: dict[str, str]) -> None:
    async with open_wire(environ) as wire:
        answer = await (await talk(wire)).call(*WHERE, "Update", "x.json", "h", {"a": {"t": "as", "v": []}})
    assert answer["error"] == [
        "cockpit.Machines.Error",
        ["the attribute 'a' is neither a string, a boolean nor an integer"],
    ]


async def test_a_folder_that_cannot_be_written(
    talk: Callable[..., Any], environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "pilothouse").write_text("a file")
    async with open_wire(environ) as wire:
        answer = await (await talk(wire)).call(*WHERE, "Update", "x.json", "h", {})
    assert answer["error"][0] == "cockpit.Machines.Error"
    assert "x.json cannot be written" in answer["error"][1][0]
