"""Back ends of plugin folders: found by payload, run as processes of their own."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pluggy
import pytest

from bridge import backends, hookimpl
from bridge.backends import backend_command
from bridge.plugins import new_manager
from bridge.router import Router, Rule
from bridge.testing import Wire, open_wire

BACKEND = """
import os, sys, vendored, sibling
from bridge import hookimpl
from bridge.rpc import RpcChannel, method

if "STARTED" in os.environ:
    with open(os.environ["STARTED"], "w") as told:
        told.write(str(os.getpid()))

class Example(RpcChannel):
    payload = "example1"

    @method
    async def who(self) -> list:
        return [os.getpid(), vendored.NAME, sibling.NAME, os.environ.get("SECRET_OF_TEST", "")]

    @method
    async def crash(self) -> None:
        print("the last words", file=sys.stderr, flush=True)
        os._exit(1)

@hookimpl
def channels():
    return [Example]
"""


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    for name, payload, source in (
        ("good", "example1", BACKEND),
        ("broken", "broken1", "raise RuntimeError('at import')"),
        ("misspelt", "misspelt1", "from bridge import hookimpl\n@hookimpl\ndef chanels(): return []"),
    ):
        folder = tmp_path / "plugins" / name
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(
            json.dumps({"version": 1, "backend": {"module": "backend", "payloads": [payload]}})
        )
        (folder / "backend.py").write_text(source)
        (folder / "sibling.py").write_text("NAME = 'sibling'")
        (folder / "json.py").write_text("raise RuntimeError('a plugin must not shadow the standard library')")
        (folder / "vendor").mkdir()
        (folder / "vendor/vendored.py").write_text("NAME = 'vendored'")
    environ = {**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins"), "SECRET_OF_TEST": "inherited"}
    async with open_wire(environ) as opened:
        yield opened


async def call(wire: Wire, channel: str, name: str) -> object:
    wire.send(channel, json.dumps({"jsonrpc": "2.0", "id": 1, "method": name}).encode())
    return json.loads(await wire.data(channel))["result"]


async def test_a_back_end_answers_from_its_own_process(wire: Wire) -> None:
    wire.open("c", "example1")
    wire.open("d", "example1")
    await wire.expect("ready", "c")
    await wire.expect("ready", "d")
    answer = await call(wire, "c", "who")
    assert isinstance(answer, list)
    assert answer[0] != os.getpid()
    assert answer[1:] == ["vendored", "sibling", "inherited"]
    assert await call(wire, "d", "who") == answer


async def test_a_crash_costs_only_its_channels(wire: Wire) -> None:
    wire.open("e", "echo")
    await wire.expect("ready", "e")
    wire.open("c", "example1")
    await wire.expect("ready", "c")
    wire.send("c", b'{"id": 1, "method": "crash"}')
    close = await wire.expect("close", "c", problem="terminated")
    assert "the last words" in close["message"]
    assert close["stderr"] == "the last words"
    wire.send("e", b"alive")
    assert await wire.data("e") == b"alive"
    wire.open("c", "example1")
    await wire.expect("ready", "c")


@pytest.mark.parametrize("name", ["broken1", "misspelt1"])
async def test_a_back_end_that_cannot_start_says_so(wire: Wire, name: str) -> None:
    wire.open("c", name)
    close = await wire.expect("close", "c")
    assert close["problem"] in ("terminated", "internal-error")
    assert close["message"]


async def test_one_whose_package_is_gone_ends(tmp_path: Path, wire: Wire) -> None:
    wire.open("c", "example1")
    await wire.expect("ready", "c")
    (tmp_path / "plugins/good/manifest.json").unlink()
    wire.open("b", "dbus-json3", bus="internal")
    await wire.expect("ready", "b")
    wire.send("b", b'{"call":["/packages","cockpit.Packages","Reload",[]],"id":"1"}')
    await wire.expect("close", "c", problem="terminated")
    wire.open("c", "example1")
    await wire.expect("close", "c", problem="not-supported")


async def test_the_superuser_bridge_takes_none_from_a_folder_of_others(tmp_path: Path) -> None:
    folder = tmp_path / "plugins/mine"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"version": 1, "backend": {"module": "backend", "payloads": ["mine1"]}}')
    environ = {**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins")}
    async with open_wire(environ, privileged=True) as wire:
        wire.open("c", "mine1")
        await wire.expect("close", "c", problem="not-supported")
    command = backend_command("mine", privileged=True)[1:]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=environ, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert errors == b"pilothouse-bridge: there is no plugin 'mine' with a back end\n"


async def test_the_end_of_the_bridge_ends_its_back_ends(tmp_path: Path, wire: Wire) -> None:
    wire.open("c", "example1")
    await wire.expect("ready", "c")
    answer = await call(wire, "c", "who")
    assert isinstance(answer, list)
    await asyncio.sleep(0)


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Wire]:
    """A bridge whose packages have a page each: that of `eager` wants the back end of `good`, the other does not."""
    good, eager = tmp_path / "plugins/good", tmp_path / "plugins/eager"
    (good / "vendor").mkdir(parents=True)
    eager.mkdir()
    backend = {"module": "backend", "payloads": ["example1"]}
    (good / "manifest.json").write_text(json.dumps({"version": 1, "backend": backend}))
    (good / "backend.py").write_text(BACKEND)
    (good / "sibling.py").write_text("NAME = 'sibling'")
    (good / "vendor/vendored.py").write_text("NAME = 'vendored'")
    (eager / "manifest.json").write_text(json.dumps({"version": 1, "prestart": ["nobodys1", "example1"]}))
    for folder in (good, eager):
        (folder / "index.html").write_text("<p>page</p>")
        (folder / "page.js").write_text("script")
    os.mkfifo(tmp_path / "started")
    environ = {**os.environ, "PILOTHOUSE_PLUGIN_PATH": str(tmp_path / "plugins"), "STARTED": str(tmp_path / "started")}
    async with open_wire(environ, load_hooks=hooks) as opened:
        yield opened


class Plugin:
    """Keeps the router."""

    router: Router

    @hookimpl
    def routing_rules(self, router: Router) -> list[Rule]:
        Plugin.router = router
        return []


def hooks() -> pluggy.PluginManager:
    manager = new_manager()
    manager.register(Plugin())
    return manager


async def ask(wire: Wire, path: str, method: str = "GET") -> None:
    """Have a file of a package sent."""
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "host"}
    wire.open("p", "http-stream1", path=path, internal="packages", method=method, headers=headers)
    wire.control("done", "p")
    await wire.until("close", "p")


async def started(tmp_path: Path) -> int:
    """The process of the back end, as soon as it runs."""
    async with asyncio.timeout(20):
        return int(await asyncio.to_thread((tmp_path / "started").read_text))


def running() -> list[int]:
    """The back ends that run, by their processes."""
    children = (task.read_text().split() for task in Path("/proc/self/task").glob("*/children"))
    pids = [int(pid) for some in children for pid in some]
    return [pid for pid in pids if b"--backend" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def ended(pid: int) -> None:
    """Wait for the end of a process."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(fd, gone.set)
    try:
        async with asyncio.timeout(20):
            await gone.wait()
    finally:
        loop.remove_reader(fd)
        os.close(fd)


async def test_a_page_that_wants_it_starts_a_back_end_and_its_channel_finds_that(tmp_path: Path, pages: Wire) -> None:
    await ask(pages, "/eager/index.html")
    pid = await started(tmp_path)
    await ask(pages, "/eager/index.html")
    pages.open("c", "example1")
    await pages.expect("ready", "c")
    answer = await call(pages, "c", "who")
    assert isinstance(answer, list)
    assert answer[0] == pid
    assert running() == [pid]


async def test_nothing_else_starts_one(tmp_path: Path, pages: Wire) -> None:
    await ask(pages, "/good/index.html")
    await ask(pages, "/eager/page.js")
    await ask(pages, "/eager/absent.html")
    await ask(pages, "/eager/index.html", "HEAD")
    pages.open("c", "echo")
    await pages.expect("ready", "c")
    assert running() == []
    await ask(pages, "/eager/index.html")
    pid = await started(tmp_path)
    assert running() == [pid]


async def test_beside_a_superuser_bridge_nothing_starts(pages: Wire) -> None:
    await ask(pages, "/good/index.html")
    Plugin.router.context.superuser.current = "Sudo"
    await ask(pages, "/eager/index.html")
    pages.open("c", "echo")
    await pages.expect("ready", "c")
    assert running() == []


async def test_one_that_no_channel_comes_to_ends_and_the_next_channel_gets_another(
    tmp_path: Path, pages: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "UNUSED_MAX", 0.5)
    await ask(pages, "/eager/index.html")
    unused = await started(tmp_path)
    await ended(unused)
    pages.open("c", "example1")
    assert await started(tmp_path) != unused
    await pages.expect("ready", "c")


async def test_one_that_had_a_channel_stays(tmp_path: Path, pages: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "UNUSED_MAX", 0.5)
    await ask(pages, "/eager/index.html")
    pages.open("c", "example1")
    pid = await started(tmp_path)
    await pages.expect("ready", "c")
    pages.control("close", "c")
    await pages.expect("close", "c")
    await asyncio.sleep(backends.UNUSED_MAX)
    assert running() == [pid]
    pages.open("c", "example1")
    await pages.expect("ready", "c")
    answer = await call(pages, "c", "who")
    assert isinstance(answer, list)
    assert answer[0] == pid
