"""Networks by every provider: made from settings, changed while they run, and gone."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from xml.etree.ElementTree import SubElement, tostring

import pytest
from testbed.dhcp_client import take_lease
from testbed.domain_xml import domain_xml
from testbed.libvirtd import Libvirtd
from testbed.machine_worlds import World

from bridge.protocol import Problem
from plugins.machines.actions import perform
from plugins.machines.domains.definitions import stored_xml
from plugins.machines.networks.network_xml import details, made
from plugins.machines.networks.settings import checked
from plugins.machines.provider import Kind, Listed, Method
from plugins.machines.state.libvirt_xml import parse, row

OWN: dict[str, Any] = {
    "mode": "isolated",
    "bridge": "virbr-test",
    "domain": "lab.example",
    "ipv4": "10.213.0.1/24",
    "ipv4_start": "10.213.0.50",
    "ipv4_end": "10.213.0.90",
}


MODES = ("nat", "route", "open", "isolated", "bridge", "macvtap")


async def make(world: World, name: str = "net", **settings: Any) -> str:
    """Defines a network; its key."""
    key = world.uuid()
    await perform(world.provider, Method.NETWORK_DEFINE, key, {"name": name, "settings": OWN | settings})
    return key


async def told(world: World, key: str, *, inactive: bool = False) -> Any:
    """What its XML says."""
    stored = await stored_xml(world.provider, Kind.NETWORK, key) if inactive else ""
    return details(parse(stored or (await world.provider.describe(Kind.NETWORK, [key]))[key]))


async def listed(world: World, key: str) -> Listed:
    return (await world.provider.listing(Kind.NETWORK))[key]


async def update(world: World, key: str, section: str, remove: Any = None, add: Any = None) -> None:
    params = {"section": section, "remove": remove or {}, "add": add or {}}
    await perform(world.provider, Method.NETWORK_UPDATE, key, params)


async def test_a_network_is_made_started_changed_stopped_and_gone(world: World) -> None:
    key = await make(world)
    assert await listed(world, key) == Listed(active=False, persistent=True, autostart=False)
    for on in (True, False):
        await perform(world.provider, Method.NETWORK_SET_AUTOSTART, key, {"on": on})
        assert (await listed(world, key)).autostart is on
    await perform(world.provider, Method.NETWORK_START, key, {})
    assert (await listed(world, key)).active
    if world.can(Method.NETWORK_LEASES):
        assert await world.provider.leases(key) == []
    await update(world, key, "host", add={"mac": "52-54-00-AA-00-01", "name": "db", "address": "10.213.0.9"})
    await update(world, key, "range", add={"start": "10.213.0.100", "end": "10.213.0.120"})
    await update(world, key, "dns_host", add={"address": "10.213.0.9", "hostnames": ["db", "db.lab.example"]})
    for inactive in (False, True):
        found = await told(world, key, inactive=inactive)
        assert found["hosts"] == {"10.213.0.9": {"mac": "52:54:00:aa:00:01", "name": "db", "address": "10.213.0.9"}}
        assert found["ranges"].keys() == {"10.213.0.50-10.213.0.90", "10.213.0.100-10.213.0.120"}
        assert found["dns_hosts"]["10.213.0.9"]["hostnames"] == ["db", "db.lab.example"]
    (host,) = found["hosts"].values()
    await update(world, key, "host", remove=host, add=host | {"address": "10.213.0.10"})
    await update(world, key, "range", remove=found["ranges"]["10.213.0.100-10.213.0.120"])
    await update(world, key, "dns_host", remove=found["dns_hosts"]["10.213.0.9"])
    for inactive in (False, True):
        found = await told(world, key, inactive=inactive)
        assert found["hosts"].keys() == {"10.213.0.10"}
        assert found["ranges"].keys() == {"10.213.0.50-10.213.0.90"}
        assert "dns_hosts" not in found
    with pytest.raises(Problem, match="not-found: This entry is not there any more"):
        await update(world, key, "host", remove=host)
    await perform(world.provider, Method.NETWORK_STOP, key, {})
    assert not (await listed(world, key)).active
    await perform(world.provider, Method.NETWORK_START, key, {})
    await perform(world.provider, Method.NETWORK_DELETE, key, {})
    assert key not in await world.provider.listing(Kind.NETWORK)


async def test_an_entry_that_is_refused_leaves_the_old_one(world: World) -> None:
    key = await make(world)
    await perform(world.provider, Method.NETWORK_START, key, {})
    for last, mac in ((10, "52:54:00:aa:00:01"), (11, "52:54:00:aa:00:02")):
        await update(world, key, "host", add={"mac": mac, "address": f"10.213.0.{last}"})
    before = await told(world, key)
    with pytest.raises(Problem, match="52:54:00:aa:00:02"):
        await update(
            world,
            key,
            "host",
            remove=before["hosts"]["10.213.0.10"],
            add={"mac": "52:54:00:aa:00:02", "address": "10.213.0.12"},
        )
    for inactive in (False, True):
        assert (await told(world, key, inactive=inactive))["hosts"] == before["hosts"]
    with pytest.raises(Problem, match=r"protocol-error: 10\.214\.0\.1 is in no subnet"):
        await update(world, key, "host", add={"mac": "52:54:00:aa:00:03", "address": "10.214.0.1"})


@pytest.mark.parametrize("kind", ["qemu"])
async def test_what_is_lent_is_told(world: World, libvirtd: Libvirtd) -> None:
    key = world.uuid()
    root = parse(made(key, "net", checked(OWN)))
    # Without a spanning tree a port needs no time to learn.
    bridge = root.find("bridge")
    assert bridge is not None
    bridge.set("stp", "off")
    await world.provider.define(tostring(root, encoding="unicode"), validate=False, kind=Kind.NETWORK)
    await perform(world.provider, Method.NETWORK_START, key, {})
    await asyncio.to_thread(take_lease, libvirtd, key, "virbr-test", "52:54:00:aa:00:07", "web")
    (lease,) = await world.provider.leases(key)
    assert (lease.mac, lease.name) == ("52:54:00:aa:00:07", "web")
    assert ip_address("10.213.0.50") <= ip_address(lease.address) <= ip_address("10.213.0.90")
    assert 0 < lease.expiry - time.time() <= 24 * 3600
    assert lease.client.endswith("52:54:00:aa:00:07")


@pytest.mark.parametrize("kind", ["qemu"])
async def test_what_runs_keeps_its_settings_until_it_is_started_again(world: World) -> None:
    key = await make(world)
    await perform(world.provider, Method.NETWORK_START, key, {})
    await update(world, key, "host", add={"mac": "52:54:00:aa:00:01", "address": "10.213.0.10"})
    changed = OWN | {"mode": "nat", "domain": "new.example", "ipv4": "10.213.0.1/16", "ipv6": "fd00:213::1/64"}
    await perform(world.provider, Method.NETWORK_EDIT, key, {"settings": changed})
    now, then = await told(world, key), await told(world, key, inactive=True)
    assert (now["settings"]["domain"], then["settings"]["domain"]) == ("lab.example", "new.example")
    assert (now["settings"]["ipv4"], then["settings"]["ipv4"]) == ("10.213.0.1/24", "10.213.0.1/16")
    assert then["settings"]["ipv6"] == "fd00:213::1/64"
    assert then["hosts"].keys() == {"10.213.0.10"}, "it is in the wider subnet as well"
    await update(world, key, "host", add={"mac": "52:54:00:aa:00:02", "address": "10.213.0.11"})
    # What runs has no such subnet yet.
    await update(world, key, "host", add={"duid": "00:01:02:03", "address": "fd00:213::9"})
    assert (await told(world, key))["hosts"].keys() == {"10.213.0.10", "10.213.0.11"}
    await perform(world.provider, Method.NETWORK_STOP, key, {})
    await perform(world.provider, Method.NETWORK_START, key, {})
    now = await told(world, key)
    assert (now["settings"]["mode"], now["settings"]["domain"]) == ("nat", "new.example")
    assert now["hosts"].keys() == {"10.213.0.10", "10.213.0.11", "fd00:213::9"}


@pytest.mark.parametrize("kind", ["test"])
async def test_every_mode_is_defined(world: World) -> None:
    """On QEMU, whose network driver containers share, each is started as well: below."""
    for mode in ("nat", "route", "open", "bridge", "macvtap", "hostdev"):
        own = mode in ("nat", "route", "open")
        settings: dict[str, Any] = OWN if own else {"ipv4": "", "ipv4_start": "", "ipv4_end": "", "domain": ""}
        settings = settings | {"mode": mode, "device": "" if mode in ("open", "bridge") else "eth9"}
        key = await make(world, **settings)
        xml = (await world.provider.describe(Kind.NETWORK, [key]))[key]
        assert row(Kind.NETWORK, xml)["mode"] == mode
        assert details(parse(xml))["settings"].get("device", "") == settings["device"]
        await perform(world.provider, Method.NETWORK_DELETE, key, {})


@pytest.fixture
def links(libvirtd: Libvirtd) -> Iterator[tuple[str, str]]:
    """A bridge and a network device of the host, none of which libvirt made."""
    bridge, device = "ph-bridge", "ph-device"
    for words in (
        ("add", bridge, "type", "bridge"),
        ("add", device, "type", "veth", "peer", "name", f"{device}2"),
        *(("set", each, "up") for each in (bridge, device, f"{device}2")),
    ):
        subprocess.run(libvirtd.enter_inside(["ip", "link", *words]), check=True, timeout=30)
    yield bridge, device
    for each in (bridge, device):
        subprocess.run(libvirtd.enter_inside(["ip", "link", "delete", each]), check=True, timeout=30)


@pytest.mark.parametrize("kind", ["qemu"])
async def test_every_mode_is_started_and_a_machine_is_on_it(
    world: World, libvirtd: Libvirtd, links: tuple[str, str]
) -> None:
    """All but SR-IOV, for which there is no card: that is refused in libvirt's words when it is started."""
    bridge, device = links
    guest = parse(domain_xml("guest", uuid=(domain := world.uuid())))
    devices = guest.find("devices")
    assert devices is not None
    for number, mode in enumerate(("nat", "route", "open", "isolated"), 1):
        address = f"10.214.{number}.1/24"
        ipv6 = f"fd00:214:{number}::1/64"
        settings = {"mode": mode, "bridge": f"virbr-t{number}", "ipv4": address, "ipv4_start": "", "ipv4_end": ""}
        key = await make(world, mode, **settings, ipv6=ipv6)
        await perform(world.provider, Method.NETWORK_START, key, {})
        assert (await told(world, key))["settings"].items() >= {"mode": mode, "ipv4": address, "ipv6": ipv6}.items()
    none = {"ipv4": "", "ipv4_start": "", "ipv4_end": "", "domain": ""}
    for mode, place in (("bridge", {"bridge": bridge}), ("macvtap", {"bridge": "", "device": device})):
        key = await make(world, mode, **none, mode=mode, **place)
        await perform(world.provider, Method.NETWORK_START, key, {})
        assert (await listed(world, key)).active
        found = (await told(world, key))["settings"]
        assert (found["mode"], found.get("device", "")) == (mode, place.get("device", ""))
    for mode in MODES:
        SubElement(SubElement(devices, "interface", type="network"), "source", network=mode)
    await world.provider.define(tostring(guest, encoding="unicode"), validate=False)
    await world.act(Method.START, domain)
    joined = [line.split() for line in libvirtd.virsh("domiflist", domain).splitlines()[2:]]
    assert [source for _, _, source, *_ in joined] == list(MODES)
    assert all(name.startswith("macvtap" if source == "macvtap" else "vnet") for name, _, source, *_ in joined)
    await world.act(Method.DESTROY, domain)

    key = await make(world, "hostdev", **none, mode="hostdev", bridge="", device=device)
    with pytest.raises(Problem, match=f"No usable Vf's present on SRIOV PF {device}"):
        await perform(world.provider, Method.NETWORK_START, key, {})
    assert not (await listed(world, key)).active


STRANGE = ("1", "-rf", "$(id)", "a b", "ü", "x" * 200)


async def test_a_strange_name_is_only_a_name(world: World) -> None:
    """security.md 84."""
    before = set(await world.provider.listing(Kind.NETWORK))
    plain = {"bridge": "", "ipv4": "", "ipv4_start": "", "ipv4_end": ""}
    keys = {name: await make(world, name, **plain) for name in STRANGE}
    for name, key in keys.items():
        assert row(Kind.NETWORK, (await world.provider.describe(Kind.NETWORK, [key]))[key])["name"] == name
        await perform(world.provider, Method.NETWORK_SET_AUTOSTART, key, {"on": True})
    await perform(world.provider, Method.NETWORK_START, keys["-rf"], {})
    active = {key for key, found in (await world.provider.listing(Kind.NETWORK)).items() if found.active}
    assert active - before == {keys["-rf"]}
    for key in keys.values():
        await perform(world.provider, Method.NETWORK_DELETE, key, {})
    assert set(await world.provider.listing(Kind.NETWORK)) == before
    for method in (Method.NETWORK_START, Method.NETWORK_STOP, Method.NETWORK_DELETE, Method.NETWORK_SET_AUTOSTART):
        with pytest.raises(Problem, match=f"not-found: There is no network with the UUID {key}"):
            await perform(world.provider, method, key, {"on": True} if method is Method.NETWORK_SET_AUTOSTART else {})
    if world.can(Method.NETWORK_LEASES):
        with pytest.raises(Problem, match="not-found"):
            await world.provider.leases(key)
