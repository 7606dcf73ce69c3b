"""The back end as the bridge starts it: a process that speaks frames."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from testbed.back_end import back_end
from testbed.domain_xml import domain_xml

from bridge.protocol import Control, Problem
from plugins.machines.channel import checked_key
from plugins.machines.providers.choice import DEMO


async def test_the_demo_loads_and_is_labelled() -> None:
    async with back_end(PILOTHOUSE_DEMO="1") as back:
        back.open("a")
        state = await back.loaded("a")
        assert state["connection"]["demo"] is True
        assert state["connection"]["hypervisor"] == "demo"
        assert state["connection"]["uri"] == DEMO
        assert len(state["domains"]) >= 8
        assert state["capabilities"]["domain_reset"] is True


async def test_a_reply_comes_after_the_patch_of_what_it_changed(world: str, uuid: Callable[[int], str]) -> None:
    async with back_end() as back:
        back.open("a", uri=world)
        await back.loaded("a")
        for number, (method, state) in enumerate(
            [
                ("domain_start", "running"),
                ("domain_suspend", "paused"),
                ("domain_resume", "running"),
                ("domain_reboot", "running"),
                ("domain_reset", "running"),
                ("domain_shutdown", "shut off"),
                ("domain_start", "running"),
                ("domain_destroy", "shut off"),
            ]
        ):
            back.call("a", number, method, key=uuid(2))
            assert await back.reply(number) == {"jsonrpc": "2.0", "id": number, "result": None}
            assert back.states["a"]["domains"][uuid(2)]["state"] == state


async def test_two_pages_see_the_same_machines(uuid: Callable[[int], str], world: str) -> None:
    async with back_end(PILOTHOUSE_LIBVIRT_URI=world) as back:
        back.open("a")
        back.open("b", uri=world)
        await back.loaded("a")
        await back.loaded("b")
        back.call("a", 1, "domain_start", key=uuid(2))
        await back.reply(1)
        await back.until(lambda: back.states["b"]["domains"][uuid(2)]["state"] == "running")
        assert back.states["a"] == back.states["b"]


async def test_a_page_that_comes_again_finds_the_demo_as_it_left_it() -> None:
    async with back_end(PILOTHOUSE_DEMO="1") as back:
        back.open("a")
        state = await back.loaded("a")
        key = next(key for key, row in state["domains"].items() if row["state"] == "paused")
        back.call("a", 1, "domain_resume", key=key)
        await back.reply(1)
        back.control("close", "a")
        back.open("b")
        state = await back.loaded("b")
        assert state["domains"][key]["state"] == "running"


async def test_errors_name_what_is_wrong(world: str, uuid: Callable[[int], str]) -> None:
    async with back_end() as back:
        back.open("a", uri=world)
        await back.loaded("a")
        back.call("a", 1, "domain_start", key=uuid(99))
        error = (await back.reply(1))["error"]
        assert error["data"]["problem"] == "not-found"
        assert uuid(99) in error["message"]
        assert error["data"]["libvirt"]["code"] == 42
        back.call("a", 2, "domain_destroy", key=uuid(2))
        error = (await back.reply(2))["error"]
        assert (error["data"]["problem"], error["message"]) == (
            "change-conflict",
            "Requested operation is not valid: domain is not running",
        )


@pytest.mark.parametrize("key", ["db", "-rf", "", "00000000-0000-4000-8000-00000000000G", "0" * 36, "\n"])
async def test_a_key_is_a_uuid(world: str, key: str) -> None:
    async with back_end() as back:
        back.open("a", uri=world)
        await back.loaded("a")
        back.call("a", 1, "domain_start", key=key)
        error = (await back.reply(1))["error"]
        assert error["code"] == -32602
        assert error["message"].startswith("attribute 'key': must be a UUID")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"uri": "no uri"}, "attribute 'uri': must be a libvirt URI such as qemu:///system"),
        ({"interval": 499}, "attribute 'interval': must be 0 or 500 to 3600000 ms"),
        ({"interval": 3_600_001}, "attribute 'interval': must be 0 or 500 to 3600000 ms"),
        ({"interval": "1"}, "attribute 'interval': must have type int"),
        (
            {"parts": ["rubbish"]},
            "attribute 'parts[0]': invalid value 'rubbish' not in "  # noqa: ISC004
            "['domains', 'jobs', 'host', 'pools', 'volumes', 'networks', 'node_devices']",
        ),
        ({"parts": ["domains"] * 17}, "attribute 'parts': more than 16"),
    ],
)
async def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    async with back_end() as back:
        back.open("a", **options)
        closed = await back.closed("a")
        assert (closed["problem"], closed["message"]) == ("protocol-error", message)


async def test_a_page_gets_the_parts_it_asks_for(world: str) -> None:
    async with back_end() as back:
        back.open("a", uri=world, parts=[])
        state = await back.loaded("a")
        assert state.keys() == {"connection", "capabilities"}


async def test_what_a_page_follows_is_its_own(world: str, uuid: Callable[[int], str]) -> None:
    async with back_end() as back:
        back.open("a", uri=world)
        back.open("b", uri=world)
        await back.loaded("a")
        await back.loaded("b")
        back.call("a", 1, "follow", key=uuid(1))
        await back.reply(1)
        assert back.states["a"]["followed"]["domain"][uuid(1)]["xml"].startswith("<domain")
        back.call("b", 2, "follow", key=uuid(2))
        await back.reply(2)
        back.call("b", 3, "domain_set_notes", key=uuid(1), text="seen")
        await back.reply(3)
        await back.until(lambda: back.states["a"]["followed"]["domain"][uuid(1)].get("notes") == "seen")
        assert back.states["a"]["followed"]["domain"].keys() == {uuid(1)}
        assert back.states["b"]["followed"]["domain"].keys() == {uuid(2)}
        back.call("a", 4, "unfollow", key=uuid(1))
        await back.reply(4)
        assert back.states["a"]["followed"]["domain"] == {}
        assert back.states["b"]["followed"]["domain"].keys() == {uuid(2)}


async def test_every_method_of_a_domain(world: str, uuid: Callable[[int], str]) -> None:
    async with back_end() as back:
        back.open("a", uri=world)
        await back.loaded("a")
        key = uuid(2)
        transcript: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
            ("domain_start", {}, {"state": "running"}),
            ("domain_send_nmi", {}, {"state": "running"}),
            ("domain_send_keys", {"keys": [29, 56, 111]}, {"state": "running"}),
            ("domain_set_title", {"text": "Ledger"}, {"title": "Ledger"}),
            ("domain_set_description", {"text": "of\nall"}, {"description": "of\nall"}),
            ("domain_set_tags", {"tags": ["b", "a"]}, {"tags": ["a", "b"]}),
            ("domain_set_autostart", {"on": True}, {"autostart": True}),
            ("snapshot_create", {"name": "one"}, {}),
            ("snapshot_create", {}, {}),
            ("snapshot_revert", {"snapshot": "one"}, {"state": "running"}),
            ("snapshot_delete", {"snapshot": "one", "children": True}, {}),
            ("domain_save", {}, {"state": "shut off", "managed_save": True}),
            ("domain_remove_saved", {}, {"managed_save": False}),
            ("domain_rename", {"name": "-rf"}, {"name": "-rf"}),
        ]
        for number, (method, params, members) in enumerate(transcript):
            back.call("a", number, method, key=key, **params)
            assert "result" in await back.reply(number), method
            assert back.states["a"]["domains"][key].items() >= members.items()
        back.call("a", 99, "domain_delete", key=key)
        assert "result" in await back.reply(99)
        assert key not in back.states["a"]["domains"]


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("domain_send_keys", {"keys": []}, "attribute 'keys': must be 1 to 16 key codes"),
        ("domain_send_keys", {"keys": [0]}, "attribute 'keys': must be 1 to 16 key codes"),
        ("domain_send_keys", {"keys": [1], "hold": -1}, "attribute 'hold': must be 0 to 10000 ms"),
        ("domain_set_tags", {"tags": [""]}, "attribute 'tags': must be at most 32, none of them empty"),
        ("follow", {"kind": "volume"}, "attribute 'key': must be a pool's UUID, a slash and a name"),
        ("volume_delete", {}, "attribute 'key': must be a pool's UUID, a slash and a name"),
        ("show", {"keys": ["-rf"]}, "attribute 'key': must be a UUID"),
    ],
)
async def test_parameters_are_checked(
    world: str, uuid: Callable[[int], str], method: str, params: dict[str, Any], message: str
) -> None:
    async with back_end() as back:
        back.open("a", uri=world)
        await back.loaded("a")
        back.call("a", 1, method, **({} if method == "show" else {"key": uuid(2)}), **params)
        assert (await back.reply(1))["error"]["message"].startswith(message)


def test_a_volume_is_a_pool_and_a_name() -> None:
    key = "00000000-0000-4000-8000-000000000001/a b"
    assert checked_key("volume", key) == key
    for wrong in ("/a", "x/a", key + "/b", key[:36] + "/", key[:37] + "\n"):
        with pytest.raises(Problem):
            checked_key("volume", wrong)


async def test_a_storm_of_events_is_four_patches_a_second(
    make_world: Callable[..., str], make_domain: Callable[..., Any], uuid: Callable[[int], str]
) -> None:
    """security.md 91, from inside: 500 domains toggled as fast as they can be."""
    uri = make_world(*(make_domain(f"machine-{number}", number) for number in range(500)))
    async with back_end() as back:
        back.open("a", uri=uri)
        back.open("b", uri=uri)
        await back.loaded("a")
        await back.loaded("b")
        started = time.monotonic()
        before = len(back.patches_of["b"])
        for number in range(500):
            back.call("a", number, "domain_start", key=uuid(number))
        await back.until(lambda: all(row["state"] == "running" for row in back.states["b"]["domains"].values()))
        assert len(back.patches_of["b"]) - before <= 2 + 4 * (time.monotonic() - started)


async def test_actions_that_the_end_overtakes_are_no_fault(
    make_world: Callable[..., str], make_domain: Callable[..., Any], uuid: Callable[[int], str]
) -> None:
    """The context looks at the exit status and at what was said on stderr."""
    uri = make_world(*(make_domain(f"machine-{number}", number) for number in range(60)))
    async with back_end() as back:
        back.open("a", uri=uri)
        await back.loaded("a")
        for number in range(60):
            back.call("a", number, "domain_start", key=uuid(number))
        assert "error" not in await back.reply(0)


async def test_samples_come_at_their_pace(world: str, uuid: Callable[[int], str]) -> None:
    async with back_end() as back:
        back.open("a", uri=world, interval=500)
        await back.loaded("a")
        while True:
            message = await back.event()
            if not isinstance(message, Control) and message.get("method") == "sample":
                break
        percent, used, *_ = message["params"]["rows"][uuid(1)]
        assert 0 <= percent <= 100
        assert used == 64 << 20


async def test_the_history_is_of_the_domains_of_the_connection(world: str, uuid: Callable[[int], str]) -> None:
    async with back_end() as back:
        back.open("a", uri=world)
        await back.loaded("a")
        back.call("a", 1, "history", key=uuid(1), span="day")
        told = (await back.reply(1))["result"]
        assert (told["step"], len(told["cpu"]), len(told["sent"])) == (60, 1440, 1440)
        assert abs(told["start"] + 86400 - time.time()) <= 61
        back.call("a", 2, "recent", keys=[uuid(1), uuid(2)], count=12)
        recent = (await back.reply(2))["result"]
        assert recent.keys() == {uuid(1), uuid(2)}
        assert len(recent[uuid(1)]["memory"]) == 12
        back.call("a", 3, "recent", keys=[uuid(1)], count=10**6)
        assert "attribute 'count'" in (await back.reply(3))["error"]["message"]


async def test_tags_are_changed_and_commands_are_told(world: str, uuid: Callable[[int], str]) -> None:
    async with back_end() as back:
        back.open("a", uri=world)
        await back.loaded("a")
        for number, (add, remove) in enumerate(([["a", "b"], []], [["c"], ["a", "none"]]), start=1):
            back.call("a", number, "domain_change_tags", key=uuid(2), add=add, remove=remove)
            assert "error" not in await back.reply(number)
        assert back.states["a"]["domains"][uuid(2)]["tags"] == ["b", "c"]
        tags = {"add": ["x"], "remove": []}
        actions: dict[str, dict[str, Any]] = {"domain_start": {}, "domain_delete": {}, "domain_change_tags": tags}
        for number, (action, params) in enumerate(actions.items(), start=10):
            back.call("a", number, "equivalent", action=action, params={"key": uuid(2), **params})
            (words,) = (await back.reply(number))["result"]
            assert words[:2] == ["virsh", f"--connect={world}"]
        assert back.states["a"]["domains"][uuid(2)]["state"] == "shut off", "nothing was done"
        for number, action in enumerate(("equivalent", "run", "domain_rename"), start=20):
            back.call("a", number, "equivalent", action=action, params={"key": uuid(2), "name": 5})
            assert "attribute" in (await back.reply(number))["error"]["message"]


async def test_where_libvirt_does_not_answer_the_page_says_so_soon() -> None:
    async with back_end() as back:
        back.open("a", uri="qemu+unix:///system?socket=/nonexistent/sock")
        async with asyncio.timeout(3):
            state = await back.loaded("a")
        assert state["connection"]["status"] == "failed"
        assert "No such file or directory" in state["connection"]["message"]
        assert state["connection"]["demo"] is False
        back.call("a", 1, "domain_start", key="00000000-0000-4000-8000-000000000001")
        assert (await back.reply(1))["error"]["data"]["problem"] == "disconnected"


async def test_real_machines(libvirtd: Any) -> None:
    key = libvirtd.define(domain_xml("web", title="The <website>"))
    async with back_end() as back:
        back.open("a", uri=libvirtd.uri, interval=500)
        await back.loaded("a")
        await back.until(lambda: back.states["a"]["domains"][key].get("title") == "The <website>")
        back.call("a", 1, "domain_start", key=key)
        assert "result" in await back.reply(1)
        assert back.states["a"]["domains"][key]["state"] == "running"
        await asyncio.to_thread(libvirtd.virsh, "destroy", key)
        await back.until(lambda: back.states["a"]["domains"][key]["state"] == "shut off")
        await asyncio.to_thread(libvirtd.virsh, "undefine", key)
        await back.until(lambda: key not in back.states["a"]["domains"])
        await asyncio.to_thread(libvirtd.kill)
        await back.until(lambda: back.states["a"]["connection"]["status"] == "disconnected")
