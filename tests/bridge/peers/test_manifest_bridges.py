"""Other programs that take channels, because manifests say so (reference 3.5)."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.protocol import encode_json
from bridge.testing import Wire, open_wire

PROGRAM = """
import json, os, sys
def say(channel, body):
    message = channel + b"\\n" + (body if isinstance(body, bytes) else json.dumps(body).encode())
    os.write(1, b"%d\\n%b" % (len(message), message))
say(b"", {"command": "init", "version": 1})
while length := sys.stdin.buffer.readline():
    channel, _, body = sys.stdin.buffer.read(int(length)).partition(b"\\n")
    message = {} if channel else json.loads(body)
    if message.get("command") == "open":
        say(b"", {"command": "ready", "channel": message["channel"]})
        say(message["channel"].encode(), {"pid": os.getpid(), "args": sys.argv[1:], "word": os.environ.get("WORD")})
    if message.get("command") == "close":
        say(b"", {"command": "close", "channel": message["channel"]})
"""


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    run = [sys.executable, "-I", str(program)]
    write(
        tmp_path / "one",
        [
            {"match": {"payload": "named", "name": None}, "spawn": [*run, "${name}"], "environ": ["WORD=${word}"]},
            {"match": {"payload": "plain"}, "spawn": [*run, "plain"]},
            {"match": {"payload": "missing"}, "spawn": ["/does/not/exist"], "problem": "no-cockpit"},
            {"match": {"payload": "brief"}, "spawn": [*run, "brief"], "timeout": 0.2},
            {"match": {"payload": "gone"}, "spawn": ["sh", "-c", "exit 127"]},
            {"match": {"payload": "gone-my-way"}, "spawn": ["sh", "-c", "exit 127"], "problem": "not-found"},
            {"match": {"payload": "quits"}, "spawn": ["sh", "-c", "exit 3"]},
            {"match": {"payload": "babbles"}, "spawn": ["echo", "garbage"]},
            {"match": {"payload": "never"}, "problem": "not-found"},
            {"match": {"payload": "far", "host": None}, "spawn": [*run, "far"]},
            {"match": {"payload": "rootly"}, "privileged": True, "spawn": [*run, "rootly"]},
        ],
    )
    write(tmp_path / "two", [{"match": {"payload": "plain"}, "spawn": [*run, "preferred"]}], priority=5)
    return tmp_path


def write(folder: Path, bridges: list[dict[str, Any]], **members: Any) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"version": 1, "bridges": bridges, **members}))


@pytest.fixture
async def wire(plugins: Path) -> AsyncIterator[Wire]:
    async with open_wire({**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(plugins)}) as opened:
        yield opened


async def answer(wire: Wire, channel: str, payload: str, **options: Any) -> dict[str, Any]:
    wire.open(channel, payload, **options)
    await wire.expect("ready", channel)
    found = json.loads(await wire.data(channel))
    assert type(found) is dict
    return found


async def test_one_process_for_one_command(wire: Wire) -> None:
    me = await answer(wire, "1", "named", name="me", word="w")
    assert (me["args"], me["word"]) == (["me"], "w")
    assert await answer(wire, "2", "named", name="me", word="w") == me
    you = await answer(wire, "3", "named", name="you")
    assert (you["args"], you["word"]) == (["you"], "")
    assert you["pid"] != me["pid"]


async def test_the_package_of_higher_priority_has_it(wire: Wire) -> None:
    assert (await answer(wire, "1", "plain"))["args"] == ["preferred"]


@pytest.mark.parametrize(
    ("payload", "options", "problem"),
    [
        ("missing", {}, "no-cockpit"),
        ("never", {}, "not-found"),
        ("gone", {}, "no-cockpit"),
        ("gone-my-way", {}, "not-found"),
        ("quits", {}, "terminated"),
        ("babbles", {}, "protocol-error"),
        ("named", {}, "not-supported"),
        ("named", {"name": "-x"}, "protocol-error"),
        ("rootly", {}, "not-supported"),
        ("far", {"host": "localhost"}, "not-supported"),
    ],
)
async def test_channels_that_close(wire: Wire, payload: str, options: dict[str, Any], problem: str) -> None:
    wire.open("c", payload, **options)
    await wire.expect("close", "c", problem=problem)


async def test_what_is_built_in_is_not_taken_over(plugins: Path) -> None:
    write(plugins / "greedy", [{"match": {}, "spawn": ["/does/not/exist"]}], priority=100)
    async with open_wire({**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(plugins)}) as wire:
        wire.open("c", "echo")
        await wire.expect("ready", "c")


async def test_a_program_that_no_manifest_names_any_more_ends(wire: Wire, plugins: Path) -> None:
    await answer(wire, "1", "plain")
    await answer(wire, "2", "named", name="me")
    (plugins / "two/manifest.json").write_text('{"version": 1}')
    wire.open("b", "dbus-json3", bus="internal")
    await wire.expect("ready", "b")
    wire.send("b", encode_json({"call": ["/packages", "cockpit.Packages", "Reload", []], "id": "r"}))
    await wire.expect("close", "1", problem="terminated")
    assert (await answer(wire, "3", "plain"))["args"] == ["plain"]
    assert wire.is_quiet("2")


async def test_a_program_without_channels_ends_after_its_timeout(wire: Wire) -> None:
    first = await answer(wire, "1", "brief")
    for name in ("2", "3"):
        assert await answer(wire, name, "brief") == first
    for name in ("1", "2"):
        wire.control("close", name)
        await wire.expect("close", name)
    assert await answer(wire, "4", "brief") == first
    for name in ("3", "4"):
        wire.control("close", name)
        await wire.expect("close", name)
    async with asyncio.timeout(10):
        while Path(f"/proc/{first['pid']}").exists():
            await asyncio.sleep(0.02)
    assert (await answer(wire, "5", "brief"))["pid"] != first["pid"]


async def test_a_channel_in_time_keeps_its_program(wire: Wire) -> None:
    lasting = await answer(wire, "1", "plain")
    wire.control("close", "1")
    await wire.expect("close", "1")
    assert await answer(wire, "2", "plain") == lasting
