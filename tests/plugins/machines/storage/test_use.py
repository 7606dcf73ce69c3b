from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pytest

from bridge.protocol import Problem
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.storage.use import volumes_to_delete

POOL = "00000000-0000-4000-8000-0000000000aa"


def with_disks(domain: Element, *disks: tuple[str, dict[str, str]]) -> Element:
    devices = SubElement(domain, "devices")
    for target, source in disks:
        disk = SubElement(devices, "disk", type="volume" if "pool" in source else "file", device="disk")
        SubElement(disk, "source", source)
        SubElement(disk, "target", dev=target)
    return domain


def with_volumes(*volumes: tuple[str, str]) -> Element:
    pool = Element("pool", type="dir")
    SubElement(pool, "name").text = "p"
    SubElement(pool, "uuid").text = POOL
    SubElement(SubElement(pool, "target"), "path").text = "/p"
    for name, backing in volumes:
        volume = SubElement(pool, "volume", type="file")
        SubElement(volume, "name").text = name
        SubElement(volume, "capacity").text = "1024"
        SubElement(SubElement(volume, "target"), "path").text = f"/p/{name}"
        if backing:
            SubElement(SubElement(volume, "backingStore"), "path").text = backing
    return pool


@pytest.fixture
def world(make_world: Callable[..., str], make_domain: Callable[..., Element]) -> str:
    """1 has disks of its own, by path and by pool, one that 2 names otherwise, one that is based on, one outside."""
    return make_world(
        with_disks(
            make_domain("one", 1, 1),
            ("vda", {"file": "/p/own"}),
            ("vdb", {"pool": "p", "volume": "pooled"}),
            ("vdc", {"file": "/p/shared"}),
            ("vdd", {"file": "/p/base"}),
            ("vde", {"file": "/elsewhere/x"}),
            ("vdf", {"file": "/p/overlay"}),
        ),
        with_disks(make_domain("two", 2, 5), ("vda", {"pool": "p", "volume": "shared"})),
        with_volumes(("own", ""), ("pooled", ""), ("shared", ""), ("base", ""), ("overlay", "/p/base")),
    )


async def volumes(provider: LibvirtPython, key: str, *targets: str) -> dict[str, str]:
    return await volumes_to_delete(provider, key, (await provider.domains([key]))[key], targets)


async def test_disks_are_volumes_by_path_and_by_pool(provider: Any, uuid: Callable[[int], str]) -> None:
    found = await volumes(provider, uuid(1), "vda", "vdb")
    assert found == {"vda": f"{POOL}/own", "vdb": f"{POOL}/pooled"}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("vdz", "not-found: one has no disk vdz"),
        ("vde", r"not-supported: /elsewhere/x \(vde\) is no volume of an active storage pool"),
        ("vdc", "change-conflict: p/shared is a disk of two as well"),
        ("vdd", "change-conflict: The volume overlay is based on /p/base"),
    ],
)
async def test_one_that_cannot_go_is_named(provider: Any, uuid: Callable[[int], str], target: str, reason: str) -> None:
    with pytest.raises(Problem, match=reason):
        await volumes(provider, uuid(1), "vda", target)


async def test_what_is_based_on_it_may_go_along(provider: Any, uuid: Callable[[int], str]) -> None:
    assert len(await volumes(provider, uuid(1), "vdd", "vdf")) == 2
