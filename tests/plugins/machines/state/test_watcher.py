import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import libvirt
import pytest
from testbed.domain_xml import domain_xml

from bridge.protocol import Problem
from plugins.machines.provider import Kind, Listener, Method, Provider
from plugins.machines.providers import libvirt_python
from plugins.machines.providers.choice import Choice
from plugins.machines.providers.connections import open_provider
from plugins.machines.state import watcher as module


async def test_the_first_load(world: str, watching: Callable[..., Any], uuid: Callable[[int], str]) -> None:
    async with watching(world) as it:
        await it.watcher.settled.wait()
        await it.until(lambda: it.state["connection"]["described"])
        assert it.state["connection"] | {"hostname": "", "version": ""} == {
            "uri": world,
            "status": "connected",
            "demo": False,
            "readonly": False,
            "hypervisor": "TEST",
            "provider": "libvirt-python",
            "hostname": "",
            "version": "",
            "described": True,
        }
        assert it.state["capabilities"]["domain_start"] is True
        assert it.domains[uuid(1)] == {
            "name": "web",
            "title": "The website",
            "state": "running",
            "vcpus": 1,
            "memory": 64 << 20,
            "max_memory": 64 << 20,
            "persistent": True,
            "autostart": False,
            "managed_save": False,
        }
        assert {row["state"] for row in it.domains.values()} == {"running", "shut off", "paused", "crashed"}
        assert it.replayed() == it.state


async def test_a_thousand_domains_come_in_pieces(
    make_world: Callable[..., str], make_domain: Callable[..., Any], watching: Callable[..., Any]
) -> None:
    uri = make_world(*(make_domain(f"machine-{number}", number) for number in range(1000)))
    async with watching(uri) as it:
        await it.until(lambda: len(it.domains) == 1000)
        await it.until(lambda: all("memory" in row for row in it.domains.values()))
        pieces = [list(patch["domains"].values()) for patch in it.patches if patch.get("domains")]
        assert [len(piece) for piece in pieces] == [200] * 10
        assert all(row.keys() >= {"state", "persistent"} and "memory" not in row for row in pieces[0])
        assert pieces[5][0].keys() == {"vcpus", "memory", "max_memory"}


async def test_an_action_is_published_before_it_returns(
    world: str, watching: Callable[..., Any], uuid: Callable[[int], str]
) -> None:
    async with watching(world) as it:
        await it.watcher.settled.wait()
        for action, state in (
            (Method.START, "running"),
            (Method.SUSPEND, "paused"),
            (Method.RESUME, "running"),
            (Method.REBOOT, "running"),
            (Method.RESET, "running"),
            (Method.SHUTDOWN, "shut off"),
        ):
            await it.watcher.act(action, uuid(2))
            assert it.replayed()["domains"][uuid(2)]["state"] == state
        await it.watcher.act(Method.DESTROY, uuid(1))
        assert it.domains[uuid(1)]["reason"] == "destroyed"


async def test_what_others_do_appears_by_itself(
    world: str, watching: Callable[..., Any], uuid: Callable[[int], str]
) -> None:
    async with watching(world) as it:
        await it.watcher.settled.wait()
        other = libvirt_python._kept[world]
        domain = other.lookupByUUIDString(uuid(2))
        domain.create()
        await it.until(lambda: it.domains[uuid(2)]["state"] == "running")
        domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, "Ledger <&>", None, None)
        await it.until(lambda: it.domains[uuid(2)].get("title") == "Ledger <&>")
        domain.destroy()
        domain.undefine()
        await it.until(lambda: uuid(2) not in it.domains)
        assert it.replayed() == it.state


async def test_a_machine_gone_behind_our_back_is_named_and_its_row_goes(
    world: str, watching: Callable[..., Any], uuid: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libvirt_python.Subscription, "start", lambda *_: None)
    async with watching(world) as it:
        await it.watcher.settled.wait()
        libvirt_python._kept[world].lookupByUUIDString(uuid(2)).undefine()
        with pytest.raises(Problem, match=r"not-found: The virtual machine “db” .* does not exist any more"):
            await it.watcher.act(Method.START, uuid(2))
        await it.until(lambda: uuid(2) not in it.domains)


async def test_a_pool_a_volume_and_a_network_gone_behind_our_back_are_named_and_their_rows_go(
    world: str, watching: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 83."""
    monkeypatch.setattr(libvirt_python.Subscription, "start", lambda *_: None)
    parts = ("pools", "volumes", "networks")
    async with watching(world) as it:
        await it.watcher.settled.wait()
        connection: Any = libvirt_python._kept[world]
        pool = connection.storagePoolDefineXML(
            "<pool type='dir'><name>-rf</name><target><path>/p</path></target></pool>"
        )
        pool.create()
        volume = pool.createXML("<volume><name>a b</name><capacity>1</capacity></volume>")
        (network,) = connection.listAllNetworks()
        with it.watcher.want(parts):
            await it.watcher.loaded(parts)
            key = pool.UUIDString()
            gone = {
                "volumes": (Method.VOLUME_DELETE, f"{key}/a b", "volume “a b”", lambda: volume.delete()),
                "pools": (Method.POOL_START, key, "storage pool “-rf”", lambda: (pool.destroy(), pool.undefine())),
                "networks": (Method.NETWORK_STOP, network.UUIDString(), "network “default”", lambda: network.destroy()),
            }
            for part, (method, key, said, go) in gone.items():
                assert key in it.state[part]
                go()
                if part == "networks":
                    network.undefine()
                with pytest.raises(Problem, match=f"not-found: The {said} .* does not exist any more"):
                    await it.watcher.act(method, key)
                await it.until(lambda: key not in it.state.get(part, {}))  # noqa: B023 - awaited within this turn


async def test_an_unknown_key_is_named(world: str, watching: Callable[..., Any], uuid: Callable[[int], str]) -> None:
    async with watching(world) as it:
        await it.watcher.settled.wait()
        with pytest.raises(Problem, match=f"not-found: .*{uuid(99)}"):
            await it.watcher.act(Method.START, uuid(99))


async def test_what_the_connection_cannot_do_is_refused_with_its_reason(watching: Callable[..., Any]) -> None:
    async def open_read_only(choice: Choice, listener: Listener) -> Provider:
        return await libvirt_python.LibvirtPython.open(choice.uri, listener, readonly=True)

    async with watching("test:///default", open_read_only) as it:
        await it.watcher.settled.wait()
        assert it.state["connection"]["readonly"] is True
        assert "read-only" in it.state["connection"]["message"]
        (key,) = it.domains
        with pytest.raises(Problem, match=r"not-supported: .*read-only"):
            await it.watcher.act(Method.DESTROY, key)


async def test_the_resync_finds_what_has_no_event(
    world: str, watching: Callable[..., Any], uuid: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RESYNC_INTERVAL", 0.1)
    async with watching(world) as it:
        await it.watcher.settled.wait()
        libvirt_python._kept[world].lookupByUUIDString(uuid(2)).setAutostart(True)
        await it.until(lambda: it.domains[uuid(2)]["autostart"])


async def test_the_resync_reads_the_oldest_descriptions_again(
    world: str, watching: Callable[..., Any], uuid: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RESYNC_INTERVAL", 0.1)
    monkeypatch.setattr(module, "DESCRIBED", 1)
    monkeypatch.setattr(libvirt_python.Subscription, "start", lambda *_: None)
    async with watching(world) as it:
        while len(it.watcher._rows.described_longest_ago(9)) < 4:  # nothing is published of a domain without a title
            await asyncio.sleep(0)
        for number in (1, 2, 3, 4):
            domain = libvirt_python._kept[world].lookupByUUIDString(uuid(number))
            domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, "unheard", None, None)
        await it.until(lambda: all(row.get("title") == "unheard" for row in it.domains.values()))


async def test_a_storm_of_events_ends_in_the_true_state(
    make_world: Callable[..., str], make_domain: Callable[..., Any], watching: Callable[..., Any]
) -> None:
    uri = make_world(*(make_domain(f"machine-{number}", number, title=f"title {number}") for number in range(500)))
    async with watching(uri) as it:
        await it.watcher.settled.wait()
        domains = libvirt_python._kept[uri].listAllDomains()

        def toggle() -> None:
            for round_number in range(3):
                for domain in domains:
                    domain.destroy() if round_number % 2 else domain.create()

        it.patches.clear()
        await asyncio.to_thread(toggle)
        await it.until(lambda: all(row["state"] == "running" for row in it.domains.values()))
        assert all("title" in row for row in it.domains.values())


async def test_a_failure_is_told_at_once_and_tried_again(
    world: str, watching: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """security.md 80: and is written down once, however often it is tried."""
    monkeypatch.setattr(module, "RETRY_FIRST", 0.01)
    answers: list[Callable[..., Awaitable[Provider]]] = []

    async def refuse(choice: Choice, listener: Listener) -> Provider:
        answers.append(open_provider)
        raise Problem("access-denied", "Permission denied")

    async def open_second(choice: Choice, listener: Listener) -> Provider:
        return await (answers[-1] if len(answers) > 1 else refuse)(choice, listener)

    async with watching(world, open_second) as it:
        await it.until(lambda: it.status == "failed")
        assert it.watcher.settled.is_set()
        assert it.state["connection"]["message"] == "Permission denied"
        with pytest.raises(Problem, match="disconnected: There is no connection to libvirt: Permission denied"):
            await it.watcher.act(Method.START, "x")
        await it.until(lambda: it.status == "connected" and it.domains)
        assert "message" not in it.state["connection"]
    assert len(answers) > 1
    assert len([record for record in caplog.records if "Permission denied" in record.message]) == 1


async def test_a_daemon_that_does_not_answer_does_not_keep_the_page_waiting(
    world: str, watching: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLOW_OPEN", 0.02)
    monkeypatch.setattr(module, "HUNG_OPEN", 0.04)
    go_on = asyncio.Event()

    async def hang(choice: Choice, listener: Listener) -> Provider:
        await go_on.wait()
        return await open_provider(choice, listener)

    async with watching(world, hang) as it:
        await it.watcher.settled.wait()
        assert (it.status, it.state["connection"]["message"]) == ("connecting", "libvirt has not answered yet")
        await it.until(lambda: it.status == "failed")
        go_on.set()
        await it.until(lambda: it.status == "connected")


async def test_samples_are_of_what_runs(world: str, watching: Callable[..., Any], uuid: Callable[[int], str]) -> None:
    rows: asyncio.Queue[dict[str, list[float]]] = asyncio.Queue()
    async with watching(world) as it:
        await it.watcher.settled.wait()
        async with it.watcher.sample(20, rows.put_nowait), it.watcher.sample(20, rows.put_nowait):
            first, second = await rows.get(), await rows.get()
            assert first is second
            assert first.keys() == {uuid(1)}
            assert first[uuid(1)][1] == 64 << 20
        assert it.watcher._samplers == {}


async def test_a_killed_daemon_comes_back(libvirtd: Any, watching: Callable[..., Any], footprint: Any) -> None:
    names = ("steady", "runs")
    keys = {name: libvirtd.define(domain_xml(name)) for name in names}
    async with watching(libvirtd.uri) as it:
        await it.watcher.settled.wait()
        await it.watcher.act(Method.START, keys["runs"])
        before = None
        for cycle in range(3):
            await asyncio.to_thread(libvirtd.kill)
            await it.until(lambda: it.status == "disconnected")
            assert it.domains.keys() == set(keys.values()), "rows stay while libvirt is away"
            assert it.state["connection"]["message"]
            with pytest.raises(Problem) as caught:
                await it.watcher.act(Method.DESTROY, keys["runs"])
            assert caught.value.code == "disconnected"
            await asyncio.to_thread(libvirtd.start)
            await asyncio.to_thread(libvirtd.virsh, "undefine", keys["steady"])
            keys["steady"] = await asyncio.to_thread(libvirtd.define, domain_xml("steady", title=f"cycle {cycle}"))
            await it.until(lambda: it.status == "connected" and it.domains.keys() == set(keys.values()))
            assert it.domains[keys["runs"]]["state"] == "running", "QEMU was not touched"
            await asyncio.to_thread(libvirtd.virsh, "start", keys["steady"])
            await it.until(lambda: it.domains[keys["steady"]]["state"] == "running")
            await asyncio.to_thread(libvirtd.virsh, "destroy", keys["steady"])
            await it.until(lambda: it.domains[keys["steady"]]["state"] == "shut off")
            assert sorted(row["name"] for row in it.domains.values()) == sorted(names)
            assert it.replayed() == it.state
            if before:
                await before.assert_not_grown()
            before = before or footprint.take()


async def test_strange_names_on_qemu_act_on_the_right_one(libvirtd: Any, watching: Callable[..., Any]) -> None:
    libvirtd.define(domain_xml("decoy"))
    keys = {name: libvirtd.define(domain_xml(name)) for name in ("1", "-rf", "$(id)", "a'b\"<&>", "🐧")}
    async with watching(libvirtd.uri) as it:
        await it.watcher.settled.wait()
        for name, key in keys.items():
            assert it.domains[key]["name"] == name
            await it.watcher.act(Method.START, key)
            assert [row["name"] for row in it.domains.values() if row["state"] == "running"] == [name]
            await it.watcher.act(Method.SUSPEND, key)
            assert it.domains[key]["state"] == "paused"
            await it.watcher.act(Method.RESUME, key)
            await it.watcher.act(Method.RESET, key)
            await it.watcher.act(Method.DESTROY, key)
            assert {row["state"] for row in it.domains.values()} == {"shut off"}


async def test_a_title_changed_by_a_new_definition_is_seen(libvirtd: Any, watching: Callable[..., Any]) -> None:
    key = libvirtd.define(domain_xml("web", title="old"))
    async with watching(libvirtd.uri) as it:
        await it.until(lambda: it.domains.get(key, {}).get("title") == "old")
        await asyncio.to_thread(libvirtd.define, domain_xml("web", uuid=key, title="new", vcpus=2))
        await it.until(lambda: it.domains[key].get("title") == "new" and it.domains[key]["vcpus"] == 2)
        await asyncio.to_thread(libvirtd.virsh, "domrename", key, "renamed")
        await it.until(lambda: it.domains[key]["name"] == "renamed")


async def test_parts_are_kept_while_somebody_wants_them(world: str, watching: Callable[..., Any]) -> None:
    async with watching(world) as it:
        await it.watcher.settled.wait()
        with it.watcher.want(["networks", "host"]):
            await it.watcher.loaded(["networks", "host"])
            (key,) = it.state["networks"]
            assert it.state["host"]["cpus"] > 0
            assert it.state["networks"][key]["active"] is True
            libvirt_python._kept[world].networkLookupByUUIDString(key).destroy()
            await it.until(lambda: it.state["networks"][key]["active"] is False)
        assert it.state["networks"] == {}
        assert it.replayed() == it.state


async def test_a_part_that_a_connection_does_not_tell_is_a_capability_it_lacks(
    world: str, watching: Callable[..., Any]
) -> None:
    async with watching(world, provider="virsh") as it:
        with it.watcher.want(["node_devices"]):
            await it.watcher.loaded(["node_devices"])
            await it.until(lambda: "node_devices" in it.state["capabilities"])
            assert "unsupported flags" in it.state["capabilities"]["node_devices"]


async def test_what_is_followed_is_kept_true(
    world: str, watching: Callable[..., Any], uuid: Callable[[int], str]
) -> None:
    async with watching(world) as it:
        await it.watcher.settled.wait()
        async with it.watcher.follow(Kind.DOMAIN, uuid(1)):
            assert "snapshots" not in it.state["followed"]["domain"][uuid(1)]
            params = {"name": "first", "description": ""}
            await it.watcher.act(Method.SNAPSHOT_CREATE, uuid(1), **params)
            assert it.replayed()["followed"]["domain"][uuid(1)]["current_snapshot"] == "first"
            await it.watcher.act(Method.SET_DESCRIPTION, uuid(1), text="x" * 1000)
            assert it.state["followed"]["domain"][uuid(1)]["description"] == "x" * 1000
            assert it.domains[uuid(1)]["description"] == "x" * 500
            libvirt_python._kept[world].lookupByUUIDString(uuid(1)).destroy()
            await it.until(lambda: "id=" not in it.state["followed"]["domain"][uuid(1)]["xml"])
        assert it.state["followed"] == {}


async def test_tags_addresses_and_titles_outlive_a_change_of_state(
    world: str, watching: Callable[..., Any], uuid: Callable[[int], str]
) -> None:
    async with watching(world) as it:
        await it.until(lambda: "title" in it.domains.get(uuid(1), {}))
        await it.watcher.act(Method.SET_TAGS, uuid(1), tags=["b", "a"])
        it.watcher.inventory.set_members(Kind.DOMAIN, {uuid(1): {"addresses": ["192.0.2.1"]}}, ["addresses"])
        await it.watcher.act(Method.RESET, uuid(1))
        row = it.domains[uuid(1)]
        assert (row["tags"], row["title"], row["addresses"]) == (["a", "b"], "The website", ["192.0.2.1"])
        await it.watcher.act(Method.DESTROY, uuid(1))
        row = it.domains[uuid(1)]
        assert (row["tags"], row["title"]) == (["a", "b"], "The website")
        assert "addresses" not in row, "it has none while it is off"


async def test_shown_rows_get_their_titles_first(
    make_world: Callable[..., str], make_domain: Callable[..., Any], watching: Callable[..., Any]
) -> None:
    uri = make_world(*(make_domain(f"machine-{number}", number, title="t") for number in range(300)))
    async with watching(uri) as it:
        shown = "00000000-0000-4000-8000-000000000299"
        it.watcher.show([shown, "00000000-0000-4000-8000-00000000ffff"])
        await it.until(lambda: any("title" in row for row in it.domains.values()))
        assert "title" in it.domains[shown]
        await it.until(lambda: all("title" in row for row in it.domains.values()))


async def test_a_deleted_domain_leaves_the_state_before_the_reply(
    world: str, watching: Callable[..., Any], uuid: Callable[[int], str]
) -> None:
    async with watching(world) as it:
        await it.watcher.settled.wait()
        await it.watcher.act(Method.DELETE, uuid(1), storage=[])
        assert uuid(1) not in it.replayed()["domains"]
        with pytest.raises(Problem, match="not-found"):
            await it.watcher.act(Method.SNAPSHOT_DELETE, uuid(2), snapshot="none", children=False)
        assert uuid(2) in it.domains, "it is the snapshot that is not there"
