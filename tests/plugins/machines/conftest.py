"""Worlds to look at: inventories for libvirt's test driver, and watchers that a test can wait on."""

import asyncio
import gc
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from testbed import libvirt_loop

from bridge.protocol import JsonObject
from manifests import merge
from plugins.machines.provider import Kind
from plugins.machines.providers.choice import Choice
from plugins.machines.providers.connections import open_provider
from plugins.machines.providers.libvirt_python import LibvirtPython
from plugins.machines.state.inventory import Inventory
from plugins.machines.state.watcher import OpenProvider, Watcher

ET.register_namespace("test", "http://libvirt.org/schemas/domain/test/1.0")
TEST = "http://libvirt.org/schemas/domain/test/1.0"
DEFAULT_NETWORK = "<network><name>default</name><ip address='192.0.2.1' netmask='255.255.255.0'/></network>"


@pytest.fixture(autouse=True, scope="session")
def libvirt_event_loop() -> None:
    """libvirt's event loop is of the process and keeps its descriptors: it runs before any test counts them."""
    libvirt_loop.run()


@pytest.fixture(autouse=True)
def state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Histories go to a folder of the test's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def domain_element(name: str, number: int, state: int = 5, **members: str) -> ET.Element:
    """A domain for the test driver; `state` is 1 running, 3 paused, 5 shut off, 6 crashed."""
    domain = ET.Element("domain", type="test")
    ET.SubElement(domain, f"{{{TEST}}}runstate").text = str(state)
    ET.SubElement(domain, "name").text = name
    ET.SubElement(domain, "uuid").text = uuid_of(number)
    for member, text in ({"memory": "65536", "vcpu": "1"} | members).items():
        ET.SubElement(domain, member).text = text
    ET.SubElement(ET.SubElement(domain, "os"), "type").text = "hvm"
    return domain


def uuid_of(number: int) -> str:
    """The UUID of the domain with this number."""
    return f"00000000-0000-4000-8000-{number:012d}"


@pytest.fixture
def uuid() -> Callable[[int], str]:
    """`uuid_of`, for tests."""
    return uuid_of


@pytest.fixture
def make_domain() -> Callable[..., ET.Element]:
    """`domain_element`, for tests."""
    return domain_element


@pytest.fixture
def make_world(tmp_path: Path) -> Callable[..., str]:
    """Writes an inventory of those domains; its URI."""
    paths = (tmp_path / f"world-{number}.xml" for number in range(1_000_000))

    def make(*domains: ET.Element) -> str:
        node = ET.Element("node")
        node.extend(domains)
        node.append(ET.fromstring(DEFAULT_NETWORK))
        path = next(paths)
        ET.ElementTree(node).write(path, encoding="utf-8")
        return f"test://{path}"

    return make


@pytest.fixture
def world(make_world: Callable[..., str]) -> str:
    """Four machines: 1 runs, 2 is shut off, 3 is paused, 4 has crashed."""
    return make_world(
        domain_element("web", 1, 1, title="The website"),
        domain_element("db", 2, 5),
        domain_element("mail", 3, 3),
        domain_element("old", 4, 6),
    )


class Watching:
    """A running watcher, what it published, and a way to wait for what it will publish."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.patches: list[JsonObject] = []
        self._changed = asyncio.Event()

    def follow(self, patch: JsonObject) -> None:
        self.patches.append(patch)
        self._changed.set()

    @property
    def state(self) -> JsonObject:
        return self.watcher.inventory.state

    @property
    def domains(self) -> dict[str, JsonObject]:
        return self.state["domains"]  # type: ignore[no-any-return]

    @property
    def status(self) -> str:
        return self.state["connection"]["status"]  # type: ignore[no-any-return]

    def replayed(self) -> JsonObject:
        """What somebody who only saw the patches believes."""
        state: JsonObject = Inventory().state
        for patch in self.patches:
            state = merge.apply(state, patch)
        return state

    async def until(self, condition: Callable[[], Any], limit: float = 15) -> None:
        """Wait until `condition` holds; it is asked whenever something is published."""
        async with asyncio.timeout(limit):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
def watching() -> Callable[..., AbstractAsyncContextManager[Watching]]:
    """`async with watching(uri) as it`: a watcher of `uri`, running."""

    @asynccontextmanager
    async def watch(uri: str, opener: OpenProvider = open_provider, provider: str = "") -> AsyncIterator[Watching]:
        watcher = Watcher(Choice(uri, provider=provider), opener)
        it = Watching(watcher)
        it.patches.append(watcher.inventory.state)
        with watcher.inventory.follow(it.follow):
            task = asyncio.get_running_loop().create_task(watcher.run())
            try:
                yield it
            finally:
                task.cancel()
                await asyncio.wait({task})

    return watch


class Heard:
    """A listener that a test can wait on."""

    PATIENCE = 15.0

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.kinds: list[Kind] = []
        self.reason: str | None = None
        self._changed = asyncio.Event()

    def changed(self, kind: Kind, key: str) -> None:
        self.keys.append(key)
        self.kinds.append(kind)
        self._changed.set()

    def closed(self, reason: str) -> None:
        self.reason = reason
        self._changed.set()

    async def until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(self.PATIENCE):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@dataclass(frozen=True)
class Footprint:
    """What this process holds open."""

    descriptors: int
    threads: int
    """The most threads that have one name."""

    @classmethod
    def take(cls) -> "Footprint":
        gc.collect()
        # Workers start when they are needed, so their number varies; two of one name are two pools.
        names = Counter(thread.name for thread in threading.enumerate() if not thread.name.startswith("asyncio_"))
        return cls(len(list(Path("/proc/self/fd").iterdir())), max(names.values()))

    async def assert_not_grown(self) -> None:
        """It is no more than this, once libvirt's event loop has closed what it closes later."""
        deadline = time.monotonic() + 5
        while (now := Footprint.take()).descriptors > self.descriptors or now.threads > self.threads:
            assert time.monotonic() < deadline, f"{self} grew to {now}"
            await asyncio.sleep(0.02)


@pytest.fixture
def footprint() -> type[Footprint]:
    """`Footprint`, for tests."""
    return Footprint


@pytest.fixture
async def provider(world: str, heard: Heard) -> AsyncIterator[LibvirtPython]:
    """libvirt-python on `world`."""
    opened = await LibvirtPython.open(world, heard)
    yield opened
    await opened.close()


@pytest.fixture
def heard() -> Heard:
    """A listener that remembers."""
    return Heard()
