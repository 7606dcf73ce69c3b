"""Pools on more than a folder, three ways: a file system and partitions on a disk of the test's own.

What cannot be had everywhere that the tests run, with the reason: `netfs` needs a file server and the kernel's client
for it; `logical` needs the kernel's device mapper; `iscsi` needs a target and the iSCSI modules; `scsi` needs a SCSI
host; `rbd`, `gluster`, `zfs` and the like need a cluster and a back end of libvirt that distributions leave out or
package apart. Of those it is tried that libvirt's own reason comes through, and that nothing is left half done.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from testbed.loop_disk import loop_disk
from testbed.machine_worlds import World

from bridge.protocol import Problem
from plugins.machines.actions import perform
from plugins.machines.provider import Kind, Listed, Method
from plugins.machines.state.libvirt_xml import row
from plugins.machines.storage.pool_xml import TYPES

MIB = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[str]:
    with loop_disk(tmp_path / "disk.img", 64 * MIB) as device:
        yield device


async def define(world: World, pool_type: str, **source: Any) -> str:
    key = world.uuid()
    params = {"name": "-rf ü", "pool_type": pool_type} | source
    await perform(world.provider, Method.POOL_DEFINE, key, params)
    return key


async def create(world: World, pool: str, name: str, volume_format: str = "") -> str:
    params = {"name": name, "capacity": 8 * MIB, "volume_format": volume_format, "allocation": None, "backing": ""}
    return await perform(world.provider, Method.VOLUME_CREATE, pool, params)


async def delete(world: World, pool: str) -> None:
    await perform(world.provider, Method.POOL_DELETE, pool, {"contents": False})
    assert pool not in await world.provider.listing(Kind.POOL)


async def does_not_fit(world: World, pool: str) -> None:
    """security.md 90: what a full pool cannot take is not left in it half done."""
    before = await world.provider.listing(Kind.VOLUME)
    large = {"capacity": 80 * MIB, "allocation": 80 * MIB, "volume_format": "raw", "backing": ""}
    with pytest.raises(Problem, match="No space left on device"):
        await perform(world.provider, Method.VOLUME_CREATE, pool, {"name": "large", **large})
    other = await define(world, "dir", name="other", target=str(world.folder))
    await world.act(Method.POOL_START, other)
    (world.folder / "full.img").write_bytes(b"\1" * 80 * MIB)
    await world.act(Method.POOL_REFRESH, other)
    params = {"name": "clone", "pool": pool, "volume_format": "raw"}
    with pytest.raises(Problem, match="No space left on device"):
        await perform(world.provider, Method.VOLUME_CLONE, f"{other}/full.img", params)
    await delete(world, other)
    await world.act(Method.POOL_REFRESH, pool)
    assert await world.provider.listing(Kind.VOLUME) == before


@pytest.mark.parametrize("kind", ["qemu"])
async def test_a_file_system_then_partitions_on_a_real_disk(world: World, disk: str) -> None:
    """What is on a disk is destroyed only where that is said."""
    target = world.folder / "mnt"
    pool = await define(world, "fs", devices=[disk], target=str(target), source_format="ext4")
    await world.act(Method.POOL_BUILD, pool)
    with pytest.raises(Problem, match="mount"):
        await world.act(Method.POOL_START, pool)
    await world.act(Method.POOL_BUILD, pool, overwrite=True)
    await world.act(Method.POOL_START, pool)
    members = row(Kind.POOL, (await world.provider.describe(Kind.POOL, [pool]))[pool])
    assert 32 * MIB < members["capacity"] < 64 * MIB
    key = await create(world, pool, "a b", "raw")
    assert key in await world.provider.listing(Kind.VOLUME)
    await does_not_fit(world, pool)
    await world.act(Method.POOL_STOP, pool)
    await world.act(Method.POOL_BUILD, pool)
    await world.act(Method.POOL_START, pool)
    assert key in await world.provider.listing(Kind.VOLUME), "to build it again has destroyed nothing"
    await delete(world, pool)

    pool = await define(world, "disk", devices=[disk], source_format="gpt")
    with pytest.raises(Problem, match="overwrite is necessary"):
        await world.act(Method.POOL_BUILD, pool)
    await world.act(Method.POOL_BUILD, pool, overwrite=True)
    await world.act(Method.POOL_START, pool)
    name = f"{Path(disk).name}p1"
    with pytest.raises(Problem, match=f"can only be called {name}"):
        await create(world, pool, "mine")
    key = await create(world, pool, name)
    assert await world.provider.listing(Kind.VOLUME) == {key: Listed()}
    assert Path(f"/dev/{name}").is_block_device()
    await delete(world, pool)


UNREACHABLE: dict[str, tuple[dict[str, Any], str]] = {
    # CIFS and not NFS, whose mount tries for minutes where it is installed.
    "netfs": ({"hosts": ["127.0.0.1"], "directory": "/none", "source_format": "cifs"}, "mount"),
    "logical": ({"source_name": "ph-none"}, "(?i)pvs|volume group|source devices"),
    "iscsi": ({"hosts": ["127.0.0.1"], "devices": ["iqn.2026-01.org.example:none"]}, "iscsiadm"),
    "scsi": ({"adapter": "scsi_host99"}, "scsi_host"),
}


@pytest.mark.parametrize("kind", ["qemu"])
async def test_a_pool_whose_storage_is_not_there_says_so_and_stays_stopped(world: World) -> None:
    for pool_type, (source, reason) in UNREACHABLE.items():
        target = {"target": str(world.folder / "mnt")} if pool_type == "netfs" else {}
        pool = await define(world, pool_type, **source | target)
        with pytest.raises(Problem, match=reason):
            await world.act(Method.POOL_START, pool)
        assert not (await world.provider.listing(Kind.POOL))[pool].active
        await delete(world, pool)
    pool = await define(world, "mpath")
    await world.act(Method.POOL_START, pool)
    assert (await world.provider.listing(Kind.POOL))[pool].active, "of no devices"
    await delete(world, pool)


async def test_the_types_that_are_told_are_those_that_can_be_defined(world: World) -> None:
    if not world.can(Method.POOL_TYPES):
        with pytest.raises(Problem, match="not-supported"):
            await world.provider.pool_types()
        return
    supported = set(await world.provider.pool_types())
    assert {"dir", "fs", "netfs"} <= supported <= {*TYPES, "vstorage"}
    for pool_type in {"rbd", "zfs"} - supported:
        with pytest.raises(Problem, match="missing backend for pool type"):
            await define(world, pool_type, source_name="x", **({"hosts": ["h"]} if pool_type == "rbd" else {}))
