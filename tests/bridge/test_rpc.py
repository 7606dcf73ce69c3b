"""Methods and state over one channel."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pluggy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import hookimpl
from bridge.channel import SEND_WINDOW, Channel, NoOptions
from bridge.plugins import new_manager
from bridge.protocol import JsonObject, Problem
from bridge.rpc import LOAD_INTERVAL, PATCH_INTERVAL, Progress, RpcChannel, method
from bridge.testing import RpcClient, connect, open_wire
from manifests import merge


class Example(RpcChannel):
    payload = "example1"

    async def run(self, options: NoOptions) -> None:
        self.ready()
        self.publish({"machines": {"a": {"state": "off"}}})
        self.loaded()
        await self.serve()

    @method
    async def start(self, key: str, force: bool = False) -> dict[str, Any]:
        self.publish({"machines": {key: {"state": "forced" if force else "on"}}})
        return {"started": key}

    @method
    async def patch(self, patch: dict) -> None:  # type: ignore[type-arg]
        self.publish(patch)

    @method
    async def fail(self, how: str) -> None:
        raise {"problem": Problem("not-found", "no such machine", libvirt=42), "bug": KeyError("x")}[how]

    @method
    async def copy(self, progress: Progress, steps: int) -> str:
        for i in range(steps + 1):
            progress.report(i, steps, f"step {i}")
        return "copied"

    @method
    async def wait(self) -> None:
        await asyncio.Event().wait()

    @method
    async def count(self, to: int, padding: int = 0) -> AsyncIterator[Any]:
        try:
            for number in range(to):
                await asyncio.sleep(0)
                yield "x" * padding or number
        finally:
            self.publish({"counted": to})

    @method
    async def surrogate(self) -> str:
        return "\ud800"

    @method
    async def figures(self, count: int) -> None:
        for _ in range(count):
            self.sample({"a": [1, "x" * 100_000]})

    def not_a_method(self) -> None: ...


class Loading(RpcChannel):
    """Its first load comes in pieces, with pauses that are longer than those between such patches."""

    payload = "loading1"

    async def run(self, options: NoOptions) -> None:
        self.ready()
        self.publish({"status": "connecting"})
        await asyncio.sleep(LOAD_INTERVAL * 1.5)
        self.publish({"rows": {"a": {"number": 1}}})
        await asyncio.sleep(0)
        self.publish({"rows": {"b": {"number": 2}}})
        await asyncio.sleep(PATCH_INTERVAL / 2)
        self.loaded()
        await self.serve()


class Plugin:
    @hookimpl
    def channels(self) -> list[type[Channel]]:
        return [Example, Loading]


def hooks() -> pluggy.PluginManager:
    manager = new_manager()
    manager.register(Plugin())
    return manager


@pytest.fixture
async def page() -> AsyncIterator[RpcClient]:
    async with open_wire(built_in={}, load_hooks=hooks) as wire:
        page = await connect(wire, "example1")
        first = await page.hear()
        assert first["params"] == {"patch": {"machines": {"a": {"state": "off"}}}, "complete": True}
        yield page


async def test_a_reply_comes_after_the_patch_of_what_it_changed(page: RpcClient) -> None:
    for request in range(5):
        page.request(request, "start", key="b", force=bool(request % 2))
        assert await page.reply() == {"jsonrpc": "2.0", "id": request, "result": {"started": "b"}}
        assert page.state["machines"]["b"] == {"state": "forced" if request % 2 else "on"}


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"id": 1, "method": "fail", "params": {"how": "problem"}},
         {"code": -32000, "message": "no such machine", "data": {"problem": "not-found", "libvirt": 42}}),
        ({"id": 1, "method": "fail", "params": {"how": "bug"}},
         {"code": -32000, "message": "the example1 channel failed: KeyError", "data": {"problem": "internal-error"}}),
        ({"id": 1, "method": "start", "params": {}},
         {"code": -32602, "message": "attribute 'key' required", "data": {"problem": "protocol-error"}}),
        ({"id": 1, "method": "start", "params": {"key": "b", "x": 1}},
         {"code": -32602, "message": "attribute 'x' unknown", "data": {"problem": "protocol-error"}}),
        ({"id": 1, "method": "not_a_method"}, {"code": -32601, "message": "there is no method 'not_a_method'"}),
        ({"id": 1, "method": "serve"}, {"code": -32601, "message": "there is no method 'serve'"}),
        ({"id": 1, "method": "start", "params": []},
         {"code": -32602, "message": "attribute 'params': must have type object"}),
        ({"id": 1}, {"code": -32600, "message": "attribute 'method' required"}),
        ([], {"code": -32600, "message": "a request is one JSON object"}),
        ({"id": [], "method": "start"}, {"code": -32600, "message": "attribute 'id': must be a string or an integer"}),
    ],
)  # fmt: skip
async def test_faults_are_answered_and_the_next_works(page: RpcClient, request_: Any, error: JsonObject) -> None:
    page.say(request_)
    reply = await page.reply()
    assert reply["error"] == error
    assert reply["id"] == (request_["id"] if isinstance(request_, dict) and request_["id"] == 1 else None)
    page.request(2, "start", key="b")
    assert (await page.reply())["result"]


async def test_what_is_no_json_is_answered(page: RpcClient) -> None:
    page.wire.send(page.channel, b"{")
    assert (await page.reply())["error"]["code"] == -32700


async def test_a_result_that_json_cannot_say_is_an_error(page: RpcClient) -> None:
    page.request(1, "surrogate")
    assert (await page.reply())["error"]["data"]["problem"] == "internal-error"


async def test_progress_and_its_end(page: RpcClient) -> None:
    page.request("copy", "copy", steps=1000)
    assert (await page.reply())["result"] == "copied"
    reports = [each["params"] for each in page.notifications if each["method"] == "progress"]
    assert reports[0] == {"id": "copy", "done": 0, "total": 1000, "text": "step 0"}
    assert reports[-1] == {"id": "copy", "done": 1000, "total": 1000, "text": "step 1000"}
    assert len(reports) < 50


async def test_a_request_can_be_cancelled(page: RpcClient) -> None:
    page.request(1, "wait")
    page.request(1, "start", key="b")
    assert (await page.reply())["error"]["message"] == "the id 1 is in use"
    page.cancel(1)
    reply = await page.reply()
    assert (reply["id"], reply["error"]["data"]["problem"]) == (1, "cancelled")
    page.cancel(7)
    page.request(1, "start", key="b")
    assert (await page.reply())["result"]


async def test_a_stream_is_its_items_and_then_the_reply(page: RpcClient) -> None:
    page.request("s", "count", to=3)
    assert await page.reply() == {"jsonrpc": "2.0", "id": "s", "result": None}
    items = [each["params"] for each in page.notifications if each["method"] == "item"]
    assert items == [{"id": "s", "value": number} for number in range(3)]
    assert page.state["counted"] == 3


async def test_a_stream_that_is_cancelled_cleans_up_first(page: RpcClient) -> None:
    page.request("s", "count", to=10**9)
    while (await page.hear()).get("method") != "item":
        pass
    page.cancel("s")
    assert (await page.reply())["error"]["data"] == {"problem": "cancelled"}
    assert page.state["counted"] == 10**9


async def test_a_stream_waits_for_a_page_that_does_not_keep_up() -> None:
    async with open_wire(built_in={}, load_hooks=hooks) as wire:
        wire.open("c", "example1", **{"flow-control": True})
        await wire.expect("ready", "c")
        wire.send("c", json.dumps({"id": 1, "method": "count", "params": {"to": 10**9, "padding": 65536}}).encode())
        received = 0
        while received < SEND_WINDOW:
            received += len(getattr(await wire.next("c"), "payload", b""))
        for sequence in range(20):
            wire.control("ping", "c", sequence=sequence)
            while getattr(event := await wire.next("c"), "command", "") != "pong":
                received += len(getattr(event, "payload", b""))
        assert received < SEND_WINDOW + 200_000


async def test_closing_ends_what_waits(page: RpcClient) -> None:
    page.request(1, "wait")
    page.wire.control("close", page.channel)
    assert "problem" not in await page.wire.expect("close", page.channel)


async def test_done_waits_for_the_replies(page: RpcClient) -> None:
    page.request(1, "start", key="b")
    page.wire.control("done", page.channel)
    assert (await page.reply())["id"] == 1
    await page.wire.expect("close", page.channel)


async def test_changes_in_a_row_are_few_patches(page: RpcClient) -> None:
    for i in range(100):
        page.say({"jsonrpc": "2.0", "id": None, "method": "nothing"})
        page.request(i, "patch", patch={"machines": {"a": {"n": i}}})
    for _ in range(100):
        await page.reply()
    assert page.state["machines"]["a"]["n"] == 99
    await asyncio.sleep(PATCH_INTERVAL * 1.5)
    assert page.wire.is_quiet(page.channel)


async def test_the_pieces_of_a_first_load_do_not_wait_as_later_patches_do() -> None:
    async with open_wire(built_in={}, load_hooks=hooks) as wire:
        page = await connect(wire, "loading1")
        heard = [(await page.hear())["params"] for _ in range(4)]
        assert [params.get("complete", False) for params in heard] == [False, False, False, True]
        assert [params["patch"] for params in heard] == [
            {"status": "connecting"},
            {"rows": {"a": {"number": 1}}},
            {"rows": {"b": {"number": 2}}},
            {},
        ]


async def test_samples_are_dropped_while_the_page_does_not_keep_up() -> None:
    async with open_wire(built_in={}, load_hooks=hooks) as wire:
        wire.open("c", "example1", **{"flow-control": True})
        await wire.expect("ready", "c")
        wire.send("c", json.dumps({"id": 1, "method": "figures", "params": {"count": 100}}).encode())
        received = 0
        while received < SEND_WINDOW:
            event = await wire.next("c")
            received += len(event.payload) if hasattr(event, "payload") else 0
        assert received < SEND_WINDOW + 200_000
        wire.control("pong", "c", sequence=received)
        while b'"result"' not in (getattr(await wire.next("c"), "payload", b"")):
            pass


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.integers(0, 3) | st.text("ab", max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)
PATCHES = st.dictionaries(
    st.sampled_from("xyz"),
    st.none() | st.recursive(VALUES | st.none(), lambda i: st.dictionaries(st.sampled_from("xyz"), i, max_size=3)),
    max_size=3,
)


@settings(max_examples=40)
@given(st.lists(PATCHES, max_size=12))
async def test_the_page_ends_with_the_state_of_the_back_end(patches: list[JsonObject]) -> None:
    expected: JsonObject = {"machines": {"a": {"state": "off"}}}
    async with open_wire(built_in={}, load_hooks=hooks) as wire:
        page = await connect(wire, "example1")
        for i, patch in enumerate(patches):
            page.request(i, "patch", patch=patch)
            expected = merge.apply(expected, patch)
        for _ in patches:
            await page.reply()
        if not patches:
            await page.hear()
        assert page.state == expected
