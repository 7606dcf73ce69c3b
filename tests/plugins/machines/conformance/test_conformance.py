"""One suite for every provider and hypervisor: what `Provider` promises, tried on the real thing."""

import asyncio
from typing import Any

import pytest
from testbed.machine_worlds import World
from testbed.not_supported import may_refuse

from bridge.protocol import Problem
from plugins.machines.actions import perform
from plugins.machines.domains.domain_xml import disk_sources, snapshot_row, texts, vnc_password
from plugins.machines.domains.metadata import Labels
from plugins.machines.domains.screens import as_png
from plugins.machines.provider import Kind, Metadata, Method
from plugins.machines.state.libvirt_xml import parse, row


async def test_the_connection_describes_itself(world: World) -> None:
    info = world.provider.info
    assert info.hypervisor == world.kind.upper()
    assert info.hostname
    assert info.version.count(".") == 2 or may_refuse(world.way, world.kind, "version")
    refused = {name for name, able in world.provider.capabilities.items() if able is not True}
    assert all(may_refuse(world.way, world.kind, name) for name in refused)
    assert set(world.provider.capabilities) == set(Method)
    facts = await world.provider.host()
    assert facts["cpus"] > 0
    assert facts.get("memory", 0) > 1 << 30 or may_refuse(world.way, world.kind, "host memory")
    assert "model" in facts or may_refuse(world.way, world.kind, "host model")


async def test_a_life(world: World) -> None:
    key = await world.define(title="The website")
    domain = (await world.provider.domains())[key]
    assert domain == (await world.provider.domains([key, world.uuid()]))[key]
    assert (domain.name, domain.state, domain.persistent, domain.managed_save) == ("guest", "shut off", True, False)
    assert (domain.vcpus, domain.memory, domain.max_memory) == (1, 64 << 20, 64 << 20)
    transcript = [
        (Method.START, {}, "running"),
        (Method.SUSPEND, {}, "paused"),
        (Method.RESUME, {}, "running"),
        (Method.SEND_NMI, {}, "running"),
        (Method.SEND_KEYS, {"keys": [29, 56, 111], "hold": 10}, "running"),
        (Method.REBOOT, {}, "running"),
        (Method.RESET, {}, "running"),
        (Method.SAVE, {}, "shut off"),
        (Method.START, {}, "running"),
        (Method.SAVE, {}, "shut off"),
        (Method.REMOVE_SAVED, {}, "shut off"),
        (Method.START, {}, "running"),
        (Method.DESTROY, {}, "shut off"),
    ]
    for method, params, state in transcript:
        if not world.can(method) or may_refuse(world.way, world.kind, method):
            continue
        if state == await world.state(key) == "running" and method is Method.START:
            continue
        await world.act(method, key, **params)
        domain = (await world.provider.domains([key]))[key]
        assert domain.state == state, method
        assert domain.managed_save == (method is Method.SAVE)
        if method is Method.START:
            readings = await world.provider.readings()
            assert key in readings or may_refuse(world.way, world.kind, "readings")
            if key in readings:
                assert 0 < readings[key].memory_used <= 64 << 20
    assert key not in await world.provider.readings()


async def test_the_screen_of_a_running_one_is_shown(world: World) -> None:
    key = await world.define()
    await world.act(Method.START, key)
    try:
        image = await world.provider.screenshot(key)
    except Problem as problem:
        assert problem.code == "not-supported"
        assert may_refuse(world.way, world.kind, Method.SCREENSHOT)
        return
    assert as_png(image).startswith(b"\x89PNG")
    with pytest.raises(Problem, match="not-found"):
        await world.provider.screenshot(world.uuid())


async def test_the_traffic_of_disks_is_read(world: World) -> None:
    disk = world.folder / "disk.qcow2"
    await make_qcow2(str(disk))
    key = await world.define(disk=str(disk), disk_format="qcow2")
    if may_refuse(world.way, world.kind, "disks"):
        return
    await world.act(Method.START, key)
    readings = await world.provider.readings()
    traffic = readings[key].traffic if key in readings else None
    assert traffic is not None or may_refuse(world.way, world.kind, "traffic")


async def test_a_domain_without_a_job_has_no_progress_and_nothing_to_abort(world: World) -> None:
    key = await world.define()
    await world.act(Method.START, key)
    try:
        assert await world.provider.job_progress(key) is None
    except Problem as problem:
        assert problem.code == "not-supported"
        assert may_refuse(world.way, world.kind, "job")
    with pytest.raises(Problem) as caught:
        await world.provider.abort_job(key)
    assert caught.value.code in ("change-conflict", "not-supported")
    with pytest.raises(Problem, match="not-found"):
        await world.provider.abort_job(world.uuid())


async def test_a_start_with_its_cpus_stopped(world: World) -> None:
    key = await world.define()
    if not world.can(Method.START_PAUSED):
        return
    await perform(world.provider, Method.START_PAUSED, key, {})
    assert await world.state(key) == "paused"


async def test_autostart_and_name(world: World) -> None:
    key = await world.define()
    for on in (True, False):
        await world.act(Method.SET_AUTOSTART, key, on=on)
        assert (await world.provider.domains([key]))[key].autostart is on
        assert (await world.provider.domains())[key].autostart is on
    if not world.can(Method.RENAME):
        return
    await world.act(Method.RENAME, key, name="other")
    assert (await world.provider.domains())[key].name == "other"
    assert (await world.provider.domains([key]))[key].name == "other"


@pytest.mark.parametrize("is_running", [False, True], ids=["off", "running"])
async def test_texts_and_tags(world: World, is_running: bool) -> None:
    key = await world.define()
    if is_running:
        await world.act(Method.START, key)

    async def set_all(title: str, description: str, notes: str, tags: list[str]) -> None:
        await perform(world.provider, Method.SET_TITLE, key, {"text": title})
        await perform(world.provider, Method.SET_DESCRIPTION, key, {"text": description})
        await perform(world.provider, Method.SET_NOTES, key, {"text": notes})
        await perform(world.provider, Method.SET_TAGS, key, {"tags": tags})

    await set_all("-rf '\"ü $(id)", "one\n\ttwo ü & <three>", "'first'\nsecond; ü", ["web", "a b", "ü"])
    for inactive in (False, True):
        xml = await world.xml(key, inactive=inactive)
        root = parse(xml)
        assert root.findtext("description") == "one\n\ttwo ü & <three>"
        assert Labels.of(root).notes == "'first'\nsecond; ü"
        assert texts(xml).members["title"] == "-rf '\"ü $(id)"
        assert texts(xml).members["tags"] == ["a b", "web", "ü"]
    await set_all("", "", "", [])
    for inactive in (False, True):
        assert texts(await world.xml(key, inactive=inactive)).members == {}


async def test_snapshots(world: World) -> None:
    disk = world.folder / "disk.qcow2"
    await make_qcow2(str(disk))
    key = await world.define(disk=str(disk), disk_format="qcow2")
    if not world.can(Method.SNAPSHOT_CREATE):
        return
    for name in ("-rf", "a b ü"):
        params = {"name": name, "description": f"of {name}"}
        await perform(world.provider, Method.SNAPSHOT_CREATE, key, params)
    found = await world.provider.snapshots(key)
    assert (set(found.xml), found.current) == ({"-rf", "a b ü"}, "a b ü")
    assert parse(found.xml["a b ü"]).findtext("parent/name") == "-rf"
    await world.act(Method.SNAPSHOT_REVERT, key, snapshot="-rf", force=False)
    assert (await world.provider.snapshots(key)).current == "-rf"
    with pytest.raises(Problem) as caught:
        await world.act(Method.SNAPSHOT_DELETE, key, snapshot="none", children=False)
    assert (caught.value.code, caught.value.extra["libvirt"]["code"]) == ("not-found", 72)
    await world.act(Method.SNAPSHOT_DELETE, key, snapshot="-rf", children=True)
    assert await world.provider.snapshots(key) == type(found)({}, "")


async def test_external_snapshots_with_and_without_memory(world: World) -> None:
    disk = world.folder / "disk.qcow2"
    await make_qcow2(str(disk))
    key = await world.define(disk=str(disk), disk_format="qcow2")
    if not world.can(Method.SNAPSHOT_CREATE_EXTERNAL):
        return
    params = {"description": "", "memory": False}
    await perform(world.provider, Method.SNAPSHOT_CREATE_EXTERNAL, key, {"name": "-rf", **params})
    await world.act(Method.START, key)
    await perform(world.provider, Method.SNAPSHOT_CREATE_EXTERNAL, key, {"name": "a b ü", **params, "memory": True})
    found = await world.provider.snapshots(key)
    rows = {name: snapshot_row(xml) for name, xml in found.xml.items()}
    assert {name: (row["external"], row["state"]) for name, row in rows.items()} == {
        "-rf": (True, "shutoff"),
        "a b ü": (True, "running"),
    }
    assert rows["a b ü"]["parent"] == "-rf"
    assert (world.folder / f"{key}-ab.mem").stat().st_size > 0
    sources = [source for _, source in disk_sources(parse(await world.xml(key)))]
    assert sources == [f"{world.folder}/disk.a b ü"], "it goes on in a new file"
    await world.act(Method.DESTROY, key)


@pytest.mark.parametrize("storage", ["full", "linked"])
async def test_a_clone_has_disks_of_its_own(world: World, storage: str) -> None:
    await world.define_pool()
    disk = await world.define_volume("mine -rf")
    key = await world.define("original", disk=disk)
    clone = await perform(world.provider, Method.CLONE, key, {"name": "-rf $(id) ü", "storage": storage})
    domains = await world.provider.domains()
    assert (domains[clone].name, domains[clone].state) == ("-rf $(id) ü", "shut off")
    ((_, source),) = disk_sources(parse(await world.xml(clone)))
    assert source == f"{world.folder}/-rf $(id) ü-vda.{'raw' if storage == 'full' else 'qcow2'}"
    volumes = await world.provider.describe(Kind.VOLUME, await world.provider.listing(Kind.VOLUME))
    rows = {row(Kind.VOLUME, xml)["path"]: row(Kind.VOLUME, xml) for xml in volumes.values()}
    assert rows[source].get("backing") == (disk if storage == "linked" else None)
    assert rows[source]["capacity"] == rows[disk]["capacity"]
    with pytest.raises(Problem, match="change-conflict: There is a volume"):
        await perform(world.provider, Method.CLONE, key, {"name": "-rf $(id) ü", "storage": storage})
    if may_refuse(world.way, world.kind, "disks"):
        return
    await world.act(Method.START, key)
    with pytest.raises(Problem, match="change-conflict: A machine that runs cannot be cloned"):
        await perform(world.provider, Method.CLONE, key, {"name": "other", "storage": storage})
    await world.act(Method.DESTROY, key)


async def test_a_clone_that_fails_leaves_nothing(world: World) -> None:
    await world.define_pool()
    key = await world.define("original", disk=await world.define_volume("mine"))
    with pytest.raises(Problem):
        await perform(world.provider, Method.CLONE, key, {"name": "original", "storage": "full"})
    volumes = await world.provider.listing(Kind.VOLUME)
    assert {name.partition("/")[2] for name in volumes} == {"mine"}
    outside = await world.define("outside", disk="/nowhere/disk.img")
    with pytest.raises(Problem, match=r"not-supported: /nowhere/disk\.img"):
        await perform(world.provider, Method.CLONE, outside, {"name": "other", "storage": "full"})


async def test_a_definition_is_validated_and_keeps_its_secrets(world: World) -> None:
    key = await world.define()
    secret = (await world.provider.definition(key)).replace("<graphics type='vnc'", "<graphics type='vnc' passwd='s3'")
    await world.provider.define(secret, validate=False)
    stored = await world.provider.definition(key)
    if world.kind == "qemu":
        assert "passwd='s3'" in stored
        await world.act(Method.START, key)
        assert vnc_password(await world.provider.definition(key, live=True)) == "s3"
        await world.act(Method.DESTROY, key)
    assert "passwd" not in await world.xml(key, inactive=True)
    if not world.can(Method.DEFINE):
        return
    await perform(world.provider, Method.DEFINE, key, {"xml": stored.replace(">1</vcpu>", ">2</vcpu>")})
    assert (await world.provider.domains([key]))[key].vcpus == 2
    with pytest.raises(Problem) as caught:
        await perform(world.provider, Method.DEFINE, key, {"xml": stored.replace("</name>", "</name><no/>", 1)})
    assert caught.value.extra["libvirt"]["code"] == 92
    assert "definition" not in caught.value.message, "it is libvirt's sentence"


async def test_a_domain_is_deleted_with_its_storage_alone(world: World) -> None:
    await world.define_pool()
    mine, shared = await world.define_volume("mine -rf"), await world.define_volume("shared")
    key = await world.define(disk=mine)
    both = [await world.define("one", disk=shared), await world.define("two", disk=shared)]
    with pytest.raises(Problem, match=r"change-conflict: .*shared.* is a disk of two as well"):
        await perform(world.provider, Method.DELETE, both[0], {"storage": ["vda"]})
    with pytest.raises(Problem, match="not-found: one has no disk vdz"):
        await perform(world.provider, Method.DELETE, both[0], {"storage": ["vdz"]})
    outside = await world.define("outside", disk="/nowhere/disk.img")
    with pytest.raises(Problem, match=r"not-supported: /nowhere/disk\.img"):
        await perform(world.provider, Method.DELETE, outside, {"storage": ["vda"]})
    if not may_refuse(world.way, world.kind, "disks"):
        await world.act(Method.START, key)
    await perform(world.provider, Method.DELETE, key, {"storage": ["vda"]})
    assert set(await world.provider.domains()) >= {*both, outside}
    assert key not in await world.provider.domains()
    volumes = await world.provider.describe(Kind.VOLUME, await world.provider.listing(Kind.VOLUME))
    assert [row(Kind.VOLUME, xml)["path"] for xml in volumes.values()] == [shared]


async def test_pools_volumes_networks_and_devices_are_listed(world: World) -> None:
    pool = await world.define_pool()
    volume = await world.define_volume("a b  ü'")
    network = await world.define_network()
    for kind, key in ((Kind.POOL, pool), (Kind.NETWORK, network)):
        listed = (await world.provider.listing(kind))[key]
        assert (listed.active, listed.persistent, listed.autostart) == (kind is Kind.POOL, True, False)
        described = await world.provider.describe(kind, [key, world.uuid()])
        assert described.keys() == {key}
        assert row(kind, described[key])["name"] == "a b ü"
    (key,) = [key for key in await world.provider.listing(Kind.VOLUME) if key.startswith(pool)]
    assert key == f"{pool}/a b  ü'"
    described = await world.provider.describe(Kind.VOLUME, [key, f"{pool}/-rf"])
    assert row(Kind.VOLUME, described[key])["path"] == volume
    await world.act(Method.VOLUME_DELETE, key)
    assert await world.provider.describe(Kind.VOLUME, [key]) == {}
    try:
        devices = await world.provider.listing(Kind.DEVICE)
    except Problem:
        assert may_refuse(world.way, world.kind, "node devices")
        return
    assert "computer" in devices
    xml = await world.provider.describe(Kind.DEVICE, ["computer", "-rf"])
    assert row(Kind.DEVICE, xml["computer"]) == {"name": "computer", "type": "system"} | {
        name: value for name, value in row(Kind.DEVICE, xml["computer"]).items() if name in ("product", "vendor")
    }
    assert xml.keys() == {"computer"}


async def test_errors_carry_libvirts_code_and_message(world: World) -> None:
    key = await world.define()
    with pytest.raises(Problem) as caught:
        await world.act(Method.DESTROY, key)
    said = caught.value.extra["libvirt"]
    assert (caught.value.code, said["code"]) == ("change-conflict", 55)
    assert said["message"] == caught.value.message == "Requested operation is not valid: domain is not running"
    assert said["domain"] == (20 if world.way == "libvirt-python" else 0), "VIR_FROM_DOM, where it is told"
    absent = world.uuid()
    for method in (Method.START, Method.DESTROY, Method.DELETE):
        with pytest.raises(Problem, match=f"not-found: There is no virtual machine with the UUID {absent}"):
            await world.act(method, absent)
    with pytest.raises(Problem, match="not-found"):
        await world.provider.set_metadata(absent, Metadata.TITLE, "x", live=False, config=True)


STRANGE = ("1", "-rf", "$(id)", "a b", "ü", "a'b\"<&>;", " ", "--all", "x" * 200)


async def test_a_strange_name_is_only_a_name(world: World) -> None:
    """security.md 84. One is named as the UUID of another, which virsh would take for it once that is gone."""
    victim = await world.define("victim")
    doomed = world.uuid()
    keys = {name: await world.define(name) for name in (*STRANGE, doomed)}
    await world.define("doomed", uuid=doomed)
    named = {domain.name: key for key, domain in (await world.provider.domains()).items()}
    assert named.items() >= keys.items()
    await perform(world.provider, Method.DELETE, doomed, {"storage": []})
    for method in (Method.START, Method.DELETE):
        with pytest.raises(Problem, match="not-found"):
            await world.act(method, doomed)
    assert doomed not in await world.provider.describe(Kind.DOMAIN, [doomed])
    for name, key in keys.items():
        await world.act(Method.SET_AUTOSTART, key, on=True)
        assert [row.name for row in (await world.provider.domains()).values() if row.autostart] == [name]
        await world.act(Method.SET_AUTOSTART, key, on=False)
    for name in STRANGE:
        await perform(world.provider, Method.DELETE, keys[name], {"storage": []})
        if not world.can(Method.RENAME):
            continue
        await world.act(Method.RENAME, victim, name=name)
        assert (await world.provider.domains([victim]))[victim].name == name


async def test_changes_are_heard(world: World) -> None:
    key = await world.define()
    try:
        await world.heard.until(lambda: {key, ""} & set(world.heard.keys))
    except TimeoutError:
        assert may_refuse(world.way, world.kind, "events")
        return
    assert key in await world.provider.domains()
    for method in (Method.START, Method.SUSPEND, Method.DESTROY):
        world.heard.keys.clear()
        await world.act(method, key)
        await world.heard.until(lambda: key in world.heard.keys)
    world.heard.keys.clear()
    await world.provider.set_metadata(key, Metadata.TITLE, "new", live=False, config=True)
    await world.heard.until(lambda: key in world.heard.keys)
    await world.define_pool()
    await world.heard.until(lambda: Kind.POOL in world.heard.kinds)
    await world.define_network()
    await world.heard.until(lambda: Kind.NETWORK in world.heard.kinds)


async def make_qcow2(path: str) -> None:
    process = await asyncio.create_subprocess_exec(
        "qemu-img", "create", "-q", "-f", "qcow2", path, "1M", stdout=asyncio.subprocess.PIPE
    )
    _, _ = await process.communicate()
    assert process.returncode == 0


@pytest.fixture(autouse=True)
def no_events_in_vain(world: World, request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are no events, they are not waited for long."""
    if may_refuse(world.way, world.kind, "events"):
        monkeypatch.setattr(type(world.heard), "PATIENCE", 0.2)
