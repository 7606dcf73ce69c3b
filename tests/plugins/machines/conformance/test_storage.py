"""Pools and volumes, three ways: what `Provider` promises, and what `perform` makes of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from testbed.machine_worlds import World
from testbed.not_supported import may_refuse

from bridge.protocol import JsonObject, Problem
from plugins.machines.actions import perform
from plugins.machines.provider import Kind, Listed, Method
from plugins.machines.state.libvirt_xml import row

MIB = 1 << 20
STRANGE = ("1", "-rf", "$(id)", "a b", "ü", "--all", "a'b\"<&>;", "a,b=c", "x" * 200)
PLAIN: dict[str, Any] = {"volume_format": "", "allocation": None, "backing": ""}


async def do(world: World, method: Method, key: str, **params: Any) -> str:
    return await perform(world.provider, method, key, params)


async def make_pool(world: World, name: str = "a b ü") -> str:
    """A pool of a folder that does not exist yet."""
    target = str(world.folder / "pool")
    return await do(world, Method.POOL_DEFINE, world.uuid(), name=name, pool_type="dir", target=target)


async def running_pool(world: World) -> str:
    """Its volumes are the only ones."""
    for pool in await world.provider.listing(Kind.POOL):
        await world.act(Method.POOL_STOP, pool)
    pool = await make_pool(world)
    await world.act(Method.POOL_BUILD, pool)
    await world.act(Method.POOL_START, pool)
    return pool


async def create(world: World, pool: str, name: str, capacity: int = MIB, **params: Any) -> str:
    return await do(world, Method.VOLUME_CREATE, pool, name=name, capacity=capacity, **PLAIN | params)


async def find(world: World, kind: Kind, key: str) -> JsonObject:
    return row(kind, (await world.provider.describe(kind, [key]))[key])


async def test_the_life_of_a_pool(world: World) -> None:
    pool = await make_pool(world)
    listed = (await world.provider.listing(Kind.POOL))[pool]
    assert (listed.active, listed.persistent, listed.autostart) == (False, True, False)
    assert (await find(world, Kind.POOL, pool))["path"] == f"{world.folder}/pool"
    for on in (True, False):
        await world.act(Method.POOL_SET_AUTOSTART, pool, on=on)
        assert (await world.provider.listing(Kind.POOL))[pool].autostart is on
    await world.act(Method.POOL_BUILD, pool)
    await world.act(Method.POOL_START, pool)
    assert (await world.provider.listing(Kind.POOL))[pool].active
    await world.act(Method.POOL_REFRESH, pool)
    assert (await find(world, Kind.POOL, pool))["capacity"] > 0
    with pytest.raises(Problem):
        await world.act(Method.POOL_START, pool)
    await world.act(Method.POOL_STOP, pool)
    assert not (await world.provider.listing(Kind.POOL))[pool].active
    await do(world, Method.POOL_DELETE, pool, contents=False)
    assert pool not in await world.provider.listing(Kind.POOL)
    for method in (Method.POOL_START, Method.POOL_DELETE):
        with pytest.raises(Problem, match=f"not-found: There is no storage pool with the UUID {pool}"):
            await world.act(method, pool)


async def test_what_others_put_into_a_pool_is_seen_after_a_refresh(world: World) -> None:
    pool = await running_pool(world)
    if world.kind == "test":
        return
    (world.folder / "pool/strange ü.img").write_bytes(b"x" * 4096)
    await world.act(Method.POOL_REFRESH, pool)
    assert await world.provider.listing(Kind.VOLUME) == {f"{pool}/strange ü.img": Listed()}


@pytest.mark.parametrize("kind", ["qemu"])
async def test_a_file_that_is_there_is_never_overwritten(world: World) -> None:
    """security.md 89: nor one that libvirt has not seen yet, nor what lies outside the pool."""
    pool = await running_pool(world)
    base = await create(world, pool, "base", volume_format="qcow2")
    outside = world.folder / "outside"
    outside.write_bytes(b"theirs")
    (world.folder / "pool/link").symlink_to(outside)
    for name, file_format in (("new.img", "raw"), ("new.qcow2", "qcow2"), ("link", "raw"), ("link", "qcow2")):
        path = world.folder / "pool" / name
        if not path.is_symlink():
            path.write_bytes(b"theirs")
        with pytest.raises(Problem):
            await create(world, pool, name, volume_format=file_format)
        with pytest.raises(Problem):
            await do(world, Method.VOLUME_CLONE, base, name=name, pool="", volume_format=file_format)
        assert path.read_bytes() == b"theirs"
    for name in (".", "..", "../outside"):
        with pytest.raises(Problem, match="protocol-error: A volume's name has"):
            await create(world, pool, name)
    assert outside.read_bytes() == b"theirs"


async def test_a_strange_name_of_a_volume_is_only_a_name(world: World) -> None:
    pool = await running_pool(world)
    keys = [await create(world, pool, name) for name in STRANGE]
    assert keys == [f"{pool}/{name}" for name in STRANGE]
    assert set(await world.provider.listing(Kind.VOLUME)) == set(keys)
    with pytest.raises(Problem, match="change-conflict: There is a volume -rf already"):
        await create(world, pool, "-rf")
    for key in keys:
        await do(world, Method.VOLUME_DELETE, key)
        with pytest.raises(Problem, match="not-found"):
            await world.act(Method.VOLUME_DELETE, key)
    assert await world.provider.listing(Kind.VOLUME) == {}


async def test_volumes_are_based_on_others_cloned_and_resized(world: World) -> None:
    pool = await running_pool(world)
    base = await create(world, pool, "base -rf", volume_format="qcow2")
    layer = await create(world, pool, "layer", 2 * MIB, volume_format="qcow2", backing=base)
    found = await find(world, Kind.VOLUME, layer)
    assert (found["capacity"], found["backing"]) == (2 * MIB, f"{world.folder}/pool/base -rf")
    with pytest.raises(Problem, match=r"change-conflict: The volume layer is based on .*base -rf"):
        await do(world, Method.VOLUME_DELETE, base)
    copy = await do(world, Method.VOLUME_CLONE, base, name="copy", pool="", volume_format="raw")
    found = await find(world, Kind.VOLUME, copy)
    assert (found["capacity"], found["format"], found.get("backing")) == (MIB, "raw", None)
    if not world.can(Method.VOLUME_RESIZE):
        return
    await do(world, Method.VOLUME_RESIZE, copy, capacity=3 * MIB, shrink=False)
    assert (await find(world, Kind.VOLUME, copy))["capacity"] == 3 * MIB
    with pytest.raises(Problem, match="change-conflict: A smaller volume loses"):
        await do(world, Method.VOLUME_RESIZE, copy, capacity=MIB, shrink=False)
    await do(world, Method.VOLUME_RESIZE, copy, capacity=MIB, shrink=True)
    assert (await find(world, Kind.VOLUME, copy))["capacity"] == MIB


async def test_a_volume_in_use_says_by_whom_and_stays(world: World) -> None:
    pool = await running_pool(world)
    key = await create(world, pool, "used")
    path = f"{world.folder}/pool/used"
    domain = await world.define("user -rf", disk=path)
    with pytest.raises(Problem, match=r"change-conflict: .*/used is a disk of user -rf"):
        await do(world, Method.VOLUME_DELETE, key)
    with pytest.raises(Problem, match=r"change-conflict: .*/used is a disk of user -rf"):
        await do(world, Method.POOL_DELETE, pool, contents=True)
    assert set(await world.provider.listing(Kind.VOLUME)) == {key}
    if may_refuse(world.way, world.kind, "disks"):
        return
    await world.act(Method.START, domain)
    with pytest.raises(Problem, match=r"change-conflict: .*/used is a disk of user -rf, which runs"):
        await do(world, Method.VOLUME_WIPE, key)
    with pytest.raises(Problem, match=r"change-conflict: .*/used is a disk of user -rf, which runs"):
        await do(world, Method.VOLUME_RESIZE, key, capacity=9 * MIB, shrink=False)
    await world.act(Method.DESTROY, domain)


async def test_a_pool_is_deleted_with_all_that_lies_in_it(world: World) -> None:
    pool = await running_pool(world)
    for name in ("one", "-rf"):
        await create(world, pool, name)
    await do(world, Method.POOL_DELETE, pool, contents=True)
    assert pool not in await world.provider.listing(Kind.POOL)
    if world.kind == "qemu":
        assert not (world.folder / "pool").exists()


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def test_what_goes_up_comes_down(world: World) -> None:
    pool = await running_pool(world)
    key = await create(world, pool, "-rf ü")
    if not (world.can(Method.VOLUME_UPLOAD) and world.can(Method.VOLUME_DOWNLOAD)):
        return
    content = bytes(range(256)) * 4096
    await world.provider.upload(key, len(content), pieces(*(content[at : at + 65536] for at in range(0, MIB, 65536))))
    assert (world.folder / "pool/-rf ü").read_bytes() == content
    assert await world.provider.download(key, 0, 2 * MIB) == content
    assert await world.provider.download(key, 1000, 70_000) == content[1000:71_000]
    assert await world.provider.download(key, MIB, 1000) == b""
    await world.act(Method.VOLUME_WIPE, key)
    assert await world.provider.download(key, 0, 2 * MIB) == bytes(MIB)
    for absent in (f"{pool}/none", f"{world.uuid()}/-rf ü"):
        with pytest.raises(Problem, match="not-found"):
            await world.provider.upload(absent, 1, pieces(b"x"))
        with pytest.raises(Problem, match="not-found"):
            await world.provider.download(absent, 0, 1)


async def test_an_upload_that_is_cancelled_or_fails_ends_and_leaves_a_beginning(world: World) -> None:
    pool = await running_pool(world)
    key = await create(world, pool, "disk")
    if not world.can(Method.VOLUME_UPLOAD):
        return
    path = world.folder / "pool/disk"
    waiting = asyncio.Event()

    async def stalls() -> AsyncIterator[bytes]:
        yield b"\xff" * 65536
        waiting.set()
        await asyncio.Event().wait()

    async def breaks() -> AsyncIterator[bytes]:
        yield b"\xfe" * 65536
        raise Problem("terminated", "the reader went away")

    uploading = asyncio.get_running_loop().create_task(world.provider.upload(key, MIB, stalls()))
    await waiting.wait()
    uploading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await uploading
    assert_begins(path, 0xFF)
    with pytest.raises(Problem, match="terminated: the reader went away"):
        await world.provider.upload(key, MIB, breaks())
    # What was under way when it broke may be written or not: it takes another one, and ends.
    await world.provider.upload(key, 3, pieces(b"new"))
    assert path.read_bytes()[:3] == b"new"


def assert_begins(path: Path, byte: int) -> None:
    content = path.read_bytes()
    written = len(content) - len(content.lstrip(bytes([byte])))
    assert len(content) == MIB
    assert content == bytes([byte]) * written + bytes(MIB - written)
