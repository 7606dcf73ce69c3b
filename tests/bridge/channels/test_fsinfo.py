"""`fsinfo` on the wire."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.protocol import JsonObject
from bridge.testing import Wire, open_wire
from manifests import merge

NOT_FOUND = {"problem": "not-found", "message": "No such file or directory", "errno": "ENOENT"}


async def patch(wire: Wire, channel: str = "c") -> JsonObject:
    found = json.loads(await wire.data(channel))
    assert isinstance(found, dict)
    assert found, "an empty update"
    return found


async def once(wire: Wire, path: object, attrs: list[str], **options: object) -> JsonObject:
    """The value that a channel without `watch` sends."""
    wire.open("once", "fsinfo", path=str(path), attrs=attrs, **options)
    data, close = await wire.until("close", "once")
    assert "problem" not in close
    found = json.loads(data)
    assert isinstance(found, dict)
    return found


async def test_a_value_and_the_end(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    wire.open("c", "fsinfo", path=str(tmp_path / "file"), attrs=["type", "size", "unknown"])
    await wire.expect("ready", "c")
    assert await patch(wire) == {"info": {"type": "reg", "size": 1}}
    await wire.expect("done", "c")
    assert "problem" not in await wire.expect("close", "c")


@pytest.mark.parametrize(
    "options",
    [
        {"attrs": []},
        {"path": "/"},
        {"path": "/", "attrs": "type"},
        {"path": "/", "attrs": [1]},
        {"path": "x", "attrs": []},
        {"path": "/", "attrs": [], "watch": True, "follow": False},
        {"path": "/", "attrs": ["targets"], "follow": False},
    ],
)
async def test_faults(wire: Wire, options: dict[str, object]) -> None:
    wire.open("c", "fsinfo", **options)
    await wire.expect("close", "c", problem="protocol-error")


KINDS = [
    ("file", {"info": {"type": "reg"}}),
    ("dir", {"info": {"type": "dir", "entries": {"x": {"type": "reg"}}}}),
    ("dir/", {"info": {"type": "dir", "entries": {"x": {"type": "reg"}}}}),
    ("link", {"info": {"type": "dir", "entries": {"x": {"type": "reg"}}}}),
    ("missing", {"error": NOT_FOUND}),
    ("dangling", {"error": NOT_FOUND}),
    ("file/", {"error": {"problem": "not-directory", "message": "Not a directory", "errno": "ENOTDIR"}}),
    (
        "loop",
        {"error": {"problem": "internal-error", "message": "Too many levels of symbolic links", "errno": "ELOOP"}},
    ),
]


@pytest.mark.parametrize("watch", [True, False])
@pytest.mark.parametrize(("name", "value"), KINDS)
async def test_kinds_of_paths(wire: Wire, tmp_path: Path, name: str, value: JsonObject, watch: bool) -> None:
    (tmp_path / "dir").mkdir()
    for file in ("file", "dir/x"):
        (tmp_path / file).touch()
    for link, target in (("link", "dir"), ("dangling", "nowhere"), ("loop", "loop")):
        (tmp_path / link).symlink_to(target)
    wire.open("c", "fsinfo", path=f"{tmp_path}/{name}", attrs=["type", "entries"], watch=watch)
    await wire.expect("ready", "c")
    assert await patch(wire) == value


async def test_a_link_itself(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    found = await once(wire, tmp_path / "link", ["type", "target", "entries"], follow=False)
    assert found == {"info": {"type": "lnk", "target": "nowhere"}}


async def test_changes_and_no_empty_updates(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    wire.open("c", "fsinfo", path=str(file), attrs=["size"], watch=True)
    await wire.expect("ready", "c")
    assert await patch(wire) == {"info": {"size": 1}}
    file.chmod(0o600)
    await asyncio.sleep(0.3)
    assert wire.is_quiet("c")
    with file.open("a") as stream:
        stream.write("yz")
    assert await patch(wire) == {"info": {"size": 3}}
    wire.control("done", "c")
    await wire.expect("done", "c")
    assert "problem" not in await wire.expect("close", "c")


async def test_identities(wire: Wire, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("one")
    wire.open("c", "fsinfo", path=str(link), attrs=["type", "size"], watch=True)
    await wire.expect("ready", "c")
    assert await patch(wire) == {"error": NOT_FOUND}
    (tmp_path / "new").write_text("1")
    (tmp_path / "new").rename(tmp_path / "one")
    assert await patch(wire) == {"error": None, "info": {"type": "reg", "size": 1}}
    (tmp_path / "new").write_text("22")
    (tmp_path / "new").rename(tmp_path / "one")
    assert await patch(wire) == {"info": None, "partial": True}
    assert await patch(wire) == {"info": {"type": "reg", "size": 2}, "partial": None}
    (tmp_path / "one").unlink()
    assert await patch(wire) == {"info": None, "error": NOT_FOUND}


async def test_entries_by_a_pattern(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "b").touch()
    wire.open("c", "fsinfo", path=str(tmp_path), attrs=["type"], fnmatch="*.txt", watch=True)
    await wire.expect("ready", "c")
    assert await patch(wire) == {"info": {"type": "dir", "entries": {"a.txt": {"type": "reg"}}}}
    (tmp_path / "c").touch()
    (tmp_path / "d.txt").mkdir()
    assert await patch(wire) == {"info": {"entries": {"d.txt": {"type": "dir"}}}}
    (tmp_path / "a.txt").unlink()
    assert await patch(wire) == {"info": {"entries": {"a.txt": None}}}


async def test_targets(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "dir/link").symlink_to("../file")
    found = await once(wire, tmp_path / "dir", ["type", "target", "entries", "targets"])
    assert found == {
        "info": {
            "type": "dir",
            "entries": {"link": {"type": "lnk", "target": "../file"}},
            "targets": {"../file": {"type": "reg"}},
        }
    }


async def test_names_that_are_not_utf8(wire: Wire, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe\n")
    (tmp_path / name).touch()
    found = await once(wire, tmp_path, ["entries"])
    assert list(found["info"]["entries"]) == [name]
    assert await once(wire, tmp_path / name, ["type"]) == {"info": {"type": "reg"}}


async def test_a_flood_is_ten_updates_a_second(wire: Wire, tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    wire.open("c", "fsinfo", path=str(tmp_path), attrs=["size", "mtime", "entries"], watch=True)
    await wire.expect("ready", "c")
    await patch(wire)
    began = loop.time()
    with (tmp_path / "file").open("w") as stream:
        while loop.time() < began + 1:
            stream.write("x")
            stream.flush()
            await asyncio.sleep(0)
    updates = [await patch(wire)]
    while updates[-1]["info"]["entries"]["file"]["size"] != (tmp_path / "file").stat().st_size:
        updates.append(await patch(wire))
    assert 3 < len(updates) <= 12


CHANGES = st.lists(
    st.tuples(st.sampled_from(["write", "dir", "remove", "move", "chmod", "replace"]), st.sampled_from("abc")),
    max_size=12,
)


def perform(directory: Path, change: str, name: str) -> None:
    path = directory / name
    match change:
        case "write" if not path.is_dir():
            path.write_text(name * (1 + len(list(directory.iterdir()))))
        case "dir" if not path.exists():
            path.mkdir()
        case "remove" if path.is_dir():
            path.rmdir()
        case "remove":
            path.unlink(missing_ok=True)
        case "move" if path.is_file() and not (directory / "b").is_dir():
            path.rename(directory / "b")
        case "chmod" if path.exists():
            path.chmod(0o700)
        case "replace":
            directory.rename(directory.with_name(f"old{len(list(directory.parent.iterdir()))}"))
            directory.mkdir()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(CHANGES)
def test_patches_lead_to_a_fresh_listing(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, str]]
) -> None:
    directory = tmp_path_factory.mktemp("watch") / "dir"
    directory.mkdir()
    asyncio.run(follow(directory, changes))


async def follow(directory: Path, changes: list[tuple[str, str]]) -> None:
    attrs = ["type", "size", "mode", "tag", "entries"]
    async with open_wire() as wire:
        wire.open("c", "fsinfo", path=str(directory), attrs=attrs, watch=True)
        await wire.expect("ready", "c")
        value = merge.apply(None, await patch(wire))
        for i, (change, name) in enumerate(changes):
            perform(directory, change, name)
            if i % 4 == 3:
                value = merge.apply(value, await patch(wire)) if not wire.is_quiet("c") else value
        fresh = await once(wire, directory, attrs)
        while value != fresh:
            value = merge.apply(value, await patch(wire))
